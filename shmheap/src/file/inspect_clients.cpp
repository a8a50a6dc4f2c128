#include "file/inspect_clients.hpp"

#include "file/bounded_read.hpp"
#include "lease/tenancy.hpp"
#include "os/file_lock.hpp"

namespace shmheap {
namespace {

/// Nothing when nobody is in the slot.
Result<std::optional<ClientRecord>> inspect_client(int fd, std::uint32_t slot, bool alive) {
    const std::uint64_t area = client_area_offset + slot * client_area_stride;
    std::array<std::byte, sizeof(ClientSlot)> client;
    if (auto read = read_part(fd, area, client); !read) return tl::unexpected(read.error());
    const auto tenancy = load<std::uint32_t>(client, offsetof(ClientSlot, tenancy));
    if (!alive && !detail::is_tenanted(tenancy)) return std::nullopt;

    std::vector<std::byte> lane(lane_size);
    if (auto read = read_part(fd, area + lane_offset, lane); !read)
        return tl::unexpected(read.error());
    ClientRecord record;
    record.slot = slot;
    record.alive = alive;
    record.pid = load<pid_t>(client, offsetof(ClientSlot, pid));
    record.component_bytes =
        load_text<component_name_size>(client, offsetof(ClientSlot, component));
    record.attached_at_ns = load<std::uint64_t>(client, offsetof(ClientSlot, attached_at_ns));
    record.held = count_leases(lane, record.attached_at_ns);
    record.read_at_ns = nanoseconds_since_1970();
    return record;
}

}  // namespace

LeaseCount count_leases(std::span<const std::byte> lane, std::uint64_t since_ns) {
    LeaseCount count;
    for (std::size_t slot = 0; slot < lane_slot_count; ++slot) {
        const auto bytes = lane.subspan(slot * sizeof(LaneSlot), sizeof(LaneSlot));
        const auto state = lease_state(load<std::uint64_t>(bytes, offsetof(LaneSlot, word)));
        if (state != LeaseState::issued && state != LeaseState::held) continue;
        const auto issued_at = load<std::uint64_t>(bytes, offsetof(LaneSlot, issued_at_ns));
        if (issued_at < since_ns) continue;
        ++count.leases;
        const bool is_older = count.oldest_at_ns == 0 || issued_at < count.oldest_at_ns;
        if (issued_at != 0 && is_older) count.oldest_at_ns = issued_at;
    }
    return count;
}

Result<std::vector<ClientRecord>> inspect_clients(int fd) {
    std::vector<ClientRecord> clients;
    for (std::uint32_t slot = 0; slot < client_slot_count; ++slot) {
        const auto held = os::find_write_lock(fd, os::client_lock_byte(slot), 1);
        if (!held) return tl::unexpected(held.error());
        auto client = inspect_client(fd, slot, held->has_value());
        if (!client) return tl::unexpected(client.error());
        if (*client) clients.push_back(**client);
    }
    return clients;
}

}  // namespace shmheap
