// The way of a message into a ConsumerCore. The ring comes first; the socket is looked at when the
// ring is empty, and then the ring once more, because what the socket says (a new heap, the end) is
// said after everything that was published before.
#include <algorithm>
#include <utility>

#include "os/fork_generation.hpp"
#include "stream/consumer_core.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

using stream::CopiedMessage;
using stream::has_passed;
using stream::MessagePacket;
using stream::PacketKind;
using stream::parse;
using stream::parse_whole;
using stream::RingEntry;
using Taken = stream::IncomingRing::Taken;
using namespace std::chrono_literals;

namespace {

/// Between two looks at the socket of a consumer that asks again and again without waiting.
constexpr auto look_interval = 50us;

/// Two looks at an empty ring that are less than this apart are often.
constexpr auto often = 10us;
constexpr std::uint32_t looks_per_reading = 16;  ///< of the clock, by who looks often

/// Copied messages that can be whole before the ring names the first: the producer publishes each
/// before it begins the next.
constexpr std::size_t copied_ahead_max = 2;

MessagePacket packet_of(const RingEntry& entry) {
    const bool is_last = (ring_flags(entry.kind) & ring_flag_end_of_stream) != 0;
    return {.head = {},
            .sequence = entry.sequence,
            .time_stamp_ns = static_cast<std::int64_t>(entry.time_stamp_ns),
            .stream_id = entry.stream_id,
            .length = entry.length,
            .payload_type = ring_payload_type(entry.kind),
            .flags = is_last ? stream::flag_end_of_stream : 0};
}

}  // namespace

Result<Message> ConsumerCore::receive(Deadline deadline) {
    if (fork_generation_ != os::fork_generation()) return fail(ECHILD, "receive");
    if (owes()) [[unlikely]] {
        auto message = take_owed();
        if (!message) recover_from(message.error());
        show_readable();
        return message;
    }
    // The quick way, of a consumer that is in the middle of traffic and has no use for fd().
    if (ring_ && !fd_asked_) {
        RingEntry entry;
        if (ring_->take(entry) == Taken::message) {
            auto message = take_entry(entry);
            if (!message) recover_from(message.error());
            return message;
        }
        if (looked_just_now(deadline)) return fail(ETIMEDOUT, "receive");
    }
    while (true) {
        auto message = next_message(deadline);
        if (!message) {
            recover_from(message.error());
            return tl::unexpected(message.error());
        }
        if (*message) {
            show_readable();
            return std::move(**message);
        }
    }
}

Result<std::size_t> ConsumerCore::receive_many(std::vector<Message>& to, std::size_t count_max,
                                               Deadline deadline) {
    if (count_max == 0) return fail(EINVAL, "receive no message");
    count_max = std::min(count_max, stream::ring_batch_max);
    take_ahead(count_max);
    auto first = receive(deadline);
    if (!first) return tl::unexpected(first.error());
    to.push_back(std::move(*first));
    take_ahead(count_max - 1);
    std::size_t count = 1;
    while (count < count_max && owes()) {
        auto next = take_owed();
        if (!next) {
            untold_ = next.error();
            break;
        }
        to.push_back(std::move(*next));
        ++count;
    }
    show_readable();
    return count;
}

/// From the ring, unless something was taken already.
void ConsumerCore::take_ahead(std::size_t count_max) {
    if (fork_generation_ != os::fork_generation()) return;
    if (!ring_ || owes()) return;
    owed_given_ = 0;
    owed_count_ = ring_->take_many(std::span(owed_).first(count_max));
    if (owed_count_ > 0) wake_producer();
}

/// What was taken ahead; there must be something. Errors: those of receive, untold ones first.
Result<Message> ConsumerCore::take_owed() {
    if (untold_) {
        const Error error = *std::exchange(untold_, std::nullopt);
        return tl::unexpected(error);
    }
    return open_entry(owed_[owed_given_++]);
}

/// After an error that receive is about to tell.
void ConsumerCore::recover_from(const Error& error) {
    if (error.code == ETIMEDOUT) return;
    if (error.code != EMSGSIZE && error.code != ESTALE && greeted_) leave();
    show_readable();
}

/// Whether it is enough to have looked at the ring, for who asks again and again without waiting.
/// Who asks often has the clock read for every sixteenth time only; who does not, every time.
bool ConsumerCore::looked_just_now(Deadline deadline) {
    if (deadline > looked_at_) return false;  // it may not have passed yet
    if (looks_left_ > 0) {
        --looks_left_;
        return true;
    }
    const Deadline now = std::chrono::steady_clock::now();
    looks_left_ = now - clock_read_at_ < often ? looks_per_reading - 1 : 0;
    clock_read_at_ = now;
    return now - looked_at_ < look_interval;
}

/// One step towards the next message. Errors: those of receive; with ETIMEDOUT, fd() is true.
Result<std::optional<Message>> ConsumerCore::next_message(Deadline deadline) {
    if (!greeted_) {
        if (auto met = await_producer(deadline); !met) {
            if (met.error().code == ETIMEDOUT) ready_.show(false);
            return tl::unexpected(met.error());
        }
    }
    if (ring_) {
        RingEntry entry;
        const Taken taken = ring_->take(entry);
        if (taken == Taken::nonsense) return nonsense();
        if (taken == Taken::message) return take_entry(entry);
    }
    if (ended_) return fail(EPIPE, "receive from the producer");
    if (heap_next_) {
        attach_next();
        return std::nullopt;
    }
    const Deadline now = std::chrono::steady_clock::now();
    const bool may_wait_for_ring = ring_ && !fd_asked_;
    const bool may_spin = may_wait_for_ring && !quiet_ && deadline > now;
    const bool looked = may_wait_for_ring && now - looked_at_ < look_interval;
    if (looked) {
        if (deadline <= now) return fail(ETIMEDOUT, "receive");
        if (may_spin && ring_->spin()) return std::nullopt;
    }
    looked_at_ = now;
    auto message = look_at_socket();
    if (message || message.error().code != EAGAIN) return message;
    if (!looked && may_spin && ring_->spin()) return std::nullopt;
    if (auto come = await_event(deadline); !come) return tl::unexpected(come.error());
    return std::nullopt;
}

/// Takes one packet in. Errors: EAGAIN (there is none).
Result<std::optional<Message>> ConsumerCore::look_at_socket() {
    flush();
    const auto packet = channel_->receive();
    if (!packet) {
        if (packet.error().code != EPIPE) return tl::unexpected(packet.error());
        ended_ = true;
        return std::nullopt;
    }
    announced_ = false;  // that packet may have been the one that tells the next message
    return take(*packet);
}

Result<std::optional<Message>> ConsumerCore::take(std::span<const std::byte> packet) {
    Status taken;
    switch (parse<stream::PacketHead>(packet)->kind) {
        case PacketKind::message:
        case PacketKind::chunk:
            return take_bytes(packet);
        case PacketKind::open:
            taken = take_open(packet);
            break;
        case PacketKind::heap:
            taken = take_heap(packet);
            break;
        case PacketKind::foreign:
            taken = take_foreign(packet);
            break;
        case PacketKind::wake:
            break;  // has served its purpose
        case PacketKind::hello:
        case PacketKind::answer:
        case PacketKind::taken:
        case PacketKind::attached:
        default:  // a packet can say anything
            return nonsense();
    }
    if (!taken) return tl::unexpected(taken.error());
    return std::nullopt;
}

Result<std::optional<Message>> ConsumerCore::take_bytes(std::span<const std::byte> packet) {
    if (const auto chunk = parse<stream::ChunkPacket>(packet);
        chunk && chunk->head.kind == PacketKind::chunk) {
        const auto rest = packet.subspan(sizeof(*chunk));
        if (auto kept = assembly_.append(*chunk, rest); !kept) return tl::unexpected(kept.error());
    } else {
        constexpr std::uint32_t flags_known = stream::flag_in_ring | stream::flag_end_of_stream;
        const auto message = parse<MessagePacket>(packet);
        if (!message || (message->flags & ~flags_known) != 0) return nonsense();
        const bool in_ring = (message->flags & stream::flag_in_ring) != 0;
        if (in_ring != ring_.has_value()) return nonsense();
        const auto rest = packet.subspan(sizeof(*message));
        if (auto begun = assembly_.begin(*message, rest, options_.copied_size_max); !begun) {
            return tl::unexpected(begun.error());
        }
    }
    if (!assembly_.complete()) return std::nullopt;
    if (!ring_) {
        auto delivered = deliver(assembly_.finish());
        if (!delivered) return tl::unexpected(delivered.error());
        return std::optional(std::move(*delivered));
    }
    if (copied_.size() == copied_ahead_max) return nonsense();
    copied_.push_back(assembly_.finish());
    return std::nullopt;
}

Status ConsumerCore::take_open(std::span<const std::byte> packet) {
    const auto open = parse_whole<stream::OpenPacket>(packet);
    if (!open || !client_ || ring_ || open->heap != client_->heap_uuid()) return nonsense();
    ring_.emplace(client_, open->number);
    return {};
}

Status ConsumerCore::take_heap(std::span<const std::byte> packet) {
    const auto heap = parse<stream::HeapPacket>(packet);
    if (!heap) return nonsense();
    heap_next_ = stream::announced_place(heap->announcement, packet.subspan(sizeof(*heap)));
    if (!heap_next_) return nonsense();
    return {};
}

/// What was published in the former ring has been taken.
void ConsumerCore::attach_next() {
    ring_.reset();
    attachments_unsent_.push_back(attach(*heap_next_));
    heap_next_.reset();
}

Result<Message> ConsumerCore::take_entry(const RingEntry& entry) {
    wake_producer();
    return open_entry(entry);
}

/// After something was taken from the ring.
void ConsumerCore::wake_producer() {
    quiet_ = false;
    if (!ring_->wake_producer()) [[likely]]
        return;
    const stream::WakePacket wake = {.head = stream::head_of<stream::WakePacket>(PacketKind::wake)};
    // A socket without room for it is one that the producer has something to read from.
    (void)channel_->send(stream::bytes_of(wake));
}

Result<Message> ConsumerCore::open_entry(const RingEntry& entry) {
    constexpr std::uint64_t flags_known =
        ring_flag_copied | ring_flag_end_of_stream | ring_flag_forwarded;
    const std::uint64_t flags = ring_flags(entry.kind);
    if ((flags & ~flags_known) != 0) return nonsense();
    if ((flags & ring_flag_forwarded) != 0) return take_forwarded(entry);
    return (flags & ring_flag_copied) != 0 ? take_copied(entry.offset) : take_shared(entry);
}

Result<Message> ConsumerCore::take_shared(const RingEntry& entry) {
    const Reference reference = {.heap = client_->heap_uuid(),
                                 .client = client_->slot(),
                                 .lane_slot = ring_lane_slot(entry.kind),
                                 .generation = entry.generation,
                                 .offset = entry.offset,
                                 .length = entry.length,
                                 .reserved = {}};
    auto received = Received::accept(client_, reference);
    if (!received) return tl::unexpected(received.error());
    return Message(count(packet_of(entry), Delivery::shared), std::move(*received));
}

/// All its bytes were sent before the ring named it.
Result<Message> ConsumerCore::take_copied(std::uint64_t number) {
    while (copied_.empty()) {
        auto taken = look_at_socket();
        if (!taken)
            return taken.error().code == EAGAIN ? nonsense() : tl::unexpected(taken.error());
        if (ended_ || heap_next_) return nonsense();
    }
    CopiedMessage copied = std::move(copied_.front());
    copied_.pop_front();
    if (copied.packet.head.number != number) return nonsense();
    return deliver(std::move(copied));
}

Result<Message> ConsumerCore::deliver(CopiedMessage copied) {
    ++copied_taken_;
    flush();
    if (copied.oversized) return fail(EMSGSIZE, "receive from stream", seeker_.path());
    return Message(count(copied.packet, Delivery::copied), std::move(copied.bytes));
}

/// Returns when there may be something in the ring or in the socket.
Status ConsumerCore::await_event(Deadline deadline) {
    if (has_passed(deadline)) return give_up_for_now();
    const Deadline last = std::exchange(deadline, stream::look_after_kept_things(deadline));
    if (ring_ && !quiet_ && !fd_asked_) {
        announced_ = false;  // sleeping on the futex takes its place
        const Deadline slice_end = stream::at_most(deadline, stream::futex_slice);
        ring_->await_message(slice_end);
        quiet_ = has_passed(slice_end);
        return {};
    }
    if (ring_ && !announced_ && !ring_->announce_wait()) {
        announced_ = !ring_->end_wait();
        return {};
    }
    announced_ = ring_.has_value();
    auto waited = await_socket(deadline);
    if (!waited && waited.error().code == ETIMEDOUT && !has_passed(last)) return {};
    if (!waited && waited.error().code == ETIMEDOUT) return give_up_for_now();
    return waited;
}

/// Makes fd() tell of the next message. Errors: ETIMEDOUT, unless that has come meanwhile.
Status ConsumerCore::give_up_for_now() {
    if (fd_asked_) {
        if (ring_ && !announced_ && !ring_->announce_wait()) {
            announced_ = !ring_->end_wait();
            return {};
        }
        announced_ = ring_.has_value();
        ready_.show(false);
    }
    return fail(ETIMEDOUT, "receive");
}

/// There may be more, of which no packet tells.
void ConsumerCore::show_readable() {
    if (fd_asked_ && (!announced_ || owes())) ready_.show(true);
}

int ConsumerCore::fd() {
    if (!std::exchange(fd_asked_, true)) {
        // What is no message is of no interest to whoever waits for one.
        while (greeted_ && channel_->peek() == PacketKind::open) {
            if (!look_at_socket()) break;
        }
        if (give_up_for_now()) ready_.show(true);
    }
    return ready_.fd();
}

MessageInfo ConsumerCore::count(const MessagePacket& packet, Delivery delivery) {
    ++stats_.messages;
    stats_.bytes += packet.length;
    ++(delivery == Delivery::shared ? stats_.shared : stats_.copied);
    if (sequence_last_ && packet.sequence > *sequence_last_) {
        stats_.skipped += packet.sequence - *sequence_last_ - 1;
    }
    sequence_last_ = packet.sequence;
    return {.sequence = packet.sequence,
            .time_stamp = TimeStamp(std::chrono::nanoseconds(packet.time_stamp_ns)),
            .stream_id = packet.stream_id,
            .payload_type = packet.payload_type,
            .end_of_stream = (packet.flags & stream::flag_end_of_stream) != 0};
}

}  // namespace shmheap::detail
