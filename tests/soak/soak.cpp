// Long life under constant killing: soak MINUTES [KILL_INTERVAL_MS]. Four producers and four
// consumers hand over payloads with checksums while one of them, chosen at random, is killed every
// 20 ms and started again at once. In the end nothing may have leaked and no checksum have been
// wrong; prints a table, and exits with 1 if that is not so. Needs no privileges.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "population.hpp"

namespace {

using namespace soak;
using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupted = 0;

struct Plan {
    double minutes = 0;
    std::chrono::milliseconds kill_interval{20};
};

bool parse(const char* text, double& value) {
    const auto [end, code] = std::from_chars(text, text + std::strlen(text), value);
    return code == std::errc{} && *end == '\0' && value > 0;
}

/// A folder for heaps and sockets, removed with whatever is left in it.
class Folder {
public:
    Folder() {
        if (::mkdtemp(path_.data()) == nullptr) path_.clear();
    }
    ~Folder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Of everything that has a name in it.
    [[nodiscard]] std::uint64_t bytes() const {
        std::uint64_t sum = 0;
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
            struct stat status {};
            if (::lstat(entry.path().c_str(), &status) == 0)
                sum += static_cast<std::uint64_t>(status.st_blocks) * 512;
        }
        return sum;
    }

private:
    std::string path_ = "/dev/shm/harrier-soak-XXXXXX";
};

/// All of tmpfs and other shared memory on this machine, named or not.
std::uint64_t machine_shared_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string key;
    std::uint64_t kib = 0;
    while (file >> key >> kib) {
        if (key == "Shmem:") return kib * 1024;
        file.ignore(64, '\n');
    }
    return 0;
}

std::size_t open_descriptors() {
    using std::filesystem::directory_iterator;
    return static_cast<std::size_t>(
        std::distance(directory_iterator("/proc/self/fd"), directory_iterator()));
}

/// The mean of some part of the samples, in MiB.
double mean_mib(const std::vector<std::uint64_t>& samples, std::size_t from, std::size_t to) {
    if (from >= to) return 0;
    double sum = 0;
    for (std::size_t each = from; each < to; ++each)
        sum += static_cast<double>(samples[each]);
    return sum / static_cast<double>(to - from) / (1024.0 * 1024.0);
}

void print_latencies(const char* what, const Latencies& latencies) {
    std::vector<std::uint32_t> sorted;
    const auto count = std::min<std::uint64_t>(latencies.count, latencies_max);
    for (std::size_t each = 0; each < count; ++each)
        sorted.push_back(latencies.micros[each]);
    if (sorted.empty()) return;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
        return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))] /
               1000.0;
    };
    std::printf("| %s (%zu), p50 / p99 / max | %.2f / %.2f / %.2f ms |\n", what, sorted.size(),
                at(0.5), at(0.99), at(1.0));
}

/// One line of what must be 0; how much it was.
std::uint64_t print_fault(const char* what, std::uint64_t count) {
    std::printf("| %s | %llu |\n", what, static_cast<unsigned long long>(count));
    return count;
}

void print_count(const char* what, std::uint64_t count) {
    (void)print_fault(what, count);
}

std::vector<std::uint64_t> run(const Plan& plan, Population& population, const Folder& folder) {
    std::vector<std::uint64_t> samples;
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double, std::ratio<60>>(plan.minutes));
    auto next_kill = start + plan.kill_interval;
    auto next_sample = start + std::chrono::seconds(1);
    while (interrupted == 0 && Clock::now() < end) {
        std::this_thread::sleep_until(next_kill);
        population.replace_one();
        // A machine that is too slow for the pace gets fewer kills, not a storm of them.
        next_kill = std::max(next_kill + plan.kill_interval, Clock::now());
        if (Clock::now() < next_sample) continue;
        samples.push_back(folder.bytes());
        next_sample += std::chrono::seconds(1);
    }
    return samples;
}

bool report(const Ledger& ledger, const Population& population, const Folder& folder) {
    std::printf("\n| soak | |\n| --- | --- |\n");
    print_count("producers killed", population.producers_killed());
    print_count("consumers killed", population.consumers_killed());
    print_count("messages received", ledger.messages);
    print_count("MiB received", ledger.bytes / (1024 * 1024));
    print_count("of the messages copied", ledger.copied);
    print_latencies("heap of a killed producer removed", ledger.heap_reclaim);
    print_latencies("leases of a killed consumer back", ledger.lease_reclaim);
    std::uint64_t faults = 0;
    std::uint64_t names = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        std::fprintf(stderr, "soak: left behind: %s\n", entry.path().c_str());
        ++names;
    }
    faults += print_fault("wrong checksums", ledger.wrong_checksums);
    faults += print_fault("leaked bytes in files", folder.bytes());
    faults += print_fault("leaked names", names);
    faults += print_fault("leaked blocks", ledger.leaked_blocks);
    faults += print_fault("leaked leases", ledger.leaked_leases);
    faults += print_fault("leaked descriptors", ledger.leaked_descriptors);
    faults += print_fault("unexpected errors", ledger.unexpected_errors);
    faults += print_fault("unexpected deaths", population.unexpected_deaths());
    return faults == 0;
}

bool soak_for(const Plan& plan) {
    const Folder folder;
    auto directory = shmheap::os::ShmDirectory::open(folder.path());
    void* memory =
        ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!directory || memory == MAP_FAILED) {
        std::perror("soak");
        return false;
    }
    auto* ledger = new (memory) Ledger;
    const std::size_t descriptors = open_descriptors();
    const std::uint64_t shared_before = machine_shared_bytes();
    Population population(*ledger, std::move(*directory));
    const auto samples = run(plan, population, folder);
    population.end();
    ledger->leaked_descriptors += open_descriptors() - descriptors;
    const bool clean = report(*ledger, population, folder);
    const std::size_t quarter = samples.size() / 4;
    std::printf("| heap files, mean of the first and of the last quarter | %.1f, %.1f MiB |\n",
                mean_mib(samples, 0, quarter),
                mean_mib(samples, samples.size() - quarter, samples.size()));
    std::printf("| shared memory of the machine, before and after | %.1f, %.1f MiB |\n",
                static_cast<double>(shared_before) / (1024 * 1024),
                static_cast<double>(machine_shared_bytes()) / (1024 * 1024));
    ::munmap(memory, sizeof(Ledger));
    return clean;
}

}  // namespace

int main(int count, char** words) {
    Plan plan;
    double interval_ms = 20;
    const bool understood = (count == 2 || count == 3) && parse(words[1], plan.minutes) &&
                            (count == 2 || parse(words[2], interval_ms));
    if (!understood) {
        std::fprintf(stderr, "usage: soak MINUTES [KILL_INTERVAL_MS]\n");
        return 2;
    }
    plan.kill_interval = std::chrono::milliseconds(static_cast<long>(interval_ms));
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { interrupted = 1; });
    return soak_for(plan) ? 0 : 1;
}
