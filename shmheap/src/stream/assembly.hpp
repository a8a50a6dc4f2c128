/// A copied message while its bytes arrive, packet by packet. What packets say is input: anything
/// that does not continue the message exactly is refused. Used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "shmheap/result.hpp"
#include "stream/wire.hpp"

namespace shmheap::stream {

/// A whole copied message. Of one that was too long the bytes are missing.
struct CopiedMessage {
    MessagePacket packet;
    std::vector<std::byte> bytes;
    bool oversized;
};

class Assembly {
public:
    /// Starts anew, and forgets a message that is incomplete. Of a message longer than `size_max`
    /// the bytes are counted but not kept.
    /// Errors: EPROTO (more bytes than the message says).
    Status begin(const MessagePacket& packet, std::span<const std::byte> first,
                 std::size_t size_max);

    /// Errors: EPROTO (no message is incomplete, or these are not its next bytes).
    Status append(const ChunkPacket& packet, std::span<const std::byte> bytes);

    /// Forgets the message.
    void abandon() { *this = {}; }

    [[nodiscard]] bool complete() const { return begun_ && arrived_ == packet_.length; }

    /// Whether the message is too long to be kept.
    [[nodiscard]] bool oversized() const { return oversized_; }

    /// The complete message, once; the assembly is empty afterwards.
    CopiedMessage finish();

private:
    Status keep(std::span<const std::byte> bytes);

    bool begun_ = false;
    bool oversized_ = false;
    MessagePacket packet_ = {};
    std::uint64_t arrived_ = 0;
    std::vector<std::byte> bytes_;
};

}  // namespace shmheap::stream
