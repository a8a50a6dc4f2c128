/// What the C interfaces of streams and of ports share: messages, times and counts as C sees them.
/// Pure translations; any thread.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "c_api_support.hpp"
#include "shmheap/buffer.hpp"
#include "shmheap/stream.h"
#include "shmheap/stream.hpp"

struct shmheap_message {
    shmheap::Message message;
};

namespace shmheap::c_api {

/// Gives out what was made, as a handle that owns it. Returns 0 or the error's negative number.
template <class Value, class Handle>
int hand_out(Result<Value> made, Handle** out) {
    if (!made) return -made.error().code;
    *out = std::make_unique<Handle>(Handle{std::move(*made)}).release();
    return 0;
}

inline Deadline deadline_after(std::int64_t timeout_ns) {
    if (timeout_ns < 0) return no_deadline;
    if (timeout_ns == 0) return {};
    const std::chrono::nanoseconds timeout(timeout_ns);
    const Deadline now = std::chrono::steady_clock::now();
    return timeout < no_deadline - now ? now + timeout : no_deadline;
}

/// Returns 0, -EINVAL or -E2BIG. `given` may be nullptr.
inline int read_info(const shmheap_message_info* given, MessageInfo& info) {
    shmheap_message_info known = {};
    if (const int code = read_structure(given, known); code != 0) return code;
    constexpr std::uint32_t flags_known = SHMHEAP_END_OF_STREAM | SHMHEAP_SEQUENCE_SET;
    if ((known.flags & ~flags_known) != 0) return -EINVAL;
    if ((known.flags & SHMHEAP_SEQUENCE_SET) != 0) info.sequence = known.sequence;
    info.time_stamp = TimeStamp(std::chrono::nanoseconds(known.time_stamp_ns));
    info.stream_id = known.stream_id;
    info.payload_type = known.payload_type;
    info.end_of_stream = (known.flags & SHMHEAP_END_OF_STREAM) != 0;
    return 0;
}

/// Memory of the caller's as a buffer, for sending, which only reads: nothing is written through
/// what was const.
inline Buffer borrow(const void* data, std::size_t bytes) {
    return Buffer::borrow({static_cast<std::byte*>(const_cast<void*>(data)), bytes});
}

inline shmheap_producer_stats to_c(const ProducerStats& found) {
    return {.size = 0,
            .messages = found.messages,
            .bytes = found.bytes,
            .shared = found.shared,
            .copied = found.copied,
            .consumers = found.consumers,
            .refused = found.refused,
            .lost = found.lost,
            .unreleased = found.unreleased,
            .blocked = found.blocked,
            .timed_out = found.timed_out,
            .dropped = found.dropped,
            .forwarded = found.forwarded,
            .reserved = {}};
}

inline shmheap_consumer_stats to_c(const ConsumerStats& found) {
    return {.size = 0,
            .messages = found.messages,
            .bytes = found.bytes,
            .shared = found.shared,
            .copied = found.copied,
            .producers = found.producers,
            .skipped = found.skipped,
            .forwarded = found.forwarded,
            .reserved = {}};
}

}  // namespace shmheap::c_api
