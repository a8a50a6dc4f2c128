/// Sleeping on a word of shared memory, and what comes before: looking at it for a while. Neither
/// fails; whoever wakes up looks for itself. Nothing is owned here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "shmheap/stream.hpp"

namespace shmheap::stream {

/// How long one sleeps on a word before one sleeps on the socket, where the end of the peer can be
/// noticed: the longest time until a death in the middle of traffic is noticed.
constexpr std::chrono::milliseconds futex_slice{20};

/// Until somebody wakes the word, it is no longer `seen` in its low half, the deadline passes, or a
/// signal comes. True if it was the deadline.
bool sleep_on(std::atomic<std::uint64_t>& word, std::uint64_t seen, Deadline deadline);

/// Wakes all who sleep on the word.
void wake(std::atomic<std::uint64_t>& word);

/// Whether this process may run on more than one processor: on one, looking keeps away the very
/// peer that one looks for.
bool may_run_in_parallel();

/// Looks before a sleep, and learns whether that pays: after a success it is worth more the next
/// time, after a failure less, but never so little that it cannot find out again.
class Spin {
public:
    /// Whether `happened` came true meanwhile.
    template <class Happened>
    bool until(Happened happened) {
        const std::uint32_t limit = parallel_ ? limit_ : 0;
        for (std::uint32_t count = 0; count < limit; ++count) {
            if (happened()) {
                limit_ = limit_ < limit_max / 2 ? limit_ * 2 : limit_max;
                return true;
            }
            pause();
        }
        limit_ = limit_ / 2 > limit_min ? limit_ / 2 : limit_min;
        return happened();
    }

private:
    static constexpr std::uint32_t limit_min = 16;
    static constexpr std::uint32_t limit_max = 1024;  // some 20 to 50 microseconds

    static void pause() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    bool parallel_ = may_run_in_parallel();
    std::uint32_t limit_ = limit_max / 4;
};

}  // namespace shmheap::stream
