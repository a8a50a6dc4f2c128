/// Waiting for descriptors until a deadline: the only place in which a stream sleeps on a socket.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <span>

#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"

namespace shmheap::stream {

/// The earlier of a deadline and a time from now.
Deadline at_most(Deadline deadline, std::chrono::nanoseconds from_now);

/// Reads no clock for a deadline at its epoch or before, as who will not wait gives.
inline bool has_passed(Deadline deadline) {
    return deadline <= Deadline{} || deadline <= std::chrono::steady_clock::now();
}

/// 0 when the deadline has passed.
std::int64_t nanoseconds_until(Deadline deadline);

/// Returns when one of the descriptors has something to tell (`revents` says what), an error or a
/// hang-up included; signals do not end the wait. A deadline that has passed still looks once.
/// Errors: ETIMEDOUT; what ppoll(2) says.
Status wait_for(std::span<pollfd> descriptors, Deadline deadline);

/// Before a sleep until that deadline: lets go of what this process has forwarded and need not keep
/// any more. Returns the deadline, or an earlier time at which to look again.
Deadline look_after_kept_things(Deadline deadline);

}  // namespace shmheap::stream
