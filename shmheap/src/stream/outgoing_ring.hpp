/// The producer's side of a ring (ring.hpp): how far it is, and what lies in each cell, in private
/// memory, since the client can write every byte of the ring. Of what the client says only `head`
/// decides anything, and only within the bounds of what was published.
///
/// A hostile client gains nothing by naming a ring twice, on two connections: both then publish
/// there, and it loses its own messages. Refers to the heap's mapping, so the heap must outlive it.
/// Used by one thread at a time; copyable only by move.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "heap_core.hpp"
#include "lease/owner_lane.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"
#include "stream/ring.hpp"
#include "stream/sleep.hpp"

namespace shmheap::stream {

/// What a consumer left when it ended (ProducerStats says what the words mean).
struct Remains {
    std::uint64_t lost = 0;
    std::uint64_t unreleased = 0;
};

/// What the producer wants of a ring.
struct RingSetup {
    std::uint64_t depth;    ///< most messages that may lie in it
    std::string_view name;  ///< of the connection, for onlookers; may be empty
};

class OutgoingRing {
public:
    struct Client {
        std::uint32_t slot;   ///< what it says is its own
        std::uint64_t claim;  ///< what its ring must then say
    };

    /// Begins the ring of a client. Errors: ENOTCONN (there is no such client, or the claim is not
    /// in its ring), ENOMEM, and those of HeapFile::commit.
    static Result<OutgoingRing> open(Heap& heap, Client client, const RingSetup& setup);

    [[nodiscard]] Heap& heap() const { return *heap_; }

    /// Number of the next message.
    [[nodiscard]] std::uint64_t number() const { return number_; }

    /// How many of `wanted` messages may be published now.
    /// Errors: EPROTO (what `head` says cannot be).
    Result<std::uint64_t> room(std::uint64_t wanted);

    /// Messages that follow each other in one go.
    struct Batch {
        std::size_t count;     ///< at least one; there must be room
        RingEntry first;       ///< what the sender knows of it; the others are numbered on
        std::uint64_t now_ns;  ///< when it is sent, since 1970-01-01 UTC
    };

    /// Publishes messages, so that all are there at once, as far as they can be leased; tells how
    /// many. Only the last of `batch` can be the end of the stream. `leased_at` gives the bytes to
    /// be leased for each: a message's own, or the stub of one that is sent on (in a batch of one).
    /// Errors: those of Heap::issue, if not even the first could be.
    template <class LeasedAt>
    Result<std::size_t> publish_shared(const Batch& batch, LeasedAt leased_at) {
        const auto put = [&](std::size_t place, const detail::IssuedLease& lease,
                             std::uint64_t number) {
            put_shared(batch, {place, leased_at(place)}, {lease, number});
        };
        return detail::core_of(*heap_).issue_in_ring(batch.count, leased_at, client_.slot, put);
    }

    /// Publishes one message. Errors: those of Heap::issue.
    Status publish_copied(RingEntry entry);

    /// Takes the oldest message back, unless the consumer is faster (`nothing`). Impossible: there
    /// is none, or its bytes are in the socket.
    enum class Dropped { oldest, nothing, impossible };
    Dropped drop_oldest();

    /// Notes for onlookers that a message was dropped before it was sent.
    void count_dropped();

    /// Wakes the consumer if it waits for what was published, or for `anything`. True: it sleeps on
    /// the socket, where a packet must be sent.
    [[nodiscard]] bool wake_consumer(bool anything = false);

    /// Looks for a while whether there is room now, then sleeps on `head` until the deadline.
    void await_room(Deadline deadline);

    /// To sleep on the socket instead: announces it. False: there is room, or nonsense, already.
    [[nodiscard]] bool announce_wait();
    void end_wait();

    /// What became of the messages: takes back what was not taken up.
    Remains end();

private:
    using Steps = RingSteps<>;

    /// Private truth about the ring, too large to be moved around.
    struct Records {
        /// Of each cell: the place of its lease in the lane, or `no_lease`.
        std::array<std::uint32_t, ring_cell_count> lane_slots;
        /// Of each place in the lane: generation + 1 of the lease issued there last, or 0.
        std::array<std::uint64_t, lane_slot_count> generations;
    };
    static constexpr std::uint32_t no_lease = lane_slot_count;

    OutgoingRing(Heap& heap, detail::RingPlace place, Client client, std::uint64_t number);

    [[nodiscard]] Reference reference_to(std::uint32_t lane_slot) const;
    [[nodiscard]] bool looks_full() const;

    /// One of a batch.
    struct Part {
        std::size_t place;
        std::span<const std::byte> leased;
    };
    /// What it was issued, and its number.
    struct Place {
        const detail::IssuedLease& lease;
        std::uint64_t number;
    };
    void put_shared(const Batch& batch, const Part& part, const Place& place);
    void note_published(std::uint64_t number, std::uint32_t lane_slot, std::uint64_t bytes);
    void show_progress();
    [[nodiscard]] std::uint64_t offset_of(std::span<const std::byte> bytes) const;

    Heap* heap_;
    detail::RingPlace place_;
    Client client_;
    std::uint64_t number_;
    std::uint64_t head_seen_;
    std::uint64_t opened_at_ns_;
    std::uint64_t depth_ = ring_cell_count;
    std::uint64_t bytes_ = 0;
    std::uint64_t copied_ = 0;
    std::uint64_t dropped_ = 0;
    std::unique_ptr<Records> records_;
    Spin spin_;
};

}  // namespace shmheap::stream
