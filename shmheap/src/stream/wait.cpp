#include "stream/wait.hpp"

#include <algorithm>
#include <chrono>

#include "os/error.hpp"

namespace shmheap::stream {
namespace {

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
