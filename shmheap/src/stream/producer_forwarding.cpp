// How a ProducerCore sends on what this process has received (lease/FORWARDING.md): what goes
// through the ring is the lease of a stub, and what it stands for is kept as long as that lives.
#include <cstring>

#include "heap_core.hpp"
#include "held_block.hpp"
#include "os/crash_point.hpp"
#include "stream/producer_core.hpp"

namespace shmheap::detail {

Result<Delivery> ProducerCore::send(const Message& message, const MessageInfo& info,
                                    Deadline deadline) {
    const Outbound outward = outbound(message.bytes(), info, deadline);
    if (auto ready = begin(outward); !ready) return give_up(ready.error(), outward);
    const auto place = can_forward(message);
    if (!place) return tl::unexpected(place.error());
    return *place ? send_forwarded(outward, message, **place) : send_copied(outward);
}

/// The consumer's place among the clients of the heap in which the message lies, if it has one and
/// we hold the message by a lease; what was received before a fork is the parent's to hold. The
/// first message of a heap tells the consumer to attach it.
Result<std::optional<std::uint32_t>> ProducerCore::can_forward(const Message& message) {
    const auto& held = message.received_.held();
    const stream::OutgoingRing* ring = consumer_->ring();
    if (!held || held->ticket || ring == nullptr || message.bytes().empty()) return std::nullopt;
    const Uuid& heap = held->reference.heap;
    if (heap == ring->heap().uuid() || core_of(*held->client).is_inherited()) return std::nullopt;
    if (!consumer_->foreign().knows(heap)) {
        const Status told = consumer_->announce_foreign(held->client);
        if (!told && told.error().code == EPIPE) end_consumer();
        if (!told && told.error().code != EAGAIN) return tl::unexpected(told.error());
    }
    return consumer_->foreign().place(heap, held->client);
}

Result<Delivery> ProducerCore::send_forwarded(Outbound outbound, const Message& message,
                                              std::uint32_t place) {
    Heap& heap = consumer_->ring()->heap();
    auto* stub = static_cast<std::byte*>(heap.allocate(sizeof(Reference)));
    if (stub == nullptr) return send_copied(outbound);
    CRASH_POINT(stub_allocated);
    const std::shared_ptr<const HeldBlock>& held = message.received_.held();
    core_of(heap).keep_with(stub, held);
    core_of(*held->client).lend(held->reference, place);
    std::memcpy(stub, &held->reference, sizeof(Reference));
    CRASH_POINT(stub_written);
    outbound.leased = {stub, sizeof(Reference)};
    outbound.is_forwarded = true;
    auto sent = send_shared(outbound);
    CRASH_POINT(stub_sent);
    core_of(heap).free_slowly(stub);
    CRASH_POINT(stub_left_to_lease);
    return sent;
}

/// A consumer that has a right of its own has released the stub. What one that has ended did not
/// take up is for end_consumer(), which counts it.
void ProducerCore::let_go_of_forwarded() {
    Heap* heap = attached_heap();
    if (heap == nullptr || !core_of(*heap).keeps_things()) return;
    core_of(*heap).reclaim_client(consumer_->slot());
}

}  // namespace shmheap::detail
