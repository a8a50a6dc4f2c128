#include "stream/wait.hpp"

#include <algorithm>
#include <chrono>

#include "lease/kept_things.hpp"
#include "os/error.hpp"
#include "thread_caches.hpp"

namespace shmheap::stream {
namespace {

/// Between two looks at what is kept, since nobody wakes who keeps it.
constexpr std::chrono::milliseconds kept_look_again(50);

timespec remaining(Deadline deadline) {
    using std::chrono::nanoseconds;
    using std::chrono::seconds;
    const Deadline now = std::chrono::steady_clock::now();
    if (deadline <= now) return {};
    const nanoseconds left = deadline - now;
    const auto whole = std::chrono::duration_cast<seconds>(left);
    return {.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
}

}  // namespace

Deadline at_most(Deadline deadline, std::chrono::nanoseconds from_now) {
    const Deadline now = std::chrono::steady_clock::now();
    if (deadline <= now) return deadline;
    return from_now < deadline - now ? now + from_now : deadline;
}

std::int64_t nanoseconds_until(Deadline deadline) {
    const Deadline now = std::chrono::steady_clock::now();
    if (deadline <= now) return 0;
    return std::chrono::nanoseconds(deadline - now).count();
}

Deadline look_after_kept_things(Deadline deadline) {
    // A forked child inherits the count, but no heap that it could look after.
    if (detail::things_kept_in_process.load(std::memory_order_relaxed) == 0) [[likely]]
        return deadline;
    return detail::reclaim_kept_things() ? at_most(deadline, kept_look_again) : deadline;
}

Status wait_for(std::span<pollfd> descriptors, Deadline deadline) {
    while (true) {
        const timespec left = deadline == no_deadline ? timespec{} : remaining(deadline);
        const int ready = ::ppoll(descriptors.data(), descriptors.size(),
                                  deadline == no_deadline ? nullptr : &left, nullptr);
        if (ready > 0) return {};
        if (ready == 0) return fail(ETIMEDOUT, "wait for the peer");
        if (errno != EINTR) return os::error("wait for the peer");
    }
}

}  // namespace shmheap::stream
