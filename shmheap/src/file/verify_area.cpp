// The area of one client, for verify().
#include "file/verify_bytes.hpp"
#include "lease/tenancy.hpp"

namespace shmheap {
namespace {

/// The control page without the name of the connection.
struct Ring {
    std::uint64_t head = 0;
    std::uint64_t first = 0;
    std::uint64_t next = 0;
    std::uint64_t depth = 0;
    std::uint64_t opened_at_ns = 0;
};

class Area {
public:
    Area(std::uint32_t slot, std::span<const std::byte> bytes, const HeapExtent& extent,
         Findings& findings)
        : place_("client " + std::to_string(slot)),
          bytes_(bytes),
          extent_(extent),
          findings_(findings) {}

    void verify();
    void verify_waiting();
    bool has_waiting();

private:
    void verify_slot();
    void verify_lane();
    void verify_control();
    void read_ring();
    void verify_sleeper(std::size_t offset, const char* who);
    void verify_cells();
    void verify_message(std::uint64_t number);
    void verify_lease_of(std::uint64_t number);
    template <class Use>
    void for_each_waiting(Use use) const;
    void verify_claims();

    [[nodiscard]] std::uint64_t word(std::size_t offset) const {
        return load<std::uint64_t>(bytes_, offset);
    }
    void report_at(const char* what, std::uint64_t index, std::string rule,
                   std::string found = {}) {
        report(findings_, place_ + ", " + what + " " + std::to_string(index), std::move(rule),
               std::move(found));
    }

    const std::string place_;
    const std::span<const std::byte> bytes_;
    const HeapExtent& extent_;
    Findings& findings_;
    Ring ring_;
};

void Area::verify() {
    verify_slot();
    verify_lane();
    verify_control();
    verify_cells();
    verify_claims();
}

void Area::verify_slot() {
    constexpr Range reserved[] = {
        {offsetof(ClientSlot, reserved_0), offsetof(ClientSlot, releases)},
        {offsetof(ClientSlot, releases) + 4, offsetof(ClientSlot, owner_waits)},
        {offsetof(ClientSlot, owner_waits) + 4, offsetof(ClientSlot, claims_used)},
        {offsetof(ClientSlot, claims_used) + 4, lane_offset}};
    verify_reserved(bytes_, reserved, place_, findings_);
    verify_text(bytes_.subspan(offsetof(ClientSlot, component), component_name_size),
                "component name", place_, findings_);
    const auto tenancy = load<std::uint32_t>(bytes_, offsetof(ClientSlot, tenancy));
    const auto pid = load<std::int32_t>(bytes_, offsetof(ClientSlot, pid));
    if (detail::is_tenanted(tenancy) && pid <= 0)
        report(findings_, place_, "is in the slot without a pid", std::to_string(pid));
    // A client that was killed while it attached may have left the rest.
    const std::size_t used = claims_offset - lane_offset;
    if (tenancy == 0 && !is_zero(bytes_.subspan(lane_offset, used)))
        report(findings_, place_, "has leases or messages, and nobody ever was in the slot");
}

void Area::verify_lane() {
    for (std::size_t index = 0; index < lane_slot_count; ++index) {
        const auto lease = bytes_.subspan(lane_offset + index * sizeof(LaneSlot), sizeof(LaneSlot));
        constexpr std::size_t reserved = offsetof(LaneSlot, lent_to) + 8;
        if (!is_zero(lease.subspan(reserved)))
            report_at("lease", index, "reserved bytes are not zero");
    }
}

void Area::verify_control() {
    const auto control = bytes_.subspan(ring_offset, page_size);
    constexpr Range reserved[] = {
        {offsetof(RingControl, head) + 8, offsetof(RingControl, consumer_waits)},
        {offsetof(RingControl, consumer_waits) + 8, offsetof(RingControl, producer_waits)},
        {offsetof(RingControl, producer_waits) + 8, offsetof(RingControl, claim)},
        {offsetof(RingControl, claim) + 8, offsetof(RingControl, number_next)},
        {offsetof(RingControl, opened_at_ns) + 8, connection_name_offset - ring_offset},
        {connection_name_offset - ring_offset + connection_name_size, page_size}};
    const std::string place = place_ + ", ring";
    verify_reserved(control, reserved, place, findings_);
    verify_text(control.subspan(connection_name_offset - ring_offset, connection_name_size),
                "name of the connection", place, findings_);
    verify_sleeper(offsetof(RingControl, consumer_waits), "consumer");
    verify_sleeper(offsetof(RingControl, producer_waits), "producer");

    read_ring();
    // An owner that was killed while it opened the ring may have left some of the rest.
    if (ring_.opened_at_ns == 0) return;
    if (ring_.depth > ring_cell_count)
        report(findings_, place, "depth is larger than the ring", std::to_string(ring_.depth));
    if (ring_.first > ring_.next)
        report(findings_, place, "first message is later than the next",
               std::to_string(ring_.first));
    // What was published last may not be counted yet: the consumer can be ahead by a ring.
    const bool is_behind = ring_.next > ring_.head && ring_.next - ring_.head > ring_.depth;
    const bool is_ahead = ring_.head > ring_.next && ring_.head - ring_.next > ring_cell_count;
    if (is_behind || is_ahead || ring_.head < ring_.first)
        report(findings_, place, "head is not among the messages that there may be",
               std::to_string(ring_.head));
    const auto copied = load<std::uint64_t>(control, offsetof(RingControl, copied));
    if (ring_.first <= ring_.next && copied > ring_.next - ring_.first + ring_cell_count)
        report(findings_, place, "more messages were copied than there were",
               std::to_string(copied));
}

void Area::read_ring() {
    ring_.head = word(ring_offset + offsetof(RingControl, head));
    ring_.first = word(ring_offset + offsetof(RingControl, number_first));
    ring_.next = word(ring_offset + offsetof(RingControl, number_next));
    ring_.depth = word(ring_offset + offsetof(RingControl, depth));
    ring_.opened_at_ns = word(ring_offset + offsetof(RingControl, opened_at_ns));
}

/// number << 2 | how, or 0.
void Area::verify_sleeper(std::size_t offset, const char* who) {
    constexpr std::uint64_t how_mask = 3;
    const auto sleeper = word(ring_offset + offset);
    const bool is_known = (sleeper & how_mask) == 1 || (sleeper & how_mask) == 2;
    if (sleeper != 0 && !is_known)
        report(findings_, place_ + ", ring", std::string(who) + " sleeps in a way there is not");
}

void Area::verify_cells() {
    const std::uint64_t newest = ring_.next + ring_cell_count;
    for (std::uint64_t index = 0; index < ring_cell_count; ++index) {
        const auto stamp = word(ring_cells_offset + index * sizeof(RingCell));
        if (stamp == 0) continue;
        if ((stamp - 1) % ring_cell_count != index)
            report_at("message", index, "number belongs into another cell", std::to_string(stamp));
        else if (stamp > newest)
            report_at("message", index, "number is beyond the next", std::to_string(stamp));
    }
    for_each_waiting([this](std::uint64_t number) { verify_message(number); });
}

template <class Use>
void Area::for_each_waiting(Use use) const {
    if (ring_.opened_at_ns == 0 || ring_.next < ring_.head) return;
    const std::uint64_t untaken = std::min(ring_.next - ring_.head, ring_cell_count);
    for (std::uint64_t number = ring_.next - untaken; number < ring_.next; ++number)
        use(number);
}

/// One that the consumer has not taken yet.
void Area::verify_message(std::uint64_t number) {
    const std::uint64_t index = number % ring_cell_count;
    const auto cell =
        bytes_.subspan(ring_cells_offset + index * sizeof(RingCell), sizeof(RingCell));
    const auto field = [&cell](std::size_t offset) { return load<std::uint64_t>(cell, offset); };
    if (field(offsetof(RingCell, stamp)) != number + 1)
        return report_at("message", index, "waits, and has another number");
    const auto kind = field(offsetof(RingCell, kind));
    constexpr auto known = ring_flag_copied | ring_flag_end_of_stream | ring_flag_forwarded;
    if ((ring_flags(kind) & ~known) != 0)
        report_at("message", index, "has flags that are not known");
    if ((ring_flags(kind) & ring_flag_copied) != 0) return;
    const auto offset = field(offsetof(RingCell, offset));
    const auto length = field(offsetof(RingCell, length));
    if (offset < payload_offset || offset > extent_.file_size ||
        length > extent_.file_size - offset) {
        report_at("message", index, "lies outside of the payload", std::to_string(offset));
    }
    if (ring_lane_slot(kind) >= lane_slot_count)
        report_at("message", index, "has a lease that there is not");
}

bool Area::has_waiting() {
    read_ring();
    return ring_.opened_at_ns != 0 && ring_.next > ring_.head;
}

void Area::verify_waiting() {
    read_ring();
    // One who has left is gone as well. A ring that was opened before the client came is what a
    // former one left.
    const auto tenancy = load<std::uint32_t>(bytes_, offsetof(ClientSlot, tenancy));
    if (!detail::is_tenanted(tenancy)) return;
    if (ring_.opened_at_ns < word(offsetof(ClientSlot, attached_at_ns))) return;
    for_each_waiting([this](std::uint64_t number) { verify_lease_of(number); });
}

void Area::verify_lease_of(std::uint64_t number) {
    const std::uint64_t index = number % ring_cell_count;
    const std::uint64_t cell = ring_cells_offset + index * sizeof(RingCell);
    const auto kind = word(cell + offsetof(RingCell, kind));
    const auto lane_slot = ring_lane_slot(kind);
    if ((ring_flags(kind) & ring_flag_copied) != 0 || lane_slot >= lane_slot_count) return;
    const auto lease = word(lane_offset + lane_slot * sizeof(LaneSlot));
    if (lease != lease_word(word(cell + offsetof(RingCell, generation)), LeaseState::issued))
        report_at("message", index, "waits, and its lease is not issued",
                  std::to_string(lane_slot));
}

void Area::verify_claims() {
    const auto used = load<std::uint32_t>(bytes_, offsetof(ClientSlot, claims_used));
    if (used > claim_slot_count)
        report(findings_, place_, "uses more claims than there are", std::to_string(used));
    for (std::uint32_t index = 0; index < claim_slot_count; ++index) {
        const std::size_t at = claims_offset + index * sizeof(ClaimSlot);
        if (word(at + offsetof(ClaimSlot, reserved)) != 0)
            report_at("claim", index, "reserved bytes are not zero");
        const auto state = claim_state(word(at + offsetof(ClaimSlot, word)));
        if (state == ClaimState::free) continue;
        if (index >= used) report_at("claim", index, "is in use, and beyond those used");
        if (state == ClaimState::done) continue;
        const auto source = word(at + offsetof(ClaimSlot, source));
        if ((source & 0xffffffff) >= client_slot_count || source >> 32 >= lane_slot_count)
            report_at("claim", index, "goes back to a lease that there is not");
    }
}

}  // namespace

void verify_area(std::uint32_t slot, std::span<const std::byte> area, const HeapExtent& extent,
                 Findings& findings) {
    Area(slot, area, extent, findings).verify();
}

bool has_waiting(std::span<const std::byte> area) {
    Findings none;
    return Area(0, area, {}, none).has_waiting();
}

void verify_waiting(std::uint32_t slot, std::span<const std::byte> area, Findings& findings) {
    Area(slot, area, {}, findings).verify_waiting();
}

}  // namespace shmheap
