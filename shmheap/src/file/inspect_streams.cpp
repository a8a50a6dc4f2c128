#include "file/inspect_streams.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <span>

#include "os/error.hpp"
#include "os/file_lock.hpp"

namespace shmheap {
namespace {

constexpr std::size_t control_size = connection_name_offset + connection_name_size - ring_offset;
constexpr std::size_t lane_size = lane_slot_count * sizeof(LaneSlot);

/// Reads a part of a client's area. A file that ends before it has nothing there: zeros.
Status read_part(int fd, std::uint64_t offset, std::span<std::byte> into) {
    std::fill(into.begin(), into.end(), std::byte{0});
    while (!into.empty()) {
        const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return os::error("read");
        if (count == 0) break;
        offset += static_cast<std::uint64_t>(count);
        into = into.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

template <class T>
T load(std::span<const std::byte> bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::uint64_t difference(std::uint64_t left, std::uint64_t right) {
    return left > right ? left - right : 0;
}

/// Text that has no end within its field is no text.
template <std::size_t size>
std::array<char, size> load_text(std::span<const std::byte> bytes, std::size_t offset) {
    auto text = load<std::array<char, size>>(bytes, offset);
    if (std::find(text.begin(), text.end(), '\0') == text.end()) text = {};
    return text;
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

/// Those that were issued before `since_ns` are a former client's, not taken back yet.
void count_leases(std::span<const std::byte> lane, std::uint64_t since_ns, StreamRecord& record) {
    std::uint64_t oldest = 0;
    for (std::size_t slot = 0; slot < lane_slot_count; ++slot) {
        const auto bytes = lane.subspan(slot * sizeof(LaneSlot), sizeof(LaneSlot));
        const auto state = lease_state(load<std::uint64_t>(bytes, offsetof(LaneSlot, word)));
        if (state != LeaseState::issued && state != LeaseState::held) continue;
        const auto issued_at = load<std::uint64_t>(bytes, offsetof(LaneSlot, issued_at_ns));
        if (issued_at < since_ns) continue;
        ++record.leases;
        if (issued_at != 0 && (oldest == 0 || issued_at < oldest)) oldest = issued_at;
    }
    record.oldest_lease_at_ns = oldest;
}

std::uint64_t nanoseconds_since_1970() {
    const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(now.count());
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
    count_leases(lane, record.has_stream() ? 0 : attached_at, record);
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
