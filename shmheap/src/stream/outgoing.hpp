/// One consumer's connection as its producer sees it: what was said, which heap is attached, and
/// what is still under way. Never waits: whatever needs waiting says EAGAIN, and ProducerCore
/// waits. Move-only; used by one thread at a time.
///
///   state     | what comes                 | then
///   greeting  | Answer                     | connected
///   greeting  | Answer of another version  | EPROTO; the producer ends it
///   either    | the peer's end             | EPIPE; the producer ends it
///   either    | anything else unexpected   | EPROTO; the producer ends it
///
/// Every lease that was issued is remembered by its place in the lane until that place is issued
/// anew, so that at the end each can be asked what has become of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"
#include "stream/channel.hpp"
#include "stream/wire.hpp"

namespace shmheap::stream {

/// What a consumer left when it ended (ProducerStats says what the words mean).
struct Remains {
    std::uint64_t lost = 0;
    std::uint64_t unreleased = 0;
};

class Outgoing {
public:
    /// Says Hello and announces `heap` (nullptr: none). Errors: EPIPE, EAGAIN: the peer is useless.
    static Result<Outgoing> greet(os::UniqueFd socket, const Heap* heap);

    /// Says why there will be no connection, and ends it.
    static void refuse(os::UniqueFd socket, int code);

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] int fd() const { return channel_.fd(); }

    /// Whether the peer answered in another version of the protocol.
    [[nodiscard]] bool other_version() const { return other_version_; }

    /// Takes in all that the peer has said so far. Errors: EPIPE (it has ended), EPROTO (nonsense,
    /// or another version), what the socket says.
    Status read();

    /// Whether the consumer was told of this heap, attached or not.
    [[nodiscard]] bool announced(const Heap& heap) const { return announced_ == heap.uuid(); }

    /// Tells the consumer of another heap; until it has answered there is no slot.
    /// Errors: EAGAIN, EPIPE, what the socket says.
    Status announce_heap(const Heap& heap);

    /// Whether leases of the announced heap can be issued, and to whom.
    [[nodiscard]] bool attached() const { return attached_; }
    [[nodiscard]] std::uint32_t slot() const { return slot_; }

    /// The packets of messages. Errors: EAGAIN (nothing was sent), EPIPE, what the socket says.
    Status send_shared(MessagePacket packet, const Reference& reference);
    Status send_first(MessagePacket packet, std::span<const std::byte> bytes);
    Status send_chunk(std::uint64_t offset, std::span<const std::byte> bytes);

    /// To be called when the whole of a copied message was sent.
    void copied_message_sent() { ++copied_sent_; }

    /// Whether the consumer has taken up every copied message.
    [[nodiscard]] bool copies_taken() const { return copied_taken_ == copied_sent_; }

    /// Ends the connection: takes back what was not taken up. `heap` is the announced heap, or
    /// nullptr if that is no more (what is left in it ends with it).
    Remains end(Heap* heap);

private:
    explicit Outgoing(os::UniqueFd socket) : channel_(std::move(socket)) {}

    Status take(std::span<const std::byte> packet);
    Status take_answer(std::span<const std::byte> packet);
    Status take_attachment(const Attachment& attachment);
    Status take_count(std::span<const std::byte> packet);

    Channel channel_;
    bool connected_ = false;
    bool other_version_ = false;
    bool attached_ = false;
    std::uint32_t slot_ = 0;
    Uuid announced_ = {};
    std::uint64_t message_number_ = 0;  // of the message begun last
    std::uint64_t copied_sent_ = 0;
    std::uint64_t copied_taken_ = 0;
    std::vector<Reference> in_flight_;  // by place in the lane; length 0: none was issued there
};

/// Where `heap` is to be found, for a process with another working directory.
HeapPlace place_of(const Heap& heap);

}  // namespace shmheap::stream
