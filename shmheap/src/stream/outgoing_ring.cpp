#include "stream/outgoing_ring.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>

#include "heap_core.hpp"
#include "stream/wait.hpp"

namespace shmheap::stream {
namespace {

std::uint64_t nanoseconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

/// For onlookers, who believe a name only as far as it ends within its place.
void write_name(char* place, std::string_view name) {
    name = name.substr(0, connection_name_size - 1);
    std::memset(place, 0, connection_name_size);
    std::memcpy(place, name.data(), name.size());
}

}  // namespace

Result<OutgoingRing> OutgoingRing::open(Heap& heap, Client client, const RingSetup& setup) {
    std::optional<OutgoingRing> ring;
    const auto begin = [&](const detail::RingPlace& place, std::uint64_t number) {
        // acquire: the claim is the last that the client writes before it answers.
        if (place.control->claim.load(std::memory_order_acquire) != client.claim) return;
        ring.emplace(OutgoingRing(heap, place, client, number));
        ring->depth_ = setup.depth;
        place.control->depth.store(setup.depth, std::memory_order_relaxed);
        write_name(place.connection_name, setup.name);
    };
    const Status opened = detail::core_of(heap).open_ring(client.slot, begin);
    if (!opened) return tl::unexpected(opened.error());
    if (!ring) return fail(ENOTCONN, "find the consumer's claim in", heap.name());
    if (!ring->records_) return fail(ENOMEM, "describe the ring in", heap.name());
    return std::move(*ring);
}

OutgoingRing::OutgoingRing(Heap& heap, detail::RingPlace place, Client client, std::uint64_t number)
    : heap_(&heap),
      place_(place),
      client_(client),
      number_(number),
      head_seen_(number),
      opened_at_ns_(nanoseconds_since_1970()),
      records_(new (std::nothrow) Records{}) {
    RingControl& control = *place_.control;
    // The packet that tells the client of it orders all this before anything it does.
    control.consumer_waits.store(0, std::memory_order_relaxed);
    control.producer_waits.store(0, std::memory_order_relaxed);
    control.head.store(number, std::memory_order_relaxed);
    control.number_first.store(number, std::memory_order_relaxed);
    control.number_next.store(number, std::memory_order_relaxed);
    for (auto* counter : {&control.bytes, &control.copied, &control.dropped}) {
        counter->store(0, std::memory_order_relaxed);
    }
    control.opened_at_ns.store(opened_at_ns_, std::memory_order_relaxed);
}

bool OutgoingRing::looks_full() const {
    return number_ - Steps::head(place_.control->head) == depth_;
}

Result<std::uint64_t> OutgoingRing::room(std::uint64_t wanted) {
    if (number_ - head_seen_ + wanted <= depth_) [[likely]]
        return wanted;
    const std::uint64_t head = Steps::head(place_.control->head);
    if (number_ - head > depth_) return fail(EPROTO, "understand the head of the ring");
    head_seen_ = head;
    return std::min(wanted, depth_ - (number_ - head));
}

void OutgoingRing::note_published(std::uint64_t number, std::uint32_t lane_slot,
                                  std::uint64_t bytes) {
    records_->lane_slots[Steps::cell_index(number)] = lane_slot;
    bytes_ += bytes;
}

void OutgoingRing::show_progress() {
    place_.control->number_next.store(number_, std::memory_order_relaxed);
    place_.control->bytes.store(bytes_, std::memory_order_relaxed);
}

/// The last of a batch comes first, its first last.
void OutgoingRing::put_shared(const Batch& batch, const Part& part, const Place& place) {
    const std::uint32_t lane_slot = place.lease.lane_slot;
    const bool is_last = part.place + 1 == batch.count;
    const std::uint64_t kind =
        is_last ? batch.first.kind : batch.first.kind & ~ring_kind(0, ring_flag_end_of_stream, 0);
    const RingEntry entry = {.sequence = batch.first.sequence + part.place,
                             .time_stamp_ns = batch.first.time_stamp_ns,
                             .stream_id = batch.first.stream_id,
                             .offset = offset_of(part.leased),
                             .length = part.leased.size(),
                             .generation = place.lease.generation,
                             .kind = kind | ring_kind(0, 0, lane_slot)};
    records_->generations[lane_slot] = place.lease.generation + 1;
    // The sender may have waited for this very consumer; no lease may seem older than its tenant.
    place_.lane[lane_slot].issued_at_ns.store(std::max(batch.now_ns, opened_at_ns_),
                                              std::memory_order_relaxed);
    // The payload's, even if what is leased is a stub, which goes by itself.
    note_published(place.number, lane_slot, part.place == 0 ? batch.first.length : entry.length);
    number_ = std::max(number_, place.number + 1);
    RingCell& cell = place_.cells[Steps::cell_index(place.number)];
    __builtin_prefetch(&place_.cells[Steps::cell_index(place.number + 1)], 1);
    if (part.place > 0) return Steps::publish_ahead(cell, place.number, entry);
    Steps::publish(cell, place.number, entry);
    show_progress();
}

/// In the heap's file.
std::uint64_t OutgoingRing::offset_of(std::span<const std::byte> bytes) const {
    return static_cast<std::uint64_t>(bytes.data() - detail::core_of(*heap_).file().data());
}

Status OutgoingRing::publish_copied(RingEntry entry) {
    entry.kind |= ring_kind(0, ring_flag_copied, 0);
    const auto put = [&](std::uint64_t number) {
        note_published(number, no_lease, entry.length);
        number_ = number + 1;
        Steps::publish(place_.cells[Steps::cell_index(number)], number, entry);
        show_progress();
    };
    auto published = detail::core_of(*heap_).publish_in_ring(client_.slot, put);
    if (published) place_.control->copied.store(++copied_, std::memory_order_relaxed);
    return published;
}

OutgoingRing::Dropped OutgoingRing::drop_oldest() {
    std::uint64_t oldest = Steps::head(place_.control->head);
    // Empty, or nonsense, which room() tells.
    if (number_ - oldest - 1 >= depth_) return Dropped::impossible;
    const std::uint32_t lane_slot = records_->lane_slots[Steps::cell_index(oldest)];
    if (lane_slot == no_lease) return Dropped::impossible;
    if (!Steps::drop_oldest(place_.control->head, oldest)) return Dropped::nothing;
    count_dropped();
    // Nobody has accepted it, since nobody has taken it. One that is gone was a dead client's.
    (void)heap_->revoke(reference_to(lane_slot));
    records_->generations[lane_slot] = 0;
    return Dropped::oldest;
}

void OutgoingRing::count_dropped() {
    place_.control->dropped.store(++dropped_, std::memory_order_relaxed);
}

Reference OutgoingRing::reference_to(std::uint32_t lane_slot) const {
    Reference reference{};
    reference.heap = heap_->uuid();
    reference.client = client_.slot;
    reference.lane_slot = lane_slot;
    reference.generation = records_->generations[lane_slot] - 1;
    return reference;
}

bool OutgoingRing::wake_consumer(bool anything) {
    const std::uint64_t reached = anything ? ~std::uint64_t{0} : number_ - 1;
    const std::uint64_t claimed = Steps::claim_sleeper(place_.control->consumer_waits, reached);
    if (claimed == 0) [[likely]]
        return false;
    const auto sleep = sleep_kind(claimed);
    if (sleep == Sleep::on_futex) {
        wake(place_.cells[Steps::cell_index(sleep_number(claimed))].stamp);
    }
    return sleep == Sleep::on_socket;
}

void OutgoingRing::await_room(Deadline deadline) {
    if (spin_.until([this] { return !looks_full(); })) return;
    RingControl& control = *place_.control;
    const std::uint64_t enough = number_ - depth_ + 1;
    Steps::announce_sleep(control.producer_waits, enough, Sleep::on_futex);
    const std::uint64_t head = Steps::head_again(control.head);
    if (number_ - head == depth_) (void)sleep_on(control.head, head, deadline);
    Steps::end_sleep(control.producer_waits, enough, Sleep::on_futex);
}

bool OutgoingRing::announce_wait() {
    RingControl& control = *place_.control;
    Steps::announce_sleep(control.producer_waits, number_ - depth_ + 1, Sleep::on_socket);
    if (number_ - Steps::head_again(control.head) == depth_) return true;
    end_wait();
    return false;
}

void OutgoingRing::end_wait() {
    Steps::end_sleep(place_.control->producer_waits, number_ - depth_ + 1, Sleep::on_socket);
}

Remains OutgoingRing::end() {
    // For onlookers, before the leases of what waits go: there is no stream any more. By now the
    // ring may be that of the slot's next tenant, and stays so.
    std::uint64_t own = opened_at_ns_;
    place_.control->opened_at_ns.compare_exchange_strong(own, 0, std::memory_order_relaxed);
    Remains remains;
    for (std::uint32_t lane_slot = 0; lane_slot < lane_slot_count; ++lane_slot) {
        if (records_->generations[lane_slot] == 0) continue;
        const Status revoked = heap_->revoke(reference_to(lane_slot));
        if (revoked) ++remains.lost;
        if (!revoked && revoked.error().code == EBUSY) ++remains.unreleased;
    }
    return remains;
}

}  // namespace shmheap::stream
