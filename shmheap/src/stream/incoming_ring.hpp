/// The consumer's side of a ring (ring.hpp). Keeps the attachment alive that the ring belongs to.
/// What the producer says there is checked where it is used: a lease by Client::accept. Used by one
/// thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "client_core.hpp"
#include "shmheap/client.hpp"
#include "stream/ring.hpp"
#include "stream/sleep.hpp"

namespace shmheap::stream {

/// Most messages that a consumer takes at once.
constexpr std::size_t ring_batch_max = 64;

class IncomingRing {
public:
    /// `number` is that of the first message.
    IncomingRing(std::shared_ptr<Client> client, std::uint64_t number)
        : client_(std::move(client)), core_(&detail::core_of(*client_)), next_(number) {}

    /// Proves to the owner of the heap that this client is the one it talks to.
    static void put_claim(Client& client, std::uint64_t claim) {
        // release: the claim is the last that is written before the answer.
        detail::core_of(client).ring_control().claim.store(claim, std::memory_order_release);
    }

    [[nodiscard]] const std::shared_ptr<Client>& client() const { return client_; }

    [[nodiscard]] bool has_message() const { return Steps::look(next_cell(), next_); }

    /// Fills in the next message, which is the caller's then, unless there is none yet.
    enum class Taken { message, nothing, nonsense };
    Taken take(RingEntry& entry);

    /// As many as there are, up to the room in `entries`; tells how many (0: see take()).
    std::size_t take_many(std::span<RingEntry> entries);

    /// After a take: wakes the producer if it waits for room. True: it sleeps on the socket, where
    /// a packet must be sent.
    [[nodiscard]] bool wake_producer();

    /// Looks for a while whether there is a message.
    bool spin() {
        return spin_.until([this] { return has_message(); });
    }

    /// Sleeps until there is a message, the deadline passes, or somebody wants us.
    void await_message(Deadline deadline);

    /// To sleep on the socket instead: announces it. False: there is a message already.
    [[nodiscard]] bool announce_wait();

    /// False: the announcement was seen, and a packet is under way.
    bool end_wait();

private:
    using Steps = RingSteps<>;

    [[nodiscard]] RingCell& cell(std::uint64_t number) const {
        return core_->ring_cells()[Steps::cell_index(number)];
    }
    [[nodiscard]] RingCell& next_cell() const { return cell(next_); }

    std::shared_ptr<Client> client_;
    detail::ClientCore* core_;
    std::uint64_t next_;
    std::uint64_t announced_ = 0;
    Spin spin_;
};

}  // namespace shmheap::stream
