#include "launcher/control/sample.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

#include "file/inspect_streams.hpp"
#include "os/directory_stream.hpp"
#include "os/unique_fd.hpp"

namespace launcher {
namespace {

using shmheap::os::UniqueFd;

constexpr std::uint64_t fds_counted_max = 10'000;  ///< where the kernel does not tell the number

/// Fields of /proc/PID/stat, by the numbers of proc(5).
constexpr int field_utime = 14;
constexpr int field_stime = 15;
constexpr int field_threads = 20;
constexpr int field_start_ticks = 22;
constexpr int field_rss_pages = 24;

std::optional<std::string> read_stat(int process) {
    const UniqueFd file(openat(process, "stat", O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::array<char, 1024> text{};
    const ssize_t count = read(file.get(), text.data(), text.size());
    if (count <= 0) return std::nullopt;
    return std::string(text.data(), static_cast<std::size_t>(count));
}

/// The number in a field after the name of the program, which may hold anything.
std::uint64_t field(std::string_view stat, int number) {
    stat.remove_prefix(std::min(stat.rfind(')') + 1, stat.size()));
    for (int at = 2; at < number && !stat.empty(); ++at)
        stat.remove_prefix(std::min(stat.find(' ') + 1, stat.size()));
    std::uint64_t value = 0;
    std::from_chars(stat.data(), stat.data() + stat.size(), value);
    return value;
}

/// On the clock that a process's start is told in.
std::uint64_t milliseconds_since_boot() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

std::uint64_t count_fds(int process) {
    struct stat status {};
    if (fstatat(process, "fd", &status, 0) != 0) return 0;
    if (status.st_size > 0) return static_cast<std::uint64_t>(status.st_size);  // Linux 6.2
    const auto entries = shmheap::os::open_directory_stream(process, "fd");
    if (!entries) return 0;
    std::uint64_t count = 0;
    while (count < fds_counted_max + 2 && readdir(entries.get()) != nullptr)
        ++count;
    return count < 2 ? 0 : count - 2;  // "." and ".."
}

}  // namespace

Sampler::Sampler(const std::string& shm_directory)
    : heaps_(shmheap::os::ShmDirectory::open(shm_directory)) {}

std::optional<ProcessSample> Sampler::take(pid_t pid) {
    const UniqueFd process(
        open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!process) return std::nullopt;
    const auto stat = read_stat(process.get());
    if (!stat) return std::nullopt;
    const auto ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    ProcessSample sample;
    sample.cpu_time_ms =
        (field(*stat, field_utime) + field(*stat, field_stime)) * 1000 / ticks_per_second;
    const std::uint64_t started_ms = field(*stat, field_start_ticks) * 1000 / ticks_per_second;
    sample.age_ms = std::max(milliseconds_since_boot(), started_ms) - started_ms;
    sample.rss_bytes = field(*stat, field_rss_pages) * page_bytes;
    sample.threads = field(*stat, field_threads);
    sample.fds = count_fds(process.get());
    sample.heap = inspect_heap(pid);
    return sample;
}

std::optional<HeapSample> Sampler::inspect_heap(pid_t pid) {
    if (!heaps_) return std::nullopt;
    const auto file = heaps_->open_file("heap-" + std::to_string(pid), O_RDONLY);
    if (!file) return std::nullopt;
    struct stat status {};
    if (fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    const auto inspection = shmheap::inspect(file->get(), status, *head_);
    if (!inspection || inspection->content != shmheap::Content::heap) return std::nullopt;
    HeapSample sample{.size_bytes = inspection->heap.committed_bytes,
                      .used_bytes = inspection->heap.used_bytes};
    if (const auto streams = shmheap::inspect_streams(file->get())) {
        for (const shmheap::StreamRecord& stream : *streams)
            sample.leases += stream.leases;
    }
    return sample;
}

}  // namespace launcher
