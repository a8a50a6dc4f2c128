/// How the demo's components send: over an output, which waits for whoever is at the other end,
/// until they are told to stop.
#pragma once

#include "shmheap/port.hpp"
#include "stop_request.hpp"

namespace demo {

/// Errors: ETIMEDOUT (a stop was requested), and those of Output::send.
inline shmheap::Status hand_over(shmheap::Output& output, const shmheap::Buffer& buffer,
                                 const shmheap::MessageInfo& info) {
    return until_stopped(
        [&](shmheap::Deadline deadline) { return output.send(buffer, info, deadline); });
}

/// Waits until the last buffer of a stream has done its work. A consumer that ends before that
/// takes the end of the stream with it, so the next one gets that buffer again.
/// Errors: as of hand_over.
inline shmheap::Status finish(shmheap::Output& output, const shmheap::Buffer& last,
                              const shmheap::MessageInfo& info) {
    while (true) {
        const auto drained =
            until_stopped([&](shmheap::Deadline deadline) { return output.drain(deadline); });
        if (drained || drained.error().code != EPIPE) return drained;
        if (auto sent = hand_over(output, last, info); !sent) return sent;
    }
}

}  // namespace demo
