#include "stream/channel.hpp"

#include <sys/socket.h>

#include <array>

#include "os/error.hpp"

namespace shmheap::stream {
namespace {

iovec part_of(std::span<const std::byte> bytes) {
    // sendmsg only reads, but iovec serves both directions.
    return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

}  // namespace

Status Channel::send(std::span<const std::byte> head, std::span<const std::byte> tail) const {
    std::array<iovec, 2> parts = {part_of(head), part_of(tail)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = tail.empty() ? 1 : 2;
    while (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno == EINTR) continue;
        if (errno == ECONNRESET) return fail(EPIPE, "send to the peer");
        return os::error("send to the peer");
    }
    return {};
}

Result<std::span<const std::byte>> Channel::receive() {
    packet_.resize(packet_size_max);
    iovec part = {.iov_base = packet_.data(), .iov_len = packet_.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t size = -1;
    while ((size = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT)) < 0) {
        // ECONNRESET: the peer closed while something of ours was unread. It is told once, before
        // what the peer had sent, which can still be received.
        if (errno != EINTR && errno != ECONNRESET) return os::error("receive from the peer");
    }
    if (size == 0) return fail(EPIPE, "receive from the peer");
    const auto packet = std::span<const std::byte>(packet_).first(static_cast<std::size_t>(size));
    const auto head = parse<PacketHead>(packet);
    if ((message.msg_flags & MSG_TRUNC) != 0 || !head || head->size != packet.size()) {
        return fail(EPROTO, "receive from the peer");
    }
    return packet;
}

std::optional<PacketKind> Channel::peek() const {
    PacketHead head{};
    iovec part = {.iov_base = &head, .iov_len = sizeof(head)};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_PEEK | MSG_DONTWAIT);
    if (size != static_cast<ssize_t>(sizeof(head))) return std::nullopt;
    return head.kind;
}

}  // namespace shmheap::stream
