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
/// Once its heap is attached, messages go through the ring (outgoing_ring.hpp), with the bytes of
/// copied ones in the socket; before that, and without a heap, all go through the socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"
#include "stream/channel.hpp"
#include "stream/foreign_heaps.hpp"
#include "stream/outgoing_ring.hpp"
#include "stream/wire.hpp"

namespace shmheap::stream {

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
    [[nodiscard]] bool announced(const Heap& heap) const { return announced_.uuid == heap.uuid(); }

    /// Tells the consumer of another heap; until it has answered there is no slot.
    /// Errors: EAGAIN, EPIPE, what the socket says.
    Status announce_heap(const Heap& heap);

    /// Tells the consumer of a heap that is somebody else's. Errors: as above.
    Status announce_foreign(const std::shared_ptr<Client>& client);
    [[nodiscard]] ForeignHeaps& foreign() { return foreign_; }

    /// Tells the consumer of which heaps nothing will come any more, as far as there is room.
    void forget_foreign();

    /// Opens the ring in the announced heap if the consumer has attached it and the ring is not
    /// open yet. Errors: EPIPE, what the socket says. Not opened for now is no error.
    Status open_ring(Heap& heap, const RingSetup& setup);

    /// nullptr while it is not open.
    [[nodiscard]] OutgoingRing* ring() { return ring_ ? &*ring_ : nullptr; }
    [[nodiscard]] std::uint32_t slot() const { return slot_; }

    /// The packets of a copied message; its cell, if there is a ring, is for the caller to publish
    /// when all are sent. Errors: EAGAIN (nothing was sent), EPIPE, what the socket says.
    Status send_first(MessagePacket packet, std::span<const std::byte> bytes);
    Status send_chunk(std::uint64_t offset, std::span<const std::byte> bytes);

    /// Number of the copied message begun last, on this connection.
    [[nodiscard]] std::uint64_t copied_number() const { return message_number_; }

    /// To be called when the whole of a copied message was sent.
    void copied_message_sent() { ++copied_sent_; }

    /// Whether the consumer has taken up every copied message.
    [[nodiscard]] bool copies_taken() const { return copied_taken_ == copied_sent_; }

    /// Wakes the consumer if it sleeps for want of what was published, or for want of `anything`.
    void wake(bool anything = false);

    /// Ends the connection: takes back what was not taken up.
    Remains end();

private:
    explicit Outgoing(os::UniqueFd socket) : channel_(std::move(socket)) {}

    Status take(std::span<const std::byte> packet);
    Status take_answer(std::span<const std::byte> packet);
    Status take_attachment(const Attachment& attachment);
    Status take_count(std::span<const std::byte> packet);

    Channel channel_;
    bool connected_ = false;
    bool other_version_ = false;
    bool offered_ = false;  // by the consumer: a slot in the announced heap
    std::uint32_t slot_ = 0;
    HeapPlace announced_;
    ForeignHeaps foreign_;
    std::optional<OutgoingRing> ring_;
    std::uint64_t message_number_ = 0;
    std::uint64_t copied_sent_ = 0;
    std::uint64_t copied_taken_ = 0;
};

/// Where a heap is to be found, for a process with another working directory; of an own one with a
/// new claim.
HeapPlace place_of(const Heap& heap);
HeapPlace place_of(Client& client);

}  // namespace shmheap::stream
