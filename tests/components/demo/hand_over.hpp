/// How the demo's producers send: to whichever consumer is there, waiting for the next one when one
/// has ended, until they are told to stop.
#pragma once

#include "shmheap/stream.hpp"
#include "stop_request.hpp"

namespace demo {

/// Sends a buffer to the consumer that is there, or to the next one.
/// Errors: ETIMEDOUT (a stop was requested), and those of Producer::send but EPIPE.
inline shmheap::Status hand_over(shmheap::Producer& producer, const shmheap::Buffer& buffer,
                                 const shmheap::MessageInfo& info) {
    while (true) {
        const auto sent = until_stopped(
            [&](shmheap::Deadline deadline) { return producer.send(buffer, info, deadline); });
        if (sent) return {};
        if (sent.error().code != EPIPE) return tl::unexpected(sent.error());
    }
}

/// Waits until the last buffer of a stream has done its work. A consumer that ends before that
/// takes the end of the stream with it, so the next one gets that buffer again.
/// Errors: as of hand_over.
inline shmheap::Status finish(shmheap::Producer& producer, const shmheap::Buffer& last,
                              const shmheap::MessageInfo& info) {
    while (true) {
        const auto drained =
            until_stopped([&](shmheap::Deadline deadline) { return producer.drain(deadline); });
        if (drained || drained.error().code != EPIPE) return drained;
        if (auto sent = hand_over(producer, last, info); !sent) return sent;
    }
}

}  // namespace demo
