#include "stream/consumer_core.hpp"

#include <array>
#include <utility>

#include "os/error.hpp"
#include "os/fork_generation.hpp"
#include "stream/ready.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

using stream::Attachment;
using stream::PacketKind;
using stream::parse;

namespace {

/// A producer that dies leaves connections ungreeted, so one may be met; a socket that does so
/// every time is no producer.
constexpr int vanished_max = 3;

constexpr std::uint32_t errno_max = 4095;

stream::AnswerPacket answer(const Attachment& attachment) {
    return {.head = stream::head_of<stream::AnswerPacket>(PacketKind::answer),
            .protocol = {stream::stream_magic, stream::stream_version, 0},
            .attachment = attachment};
}

}  // namespace

tl::unexpected<Error> nonsense() {
    return fail(EPROTO, "understand the producer");
}

ConsumerCore::ConsumerCore(const std::string& path, const ConsumerOptions& options,
                           stream::ReadySet ready)
    : seeker_(path),
      options_(options),
      ready_(std::move(ready)),
      fork_generation_(os::fork_generation()) {}

Result<std::unique_ptr<ConsumerCore>> ConsumerCore::create(const std::string& path,
                                                           const ConsumerOptions& options) {
    auto ready = stream::ReadySet::create();
    if (!ready) return tl::unexpected(ready.error());
    return std::unique_ptr<ConsumerCore>(new ConsumerCore(path, options, std::move(*ready)));
}

Result<std::unique_ptr<ConsumerCore>> ConsumerCore::connect(const std::string& path,
                                                            const ConsumerOptions& options,
                                                            Deadline deadline) {
    auto core = create(path, options);
    if (!core) return core;
    if (auto met = (*core)->await_producer(deadline); !met) return tl::unexpected(met.error());
    return core;
}

Result<std::unique_ptr<ConsumerCore>> ConsumerCore::expect(const std::string& path,
                                                           const ConsumerOptions& options) {
    auto core = create(path, options);
    if (!core) return core;
    const auto met = (*core)->await_producer(Deadline::min());  // arms fd() if nobody is there
    if (!met && met.error().code != ETIMEDOUT) return tl::unexpected(met.error());
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
        if (seeker_.fd() >= 0) (void)ready_.add(seeker_.fd());
        return tl::unexpected(socket.error());
    }
    channel_.emplace(std::move(*socket));
    return ready_.add(channel_->fd());
}

Status ConsumerCore::greet(Deadline deadline) {
    while (true) {
        const auto packet = channel_->receive();
        if (packet) return take_hello(*packet);
        if (packet.error().code != EAGAIN) return tl::unexpected(packet.error());
        if (auto waited = await_socket(deadline); !waited) return waited;
    }
}

Status ConsumerCore::await_socket(Deadline deadline) const {
    const bool unsent = !attachments_unsent_.empty() || copied_told_ != copied_taken_;
    const short events = unsent ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 1> descriptors = {{{.fd = channel_->fd(), .events = events, .revents = 0}}};
    return stream::wait_for(descriptors, deadline);
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
    stream::IncomingRing::put_claim(*client_, place.claim);
    return {.heap = place.uuid, .slot = client_->slot(), .code = 0};
}

void ConsumerCore::leave() {
    channel_.reset();
    greeted_ = false;
    ring_.reset();
    client_.reset();  // messages that are still in use keep their attachment themselves
    foreign_.clear();
    ended_ = false;
    heap_next_.reset();
    owed_count_ = owed_given_ = 0;
    untold_.reset();
    assembly_.abandon();
    copied_.clear();
    attachments_unsent_.clear();
    forwarded_untold_ = false;
    copied_taken_ = 0;
    copied_told_ = 0;
}

/// Says what is still to be said as far as there is room. That the producer has ended is found out
/// by receiving, after all that it sent before.
void ConsumerCore::flush() {
    while (!attachments_unsent_.empty()) {
        const stream::AttachedPacket packet = {
            .head = stream::head_of<stream::AttachedPacket>(PacketKind::attached),
            .attachment = attachments_unsent_.front()};
        const auto sent = channel_->send(stream::bytes_of(packet));
        if (!sent && sent.error().code == EAGAIN) return;
        attachments_unsent_.pop_front();
    }
    if (std::exchange(forwarded_untold_, false)) {
        const stream::WakePacket wake = {.head =
                                             stream::head_of<stream::WakePacket>(PacketKind::wake)};
        // A socket without room for it is one that the producer has something to read from.
        (void)channel_->send(stream::bytes_of(wake));
    }
    if (copied_told_ == copied_taken_) return;
    const stream::TakenPacket packet = {
        .head = stream::head_of<stream::TakenPacket>(PacketKind::taken), .count = copied_taken_};
    const auto sent = channel_->send(stream::bytes_of(packet));
    if (sent || sent.error().code != EAGAIN) copied_told_ = copied_taken_;
}

}  // namespace shmheap::detail
