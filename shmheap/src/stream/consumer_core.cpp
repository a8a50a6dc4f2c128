#include "stream/consumer_core.hpp"

#include <array>

#include "os/error.hpp"
#include "os/fork_generation.hpp"
#include "stream/ready.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

using stream::Attachment;
using stream::MessagePacket;
using stream::PacketKind;
using stream::parse;
using stream::parse_whole;

namespace {

/// A producer that dies leaves connections ungreeted, so one may be met; a socket that does so
/// every time is no producer.
constexpr int vanished_max = 3;

constexpr std::uint32_t errno_max = 4095;

tl::unexpected<Error> nonsense() {
    return fail(EPROTO, "understand the producer");
}

stream::AnswerPacket answer(const Attachment& attachment) {
    return {.head = stream::head_of<stream::AnswerPacket>(PacketKind::answer),
            .protocol = {stream::stream_magic, stream::stream_version, 0},
            .attachment = attachment};
}

}  // namespace

ConsumerCore::ConsumerCore(const std::string& path, const ConsumerOptions& options,
                           os::UniqueFd ready)
    : seeker_(path),
      options_(options),
      ready_(std::move(ready)),
      fork_generation_(os::fork_generation()) {}

Result<std::unique_ptr<ConsumerCore>> ConsumerCore::connect(const std::string& path,
                                                            const ConsumerOptions& options,
                                                            Deadline deadline) {
    auto ready = stream::create_ready_set();
    if (!ready) return tl::unexpected(ready.error());
    std::unique_ptr<ConsumerCore> core(new ConsumerCore(path, options, std::move(*ready)));
    if (auto met = core->await_producer(deadline); !met) return tl::unexpected(met.error());
    return core;
}

Status ConsumerCore::await_producer(Deadline deadline) {
    while (!greeted_) {
        if (!channel_) {
            if (auto found = seek(deadline); !found) return found;
        }
        const auto greeted = greet(deadline);
        if (greeted) break;
        if (greeted.error().code == ETIMEDOUT) return greeted;
        leave();
        if (greeted.error().code != EPIPE) return greeted;
        if (++vanished_ == vanished_max) {
            vanished_ = 0;
            return fail(EPROTO, "be greeted by the producer at", seeker_.path());
        }
    }
    vanished_ = 0;
    return {};
}

Status ConsumerCore::seek(Deadline deadline) {
    auto socket = seeker_.connect(deadline);
    if (!socket) {
        // fd() then tells when to try again; that it was added before does no harm.
        if (seeker_.fd() >= 0) (void)stream::add_to_ready_set(ready_.get(), seeker_.fd());
        return tl::unexpected(socket.error());
    }
    channel_.emplace(std::move(*socket));
    return stream::add_to_ready_set(ready_.get(), channel_->fd());
}

Status ConsumerCore::greet(Deadline deadline) {
    const auto packet = next_packet(deadline);
    if (!packet) return tl::unexpected(packet.error());
    return take_hello(*packet);
}

Status ConsumerCore::take_hello(std::span<const std::byte> packet) {
    // The protocol stands in the same place in every version; what follows it may not.
    const auto head = parse<stream::PacketHead>(packet);
    const auto protocol = parse<stream::Protocol>(packet.subspan(sizeof(*head)));
    if (head->kind != PacketKind::hello || !protocol || protocol->magic != stream::stream_magic ||
        protocol->refusal > errno_max) {
        return nonsense();
    }
    if (protocol->version != stream::stream_version) {
        (void)channel_->send(stream::bytes_of(answer({})));  // so that it can tell, too
        return fail(EPROTO, "connect to a producer of another version at", seeker_.path());
    }
    if (protocol->refusal != 0) {
        return fail(static_cast<int>(protocol->refusal), "connect to stream", seeker_.path());
    }
    const auto hello = parse<stream::HelloPacket>(packet);
    if (!hello) return nonsense();
    const auto place = stream::announced_place(hello->announcement, packet.subspan(sizeof(*hello)));
    if (!place) return nonsense();
    if (auto sent = channel_->send(stream::bytes_of(answer(attach(*place)))); !sent) return sent;
    greeted_ = true;
    ++stats_.producers;
    return {};
}

/// The producer sends bytes if the heap cannot be attached, so that is no failure here.
Attachment ConsumerCore::attach(const stream::HeapPlace& place) {
    client_.reset();
    if (!options_.share || place.name.empty()) {
        return {.heap = place.uuid, .slot = 0, .code = ECANCELED};
    }
    auto client = Client::attach(place.name, place.directory);
    if (!client) {
        return {
            .heap = place.uuid, .slot = 0, .code = static_cast<std::uint32_t>(client.error().code)};
    }
    if ((*client)->heap_uuid() != place.uuid) {
        return {.heap = place.uuid, .slot = 0, .code = ESTALE};
    }
    client_ = std::move(*client);
    return {.heap = place.uuid, .slot = client_->slot(), .code = 0};
}

/// A packet, waiting for it; meanwhile says what is still to be said.
Result<std::span<const std::byte>> ConsumerCore::next_packet(Deadline deadline) {
    while (true) {
        flush();
        const auto packet = channel_->receive();
        if (packet || packet.error().code != EAGAIN) return packet;
        const bool unsent = attachment_unsent_ || copied_told_ != copied_taken_;
        const short events = unsent ? POLLIN | POLLOUT : POLLIN;
        std::array<pollfd, 1> descriptors = {
            {{.fd = channel_->fd(), .events = events, .revents = 0}}};
        if (auto waited = stream::wait_for(descriptors, deadline); !waited) {
            return tl::unexpected(waited.error());
        }
    }
}

void ConsumerCore::leave() {
    channel_.reset();
    greeted_ = false;
    client_.reset();  // messages that are still in use keep their attachment themselves
    assembly_.abandon();
    attachment_unsent_.reset();
    copied_taken_ = 0;
    copied_told_ = 0;
}

Result<Message> ConsumerCore::receive(Deadline deadline) {
    if (fork_generation_ != os::fork_generation()) return fail(ECHILD, "receive");
    while (true) {
        if (auto met = await_producer(deadline); !met) return tl::unexpected(met.error());
        const auto packet = next_packet(deadline);
        if (!packet) {
            if (packet.error().code != ETIMEDOUT) leave();
            return tl::unexpected(packet.error());
        }
        auto message = take(*packet);
        if (!message) {
            if (message.error().code == EPROTO) leave();
            return tl::unexpected(message.error());
        }
        if (*message) return std::move(**message);
    }
}

Result<std::optional<Message>> ConsumerCore::take(std::span<const std::byte> packet) {
    const PacketKind kind = parse<stream::PacketHead>(packet)->kind;
    if (kind == PacketKind::message) return take_message(packet);
    if (kind == PacketKind::chunk) return take_chunk(packet);
    if (kind != PacketKind::heap) return nonsense();
    if (auto taken = take_heap(packet); !taken) return tl::unexpected(taken.error());
    return std::nullopt;
}

Result<std::optional<Message>> ConsumerCore::take_message(std::span<const std::byte> packet) {
    const auto message = parse<MessagePacket>(packet);
    constexpr std::uint32_t flags_known = stream::flag_shared | stream::flag_end_of_stream;
    if (!message || (message->flags & ~flags_known) != 0) return nonsense();
    const auto rest = packet.subspan(sizeof(*message));
    if ((message->flags & stream::flag_shared) != 0) {
        assembly_.abandon();
        auto shared = take_shared(*message, rest);
        if (!shared) return tl::unexpected(shared.error());
        return std::optional(std::move(*shared));
    }
    if (auto begun = assembly_.begin(*message, rest, options_.copied_size_max); !begun) {
        return tl::unexpected(begun.error());
    }
    return finish_copied();
}

Result<std::optional<Message>> ConsumerCore::take_chunk(std::span<const std::byte> packet) {
    const auto chunk = parse<stream::ChunkPacket>(packet);
    if (!chunk) return nonsense();
    if (auto kept = assembly_.append(*chunk, packet.subspan(sizeof(*chunk))); !kept) {
        return tl::unexpected(kept.error());
    }
    return finish_copied();
}

Result<Message> ConsumerCore::take_shared(const MessagePacket& packet,
                                          std::span<const std::byte> rest) {
    const auto reference = parse_whole<Reference>(rest);
    if (!reference || !client_ || reference->length != packet.length) return nonsense();
    auto received = Received::accept(client_, *reference);
    if (!received) return tl::unexpected(received.error());
    return Message(count(packet, Delivery::shared), std::move(*received));
}

Result<std::optional<Message>> ConsumerCore::finish_copied() {
    if (!assembly_.complete()) return std::nullopt;
    const MessagePacket packet = assembly_.packet();
    const bool oversized = assembly_.oversized();
    std::vector<std::byte> bytes = assembly_.finish();
    ++copied_taken_;
    flush();
    if (oversized) return fail(EMSGSIZE, "receive from stream", seeker_.path());
    return std::optional(Message(count(packet, Delivery::copied), std::move(bytes)));
}

Status ConsumerCore::take_heap(std::span<const std::byte> packet) {
    const auto heap = parse<stream::HeapPacket>(packet);
    if (!heap) return nonsense();
    const auto place = stream::announced_place(heap->announcement, packet.subspan(sizeof(*heap)));
    if (!place) return nonsense();
    attachment_unsent_ = attach(*place);
    return {};
}

/// Says what is still to be said as far as there is room. That the producer has ended is found out
/// by receiving, after all that it sent before.
void ConsumerCore::flush() {
    if (attachment_unsent_) {
        const stream::AttachedPacket packet = {
            .head = stream::head_of<stream::AttachedPacket>(PacketKind::attached),
            .attachment = *attachment_unsent_};
        const auto sent = channel_->send(stream::bytes_of(packet));
        if (!sent && sent.error().code == EAGAIN) return;
        attachment_unsent_.reset();
    }
    if (copied_told_ == copied_taken_) return;
    const stream::TakenPacket packet = {
        .head = stream::head_of<stream::TakenPacket>(PacketKind::taken), .count = copied_taken_};
    const auto sent = channel_->send(stream::bytes_of(packet));
    if (sent || sent.error().code != EAGAIN) copied_told_ = copied_taken_;
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
