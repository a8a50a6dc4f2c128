#include "file/inspect_streams.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "file/bounded_read.hpp"
#include "file/inspect_clients.hpp"
#include "os/file_lock.hpp"

namespace shmheap {
namespace {

constexpr std::size_t control_size = connection_name_offset + connection_name_size - ring_offset;

std::uint64_t difference(std::uint64_t left, std::uint64_t right) {
    return left > right ? left - right : 0;
}

void read_control(std::span<const std::byte> control, StreamRecord& record) {
    const auto word = [&control](std::size_t offset) {
        return load<std::uint64_t>(control, offset);
    };
    const std::uint64_t next = word(offsetof(RingControl, number_next));
    record.name_bytes =
        load_text<connection_name_size>(control, connection_name_offset - ring_offset);
    record.messages = difference(next, word(offsetof(RingControl, number_first)));
    record.bytes = word(offsetof(RingControl, bytes));
    record.copied = word(offsetof(RingControl, copied));
    record.dropped = word(offsetof(RingControl, dropped));
    record.depth = std::min(word(offsetof(RingControl, depth)), ring_cell_count);
    record.lag = std::min(difference(next, word(offsetof(RingControl, head))), ring_cell_count);
}

/// Nothing when the client of this slot has neither a stream nor leases.
Result<std::optional<StreamRecord>> inspect_stream(int fd, std::uint32_t slot) {
    const std::uint64_t area = client_area_offset + slot * client_area_stride;
    std::array<std::byte, sizeof(ClientSlot)> client;
    std::array<std::byte, control_size> control;
    if (auto read = read_part(fd, area, client); !read) return tl::unexpected(read.error());
    if (auto read = read_part(fd, area + ring_offset, control); !read) {
        return tl::unexpected(read.error());
    }
    StreamRecord record;
    record.slot = slot;
    record.opened_at_ns = load<std::uint64_t>(control, offsetof(RingControl, opened_at_ns));
    // A ring that was opened before its client came is what a former client left.
    const auto attached_at = load<std::uint64_t>(client, offsetof(ClientSlot, attached_at_ns));
    if (record.opened_at_ns < attached_at) record.opened_at_ns = 0;
    record.client_pid = load<pid_t>(client, offsetof(ClientSlot, pid));
    record.client_component_bytes =
        load_text<component_name_size>(client, offsetof(ClientSlot, component));
    if (record.has_stream()) read_control(control, record);
    std::vector<std::byte> lane(lane_size);
    if (auto read = read_part(fd, area + lane_offset, lane); !read) {
        return tl::unexpected(read.error());
    }
    // A ring is opened after all leases of a former client have ended.
    const auto held = count_leases(lane, record.has_stream() ? 0 : attached_at);
    record.leases = held.leases;
    record.oldest_lease_at_ns = held.oldest_at_ns;
    record.read_at_ns = nanoseconds_since_1970();
    if (!record.has_stream() && record.leases == 0) return std::nullopt;
    return record;
}

}  // namespace

Result<std::vector<StreamRecord>> inspect_streams(int fd) {
    std::vector<StreamRecord> streams;
    for (std::uint32_t slot = 0; slot < client_slot_count; ++slot) {
        const auto held = os::find_write_lock(fd, os::client_lock_byte(slot), 1);
        if (!held) return tl::unexpected(held.error());
        if (!*held) continue;
        auto stream = inspect_stream(fd, slot);
        if (!stream) return tl::unexpected(stream.error());
        if (*stream) streams.push_back(**stream);
    }
    return streams;
}

}  // namespace shmheap
