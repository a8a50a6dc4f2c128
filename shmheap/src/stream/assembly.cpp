#include "stream/assembly.hpp"

#include <utility>

namespace shmheap::stream {

Status Assembly::begin(const MessagePacket& packet, std::span<const std::byte> first,
                       std::size_t size_max) {
    abandon();
    begun_ = true;
    packet_ = packet;
    oversized_ = packet.length > size_max;
    // Reserving costs address space only; memory comes as the bytes do.
    if (!oversized_) bytes_.reserve(packet.length);
    return keep(first);
}

Status Assembly::append(const ChunkPacket& packet, std::span<const std::byte> bytes) {
    if (!begun_ || packet.head.number != packet_.head.number || packet.offset != arrived_ ||
        bytes.empty()) {
        return fail(EPROTO, "continue a copied message");
    }
    return keep(bytes);
}

Status Assembly::keep(std::span<const std::byte> bytes) {
    if (bytes.size() > packet_.length - arrived_) return fail(EPROTO, "keep a copied message");
    arrived_ += bytes.size();
    if (!oversized_) bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
}

CopiedMessage Assembly::finish() {
    CopiedMessage message = {
        .packet = packet_, .bytes = std::move(bytes_), .oversized = oversized_};
    abandon();
    return message;
}

}  // namespace shmheap::stream
