// The way of a message out of a ProducerCore: room is made for it as the policy says, then it is
// published in the ring, by a lease where its bytes lie in the attached heap, else after its bytes
// have gone through the socket.
#include <algorithm>

#include "os/fork_generation.hpp"
#include "stream/producer_core.hpp"
#include "stream/sleep.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

using stream::has_passed;
using stream::MessagePacket;
using stream::Outgoing;
using stream::OutgoingRing;
using namespace std::chrono_literals;

namespace {

/// Between two looks at the sockets while messages follow each other closely.
constexpr auto look_interval = 100us;

/// Between two looks at the socket while a release is waited for, which comes by another way.
constexpr auto release_wait_max = 50ms;

/// Whether a buffer that could not be leased for this reason can still be sent as bytes.
bool can_be_copied(int code) {
    return code == ENOTCONN || code == EINVAL || code == ENOSPC;
}

bool is_dropping(WhenFull policy) {
    return policy == WhenFull::drop_oldest || policy == WhenFull::drop_newest;
}

/// What the sender knows of a cell's content.
stream::RingEntry entry_of(const MessagePacket& packet) {
    const bool is_last = (packet.flags & stream::flag_end_of_stream) != 0;
    return {.sequence = packet.sequence,
            .time_stamp_ns = static_cast<std::uint64_t>(packet.time_stamp_ns),
            .stream_id = packet.stream_id,
            .offset = 0,
            .length = packet.length,
            .generation = 0,
            .kind = ring_kind(packet.payload_type, is_last ? ring_flag_end_of_stream : 0, 0)};
}

}  // namespace

Result<Delivery> ProducerCore::send(const Buffer& buffer, const MessageInfo& info,
                                    Deadline deadline) {
    const Outbound message = outbound(buffer.bytes(), info, deadline);
    if (auto ready = begin(message); !ready) return give_up(ready.error(), message);
    const auto shareable = can_share(buffer);
    if (!shareable) return tl::unexpected(shareable.error());
    return *shareable ? send_shared(message) : send_copied(message);
}

Result<Delivery> ProducerCore::send(std::span<const std::byte> bytes, const MessageInfo& info,
                                    Deadline deadline) {
    const Outbound message = outbound(bytes, info, deadline);
    if (auto ready = begin(message); !ready) return give_up(ready.error(), message);
    return send_copied(message);
}

/// Between what is sent at once, whatever waits or does not go by a lease is sent by itself.
Result<std::size_t> ProducerCore::send_many(std::span<const Buffer> buffers,
                                            const MessageInfo& info, Deadline deadline) {
    std::size_t done = 0;
    while (done < buffers.size()) {
        MessageInfo next = info;
        if (info.sequence != next_sequence) next.sequence += done;
        const auto rest = buffers.subspan(done);
        auto sent = send_at_once(rest, next, deadline);
        if (sent && *sent == 0) {
            next.end_of_stream = info.end_of_stream && rest.size() == 1;
            const auto one = send(rest.front(), next, deadline);
            sent = one ? Result<std::size_t>(std::size_t{1}) : tl::unexpected(one.error());
        }
        if (!sent && done == 0) return sent;
        if (!sent) break;
        done += *sent;
    }
    return done;
}

/// As many as there is room for; tells how many, which is 0 if the first one needs a closer look.
Result<std::size_t> ProducerCore::send_at_once(std::span<const Buffer> buffers,
                                               const MessageInfo& info, Deadline deadline) {
    Outbound message = outbound(buffers.front().bytes(), info, deadline);
    if (auto ready = begin(message); !ready) {
        if (ready.error().code != ETIMEDOUT) return tl::unexpected(ready.error());
        return 0;  // send() gives it up as the policy says
    }
    OutgoingRing* ring = consumer_->ring();
    if (ring == nullptr) return 0;
    const auto room = ring->room(std::min(buffers.size(), lease_batch_max));
    if (!room) return 0;
    std::size_t count = 0;
    while (count < *room && is_leasable(buffers[count]))
        ++count;
    if (count == 0) return 0;
    if (count < buffers.size()) message.packet.flags &= ~stream::flag_end_of_stream;
    const OutgoingRing::Batch batch = {
        .count = count,
        .first = entry_of(message.packet),
        .now_ns = static_cast<std::uint64_t>(message.now.time_since_epoch().count())};
    const auto payload = [&buffers](std::size_t place) { return buffers[place].bytes(); };
    const auto published = ring->publish_shared(batch, payload);
    if (!published) return 0;
    consumer_->wake();
    for (std::size_t place = 0; place < *published; ++place) {
        message.packet.length = buffers[place].size();
        (void)this->count(message, Delivery::shared);
        ++message.packet.sequence;
    }
    return *published;
}

/// Whether a buffer lies in the heap of the open ring.
bool ProducerCore::is_leasable(const Buffer& buffer) {
    OutgoingRing* ring = consumer_->ring();
    return ring != nullptr && buffer.size() != 0 && ring->heap().contains(buffer.data()) &&
           !ring->heap().lost_its_name();
}

ProducerCore::Outbound ProducerCore::outbound(std::span<const std::byte> bytes,
                                              const MessageInfo& info, Deadline deadline) {
    const TimeStamp now = std::chrono::system_clock::now();
    const TimeStamp time = info.time_stamp == TimeStamp{} ? now : info.time_stamp;
    return {.bytes = bytes,
            .now = now,
            .packet = {.head = {},  // filled in by the connection, which numbers the packets
                       .sequence = info.sequence == next_sequence ? sequence_next_ : info.sequence,
                       .time_stamp_ns = time.time_since_epoch().count(),
                       .stream_id = info.stream_id,
                       .length = bytes.size(),
                       .payload_type = info.payload_type,
                       .flags = info.end_of_stream ? stream::flag_end_of_stream : 0},
            .deadline = patience(deadline),
            .leased = bytes};
}

Deadline ProducerCore::patience(Deadline deadline) const {
    if (is_dropping(options_.when_full)) return Deadline::min();
    if (options_.when_full == WhenFull::block) return deadline;
    return stream::at_most(deadline, options_.patience);
}

/// Returns when there is a consumer, as far as was seen a moment ago. By the wall clock, which is
/// read for every message anyway; if it jumps, that is one look more.
Status ProducerCore::begin(const Outbound& message) {
    const bool looked = message.now >= looked_at_ && message.now - looked_at_ < look_interval;
    if (looked && connected() && fork_generation_ == os::fork_generation()) [[likely]]
        return {};
    looked_at_ = message.now;
    return await_consumer(message.deadline);
}

/// Whether the buffer can be leased to the consumer, or must go as bytes.
Result<bool> ProducerCore::can_share(const Buffer& buffer) {
    if (is_leasable(buffer)) [[likely]]
        return true;
    if (buffer.size() == 0) return false;
    Heap* heap = current_heap();
    if (heap == nullptr || !heap->contains(buffer.data())) return false;
    if (!consumer_->announced(*heap)) {
        Heap* former = attached_heap();
        const auto step = [&](Outgoing& consumer) {
            const std::uint32_t slot = consumer.slot();
            auto announced = consumer.announce_heap(*heap);
            if (announced && former != nullptr) departed_.push_back({former, slot, no_deadline});
            return announced;
        };
        // Not worth waiting for: this message goes as bytes either way.
        const auto told = transmit(step, Deadline::min());
        if (!told && told.error().code != ETIMEDOUT) return tl::unexpected(told.error());
    }
    return consumer_->ring() != nullptr;
}

Result<Delivery> ProducerCore::send_shared(const Outbound& message) {
    if (auto room = make_room(message); !room) return give_up(room.error(), message);
    OutgoingRing::Batch batch = {
        .count = 1,
        .first = entry_of(message.packet),
        .now_ns = static_cast<std::uint64_t>(message.now.time_since_epoch().count())};
    if (message.is_forwarded) batch.first.kind |= ring_kind(0, ring_flag_forwarded, 0);
    const auto leased = [&message](std::size_t) { return message.leased; };
    while (true) {
        const auto published = consumer_->ring()->publish_shared(batch, leased);
        if (published) break;
        if (can_be_copied(published.error().code)) return send_copied(message);
        if (published.error().code != EAGAIN) return tl::unexpected(published.error());
        if (auto released = await_release(message); !released) {
            return give_up(released.error(), message);
        }
    }
    consumer_->wake();
    stats_.forwarded += message.is_forwarded ? 1 : 0;
    return count(message, Delivery::shared);
}

/// The lane is full: the consumer holds on to what it has received.
Status ProducerCore::await_release(const Outbound& message) {
    if (options_.when_full == WhenFull::drop_oldest) {
        const auto dropped = consumer_->ring()->drop_oldest();
        if (dropped == OutgoingRing::Dropped::oldest) ++stats_.dropped;
        if (dropped != OutgoingRing::Dropped::impossible) return {};
    }
    if (has_passed(message.deadline)) return fail(ETIMEDOUT, "wait for the consumer to release");
    const Deadline look_again = stream::at_most(message.deadline, release_wait_max);
    consumer_->ring()->heap().await_release(consumer_->slot(),
                                            stream::nanoseconds_until(look_again));
    return service();
}

Status ProducerCore::make_room(const Outbound& message) {
    bool waited = false;
    while (OutgoingRing* ring = consumer_->ring()) {
        const auto room = ring->room(1);
        if (!room) {
            end_consumer();
            return fail(EPIPE, "send to a consumer that speaks nonsense");
        }
        if (*room > 0) return {};
        if (options_.when_full == WhenFull::drop_oldest) {
            const auto dropped = ring->drop_oldest();
            if (dropped == OutgoingRing::Dropped::oldest) ++stats_.dropped;
            if (dropped != OutgoingRing::Dropped::impossible) continue;
        }
        if (has_passed(message.deadline)) return fail(ETIMEDOUT, "wait for room in the ring");
        if (!waited) ++stats_.blocked;
        waited = true;
        if (auto awaited = await_room(message.deadline); !awaited) return awaited;
    }
    return {};  // without a ring, the socket says whether it has room
}

/// On the ring for a moment, during which the end of the consumer would not be noticed, then on the
/// socket for as long as it takes.
Status ProducerCore::await_room(Deadline deadline) {
    const Deadline slice_end = stream::at_most(deadline, stream::futex_slice);
    consumer_->ring()->await_room(slice_end);
    if (auto served = service(); !served) return served;
    OutgoingRing* ring = consumer_->ring();
    if (ring == nullptr || !has_passed(slice_end) || !ring->announce_wait()) return {};
    const auto waited = await(POLLIN, deadline);
    ring->end_wait();
    if (!waited && waited.error().code != ETIMEDOUT) return waited;
    return service();
}

Result<Delivery> ProducerCore::send_copied(const Outbound& message) {
    if (auto room = make_room(message); !room) return give_up(room.error(), message);
    if (auto sent = send_bytes(message); !sent) return give_up(sent.error(), message);
    consumer_->copied_message_sent();
    if (OutgoingRing* ring = consumer_->ring()) {
        stream::RingEntry entry = entry_of(message.packet);
        entry.offset = consumer_->copied_number();
        // Who is no client any more has left the connection, too, and will be noticed by that.
        (void)ring->publish_copied(entry);
        consumer_->wake();
    }
    return count(message, Delivery::copied);
}

Status ProducerCore::send_bytes(const Outbound& message) {
    const auto& bytes = message.bytes;
    std::size_t offset = std::min(bytes.size(), stream::first_bytes_max);
    const auto first = [&](Outgoing& consumer) {
        return consumer.send_first(message.packet, bytes.first(offset));
    };
    if (auto sent = transmit(first, message.deadline); !sent) return sent;
    while (offset < bytes.size()) {
        const auto part =
            bytes.subspan(offset, std::min(bytes.size() - offset, stream::chunk_bytes_max));
        const auto chunk = [&](Outgoing& consumer) { return consumer.send_chunk(offset, part); };
        // A message given up half-way is ended by the next one.
        if (auto sent = transmit(chunk, message.deadline); !sent) return sent;
        offset += part.size();
    }
    return {};
}

template <class Step>
Status ProducerCore::transmit(Step step, Deadline deadline) {
    while (true) {
        const Status sent = step(*consumer_);
        if (sent) return {};
        if (sent.error().code == EPIPE) {
            end_consumer();
            return sent;
        }
        if (sent.error().code != EAGAIN) return sent;
        consumer_->wake(true);  // it reads the socket only when it is awake
        if (auto room = await(POLLIN | POLLOUT, deadline); !room) return room;
        if (auto served = service(); !served) return served;
    }
}

/// A policy that drops gives every message up that would have to wait, and says so.
Result<Delivery> ProducerCore::give_up(const Error& why, const Outbound& message) {
    if (why.code != ETIMEDOUT) return tl::unexpected(why);
    if (!is_dropping(options_.when_full)) {
        ++stats_.timed_out;
        return tl::unexpected(why);
    }
    ++stats_.dropped;
    if (consumer_ && consumer_->ring() != nullptr) consumer_->ring()->count_dropped();
    sequence_next_ = message.packet.sequence + 1;  // so that the consumer sees the gap
    return Delivery::dropped;
}

Delivery ProducerCore::count(const Outbound& message, Delivery delivery) {
    sequence_next_ = message.packet.sequence + 1;
    ++stats_.messages;
    stats_.bytes += message.packet.length;
    ++(delivery == Delivery::shared ? stats_.shared : stats_.copied);
    return delivery;
}

}  // namespace shmheap::detail
