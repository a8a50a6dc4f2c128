/// Whether somebody else used the processors while something was measured. Two witnesses, for two
/// kinds of work: one that keeps its threads busy, and one that waits.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// For work that keeps `threads` threads busy from start to end, of this process and of the
/// children named here: what they did not run, others did.
class BusyWatch {
public:
    static constexpr double share_min = 0.97;

    explicit BusyWatch(int threads, std::vector<pid_t> children = {});
    [[nodiscard]] bool disturbed() const;

private:
    int threads_;
    std::vector<pid_t> children_;
    Seconds own_;
    Clock::time_point start_;
};

/// For work that waits: compares the machine's processor time (/proc/stat, stolen time included)
/// with that of this process, the children that it has collected, and those named here.
/// The kernel counts in ticks, so measure 100 ms and more.
class MachineWatch {
public:
    static constexpr double foreign_share_max = 0.10;  ///< of one processor
    static constexpr Seconds tick_error{0.02};

    explicit MachineWatch(std::vector<pid_t> children = {});
    [[nodiscard]] bool disturbed() const;

private:
    std::vector<pid_t> children_;
    Seconds machine_;
    Seconds own_;
    Clock::time_point start_;
};

/// Processor time so far, of this process and of those children.
Seconds processor_time(const std::vector<pid_t>& children);

/// Page faults of this process so far.
std::uint64_t page_faults();

/// Bytes of memory that this process has present, of files apart from shared memory none.
std::uint64_t resident_bytes();

/// The calling thread on one processor (counted modulo those that there are).
void pin_to(int processor);

}  // namespace bench
