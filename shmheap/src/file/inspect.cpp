#include "file/inspect.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "alloc/size_class.hpp"
#include "file/bounded_read.hpp"
#include "file/inspect_blocks.hpp"
#include "os/error.hpp"
#include "os/file_lock.hpp"

namespace shmheap {
namespace {

/// The header page and eight threads' counters: few processes have more, and memory that nobody
/// looked at lately is dear to copy.
constexpr std::size_t first_read = thread_counters_offset + 8 * sizeof(ThreadCounters);

std::uint64_t load_64(std::span<const std::byte> bytes, std::size_t offset) {
    return load<std::uint64_t>(bytes, offset);
}

std::uint32_t load_32(std::span<const std::byte> bytes, std::size_t offset) {
    return load<std::uint32_t>(bytes, offset);
}

/// A field that has one right value in this version of the layout.
struct FixedField {
    const char* name;
    std::size_t offset;
    std::size_t width;
    std::uint64_t value;
};

constexpr std::array fixed_fields = {
    FixedField{"number of client slots", offsetof(HeapHeader, client_slots), 4, client_slot_count},
    FixedField{"number of lane slots", offsetof(HeapHeader, lane_slots), 4, lane_slot_count},
    FixedField{"client area offset", offsetof(HeapHeader, client_area_offset), 8,
               client_area_offset},
    FixedField{"client area stride", offsetof(HeapHeader, client_area_stride), 8,
               client_area_stride},
    FixedField{"thread counters offset", offsetof(HeapHeader, thread_counters_offset), 8,
               thread_counters_offset},
    FixedField{"number of thread counters", offsetof(HeapHeader, thread_counters_slots), 8,
               thread_count_max},
    FixedField{"payload offset", offsetof(HeapHeader, payload_offset), 8, payload_offset},
};

bool is_terminated(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
    const auto field = bytes.subspan(offset, size);
    return std::find(field.begin(), field.end(), std::byte{0}) != field.end();
}

std::string hexadecimal(std::uint32_t value) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", value);
    return text.data();
}

using Damage = std::optional<std::string>;

/// Whether this build understands the bytes at all.
Damage find_unknown_layout(std::span<const std::byte> head) {
    if (head.size() < sizeof(HeapHeader)) {
        return std::to_string(head.size()) + " bytes are too few for a header";
    }
    const auto version = load_32(head, offsetof(HeapHeader, version));
    if (version != layout_version) {
        return "layout version " + std::to_string(version) + " is not known";
    }
    const auto fingerprint = load_32(head, offsetof(HeapHeader, fingerprint));
    if (fingerprint != layout_fingerprint()) {
        return "layout fingerprint " + hexadecimal(fingerprint) + " is not known";
    }
    return {};
}

Damage find_wrong_field(std::span<const std::byte> head) {
    for (const FixedField& field : fixed_fields) {
        const std::uint64_t found =
            field.width == 4 ? load_32(head, field.offset) : load_64(head, field.offset);
        if (found != field.value) {
            return std::string(field.name) + " is " + std::to_string(found) + " instead of " +
                   std::to_string(field.value);
        }
    }
    const auto pid = load<std::int32_t>(head, offsetof(HeapHeader, creator_pid));
    if (pid <= 0) return "creator pid is " + std::to_string(pid);
    const auto superblock_size = load_64(head, offsetof(HeapHeader, superblock_size));
    if (superblock_size == 0 || superblock_size % page_size != 0) {
        return "superblock size is " + std::to_string(superblock_size);
    }
    if (!is_terminated(head, offsetof(HeapHeader, component), component_name_size)) {
        return "component name has no end";
    }
    if (!is_terminated(head, offsetof(HeapHeader, tag), tag_size)) return "tag has no end";
    return {};
}

/// Whether sizes and counters agree with the size of the file.
Damage find_wrong_extent(std::span<const std::byte> head, std::uint64_t file_size) {
    if (load_64(head, offsetof(HeapHeader, payload_offset)) > file_size) {
        return "payload offset beyond the end of the file";
    }
    const auto size_max = load_64(head, offsetof(HeapHeader, size_max));
    if (file_size > size_max) {
        return "file is larger than its maximal size of " + std::to_string(size_max) + " bytes";
    }
    const auto committed = load_64(head, counter_offset(offsetof(HeapCounters, committed_bytes)));
    if (add_clamped(payload_offset, committed) > file_size) {
        return "committed bytes beyond the end of the file";
    }
    if (load_32(head, counter_offset(offsetof(HeapCounters, thread_slots_used))) >
        thread_count_max) {
        return "more threads than there is room for";
    }
    return {};
}

HeapRecord make_record(std::span<const std::byte> head) {
    HeapRecord record;
    record.creator_pid = load<std::int32_t>(head, offsetof(HeapHeader, creator_pid));
    record.creator_start_ticks = load_64(head, offsetof(HeapHeader, creator_start_ticks));
    record.pid_namespace = load_64(head, offsetof(HeapHeader, pid_namespace));
    record.uuid = load<Uuid>(head, offsetof(HeapHeader, uuid));
    record.created_at_ns = load_64(head, offsetof(HeapHeader, created_at_ns));
    record.size_max = load_64(head, offsetof(HeapHeader, size_max));
    record.superblock_size = load_64(head, offsetof(HeapHeader, superblock_size));
    record.committed_bytes = load_64(head, counter_offset(offsetof(HeapCounters, committed_bytes)));
    record.allocation_failures =
        load_64(head, counter_offset(offsetof(HeapCounters, allocation_failures)));
    record.component_bytes =
        load<decltype(record.component_bytes)>(head, offsetof(HeapHeader, component));
    record.tag_bytes = load<decltype(record.tag_bytes)>(head, offsetof(HeapHeader, tag));
    const BlockCounts blocks = count_blocks(head);
    record.used_bytes = std::min(blocks.live_bytes(), record.committed_bytes);
    record.blocks_live =
        std::min(blocks.live_blocks(), record.committed_bytes / detail::class_sizes.front());
    return record;
}

/// Reads [head.size, end) of the file, as far as the file goes.
Status read_until(int fd, FileHead& head, std::size_t end) {
    while (head.size < end) {
        const ssize_t count = ::pread(fd, head.bytes.data() + head.size, end - head.size,
                                      static_cast<off_t>(head.size));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return os::error("read");
        if (count == 0) break;
        head.size += static_cast<std::size_t>(count);
    }
    return {};
}

bool has_magic(std::span<const std::byte> head) {
    return head.size() >= sizeof layout_magic && load_64(head, 0) == layout_magic;
}

}  // namespace

Status read_head(int fd, FileHead& head) {
    head.size = 0;
    if (auto read = read_until(fd, head, first_read); !read) return read;
    if (head.size < first_read || !has_magic(head.content())) return {};
    const auto threads =
        load_32(head.content(), counter_offset(offsetof(HeapCounters, thread_slots_used)));
    const auto threads_read = std::min(threads, thread_count_max);
    return read_until(fd, head, thread_counters_offset + threads_read * sizeof(ThreadCounters));
}

Inspection parse_head(std::span<const std::byte> head, std::uint64_t file_size) {
    Inspection result;
    if (!has_magic(head)) return result;
    result.content = Content::damaged;
    Damage damage = find_unknown_layout(head);
    if (!damage) damage = find_wrong_extent(head, file_size);
    if (!damage) damage = find_wrong_field(head);
    if (damage) {
        result.damage = std::move(*damage);
        return result;
    }
    result.content = Content::heap;
    result.heap = make_record(head);
    return result;
}

bool lost_its_magic(std::span<const std::byte> head) {
    return !has_magic(head) && !find_unknown_layout(head);
}

Result<Inspection> inspect(int fd, struct stat& status, FileHead& head) {
    if (auto read = read_head(fd, head); !read) return tl::unexpected(read.error());
    auto result = parse_head(head.content(), static_cast<std::uint64_t>(status.st_size));
    if (result.content != Content::damaged) return result;
    if (::fstat(fd, &status) != 0) return os::error("inspect");
    return parse_head(head.content(), static_cast<std::uint64_t>(status.st_size));
}

Result<Holders> find_holders(int fd) {
    struct Range {
        std::uint64_t first;
        std::uint64_t end;
    };
    // A query names one lock in its range, not the lowest: what lies on its both sides is asked
    // for next. Every hit takes one byte away, so this ends after one round for each byte.
    constexpr std::uint64_t end = os::client_lock_byte(client_slot_count);
    std::array<Range, client_slot_count + 2> open_ranges{{{os::owner_lock_byte, end}}};
    std::size_t open_count = 1;
    Holders holders;
    while (open_count > 0) {
        const Range range = open_ranges[--open_count];
        const auto found = os::find_write_lock(fd, range.first, range.end - range.first);
        if (!found) return tl::unexpected(found.error());
        if (!*found) continue;
        const std::uint64_t hit = **found;
        if (hit == os::owner_lock_byte) {
            holders.owner = true;
        } else {
            ++holders.clients;
        }
        if (range.first < hit) open_ranges[open_count++] = {range.first, hit};
        if (hit + 1 < range.end) open_ranges[open_count++] = {hit + 1, range.end};
    }
    return holders;
}

}  // namespace shmheap
