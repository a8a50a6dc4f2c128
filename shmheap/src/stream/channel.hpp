/// A connected socket of a stream, as a sender and receiver of whole packets. Never waits (the ends
/// do that, with wait.hpp, since they wait for other things too) and never raises SIGPIPE.
/// Move-only; used by one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"
#include "stream/wire.hpp"

namespace shmheap::stream {

class Channel {
public:
    explicit Channel(os::UniqueFd socket) : socket_(std::move(socket)) {}

    [[nodiscard]] int fd() const { return socket_.get(); }

    /// Sends one packet, made of two parts: all of it or nothing.
    /// Errors: EAGAIN (no room now), EPIPE (the peer has ended), what sendmsg(2) says.
    [[nodiscard]] Status send(std::span<const std::byte> head,
                              std::span<const std::byte> tail = {}) const;

    /// The next packet, valid until the next call; its head is there and tells its true size.
    /// Errors: EAGAIN (none yet), EPIPE (the peer has ended, and all it sent was received), EPROTO
    /// (no packet of ours), what recvmsg(2) says.
    Result<std::span<const std::byte>> receive();

    /// Of the next packet, which stays; nothing if there is none, or none of ours.
    [[nodiscard]] std::optional<PacketKind> peek() const;

private:
    os::UniqueFd socket_;
    std::vector<std::byte> packet_;  // room for one, made at the first receive
};

}  // namespace shmheap::stream
