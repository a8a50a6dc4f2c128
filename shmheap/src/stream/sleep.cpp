#include "stream/sleep.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <climits>
#include <ctime>

namespace shmheap::stream {
namespace {

static_assert(std::endian::native == std::endian::little, "a futex is the low half of a word");

std::uint32_t* low_half(std::atomic<std::uint64_t>& word) {
    return reinterpret_cast<std::uint32_t*>(&word);
}

}  // namespace

bool sleep_on(std::atomic<std::uint64_t>& word, std::uint64_t seen, Deadline deadline) {
    const Deadline now = std::chrono::steady_clock::now();
    if (deadline <= now) return true;
    const auto nanoseconds = std::chrono::nanoseconds(deadline - now).count();
    const timespec timeout = {.tv_sec = nanoseconds / 1'000'000'000,
                              .tv_nsec = nanoseconds % 1'000'000'000};
    const long result = ::syscall(SYS_futex, low_half(word), FUTEX_WAIT,
                                  static_cast<std::uint32_t>(seen), &timeout, nullptr, 0);
    return result != 0 && errno == ETIMEDOUT;
}

void wake(std::atomic<std::uint64_t>& word) {
    ::syscall(SYS_futex, low_half(word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

bool may_run_in_parallel() {
    cpu_set_t processors;
    CPU_ZERO(&processors);
    // More processors than the set has room for are more than one.
    if (::sched_getaffinity(0, sizeof(processors), &processors) != 0) return true;
    return CPU_COUNT(&processors) > 1;
}

}  // namespace shmheap::stream
