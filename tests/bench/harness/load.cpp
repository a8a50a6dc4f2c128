#include "harness/load.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace bench {
namespace {

Seconds of_clock(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Seconds of_timeval(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// Everything in the first line of /proc/stat but idle and iowait: user nice system - - irq softirq
/// steal.
Seconds machine_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    file >> word;
    double ticks = 0;
    constexpr int column_idle = 3;
    constexpr int column_iowait = 4;
    constexpr int columns = 8;
    for (int column = 0; column < columns; ++column) {
        double value = 0;
        file >> value;
        if (column != column_idle && column != column_iowait) ticks += value;
    }
    return Seconds(ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

Seconds own_time(const std::vector<pid_t>& children) {
    Seconds sum = of_clock(CLOCK_PROCESS_CPUTIME_ID);
    rusage collected{};
    getrusage(RUSAGE_CHILDREN, &collected);
    sum += of_timeval(collected.ru_utime) + of_timeval(collected.ru_stime);
    for (const pid_t child : children) {
        clockid_t clock{};
        if (clock_getcpuclockid(child, &clock) == 0) sum += of_clock(clock);
    }
    return sum;
}

}  // namespace

BusyWatch::BusyWatch(int threads, std::vector<pid_t> children)
    : threads_(threads),
      children_(std::move(children)),
      own_(own_time(children_)),
      start_(Clock::now()) {}

bool BusyWatch::disturbed() const {
    const Seconds wall = Clock::now() - start_;
    const Seconds own = own_time(children_) - own_;
    return own < wall * threads_ * share_min;
}

MachineWatch::MachineWatch(std::vector<pid_t> children)
    : children_(std::move(children)),
      machine_(machine_time()),
      own_(own_time(children_)),
      start_(Clock::now()) {}

bool MachineWatch::disturbed() const {
    const Seconds wall = Clock::now() - start_;
    const Seconds foreign = (machine_time() - machine_) - (own_time(children_) - own_);
    return foreign > wall * foreign_share_max + tick_error;
}

Seconds processor_time(const std::vector<pid_t>& children) {
    return own_time(children);
}

std::uint64_t page_faults() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt);
}

std::uint64_t resident_bytes() {
    std::ifstream status("/proc/self/status");
    std::uint64_t kibibytes = 0;
    for (std::string line; std::getline(status, line);) {
        std::istringstream words(line);
        std::string name;
        std::uint64_t value = 0;
        if (words >> name >> value && (name == "RssAnon:" || name == "RssShmem:")) {
            kibibytes += value;
        }
    }
    return kibibytes * 1024;
}

void pin_to(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(processor) % static_cast<unsigned>(sysconf(_SC_NPROCESSORS_ONLN)),
            &set);
    sched_setaffinity(0, sizeof(set), &set);
}

}  // namespace bench
