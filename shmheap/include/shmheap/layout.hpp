/// The bytes of a heap file, as FORMAT.md describes them. Everything is little-endian, offsets
/// count from the start of the file, and reserved bytes are zero. Any change bumps
/// `layout_version`; attach refuses another version or fingerprint.
///
/// Whoever reads these structures from a file that another process can write treats them as input
/// (file/inspect.hpp): checked first, then used.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace shmheap {

constexpr std::uint64_t layout_magic = 0x0052454952524148;  // "HARRIER\0"
constexpr std::uint32_t layout_version = 1;

constexpr std::size_t page_size = 4096;
constexpr std::size_t cache_line_size = 64;
constexpr std::size_t class_count_max = 64;      ///< room for size classes in the counters
constexpr std::uint32_t thread_count_max = 256;  ///< threads whose magazines are published
constexpr std::uint32_t client_slot_count = 64;
constexpr std::uint32_t lane_slot_count = 1024;
constexpr std::size_t component_name_size = 72;  ///< with the closing NUL
constexpr std::size_t tag_size = 248;            ///< with the closing NUL

using Uuid = std::array<std::uint8_t, 16>;

/// Counters that the owner stores and everybody may read at any time. Each is exact by itself;
/// together they are as consistent as a snapshot of running threads can be.
struct HeapCounters {
    std::atomic<std::uint64_t> committed_bytes;  ///< of superblocks; "heap size"
    std::atomic<std::uint64_t> large_blocks;     ///< page runs and larger out of the arena
    std::atomic<std::uint64_t> large_bytes;
    std::atomic<std::uint64_t> allocation_failures;
    std::atomic<std::uint32_t> thread_slots_used;  ///< high-water mark of ThreadCounters in use
    std::uint32_t reserved_0;
    std::array<std::uint64_t, 3> reserved_1;
    /// Blocks of each size class that are out of the arena: live, or waiting in a magazine.
    std::array<std::atomic<std::uint64_t>, class_count_max> class_blocks;
};

/// What one thread of the owner keeps in its magazines; live = out of the arena - in magazines.
struct ThreadCounters {
    std::array<std::atomic<std::uint16_t>, class_count_max - 2> class_blocks;
    std::atomic<std::uint32_t> large_pages;  ///< pages of the one large run kept, or 0
};

/// Page 0. Written once before the file gets its name; only `counters` changes afterwards.
struct HeapHeader {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t fingerprint;  ///< layout_fingerprint()
    std::int32_t creator_pid;   ///< in the creator's pid namespace
    std::uint32_t reserved_0;
    std::uint64_t creator_start_ticks;  ///< clock ticks since boot, 0 when unknown
    std::uint64_t pid_namespace;        ///< inode, 0 when unknown
    Uuid uuid;                          ///< of this heap; random
    std::uint64_t created_at_ns;        ///< since 1970-01-01 UTC
    std::uint64_t size_max;             ///< no byte of the file ever lies beyond
    std::uint64_t superblock_size;
    std::uint32_t client_slots;
    std::uint32_t lane_slots;
    std::uint64_t client_area_offset;
    std::uint64_t client_area_stride;
    std::uint64_t thread_counters_offset;
    std::uint64_t thread_counters_slots;
    std::uint64_t payload_offset;
    std::array<char, component_name_size> component;  ///< NUL-terminated, may be empty
    std::array<char, tag_size> tag;                   ///< NUL-terminated, may be empty
    std::array<std::uint8_t, 64> reserved_1;
    HeapCounters counters;
};

/// First page of a client's area; its lane follows. The client writes it, the owner reads it as
/// input and writes only `owner_waits` and, after the client's death, `tenancy`.
struct ClientSlot {
    /// Odd while a client has the slot. Every attach makes it odd, every end of a client even, so
    /// that no two tenants ever see the same number.
    std::atomic<std::uint32_t> tenancy;
    std::atomic<std::int32_t> pid;  ///< in the client's pid namespace
    std::atomic<std::uint64_t> start_ticks;
    std::atomic<std::uint64_t> pid_namespace;
    std::atomic<std::uint64_t> attached_at_ns;
    std::array<char, component_name_size> component;
    std::array<std::uint8_t, 24> reserved_0;
    std::atomic<std::uint32_t> releases;  ///< hint: counts releases; a futex word
    /// Hint: not 0 while the owner sleeps on `releases`.
    alignas(cache_line_size) std::atomic<std::uint32_t> owner_waits;
};

/// The state of a lease, the low two bits of its word; the generation is above.
enum class LeaseState : std::uint64_t { free = 0, issued = 1, held = 2, done = 3 };

/// A lease word, put together and taken apart.
constexpr std::uint64_t lease_word(std::uint64_t generation, LeaseState state) {
    return generation << 2 | static_cast<std::uint64_t>(state);
}
constexpr LeaseState lease_state(std::uint64_t word) {
    return static_cast<LeaseState>(word & 3);
}
constexpr std::uint64_t lease_generation(std::uint64_t word) {
    return word >> 2;
}

/// One lease word on a line of its own: neighbours are used by both sides at the same time.
struct alignas(cache_line_size) LaneSlot {
    std::atomic<std::uint64_t> word;
};

/// What travels from owner to client, by any channel.
struct Reference {
    Uuid heap;
    std::uint32_t client;  ///< index | tenancy << 8: whom it was issued to
    std::uint32_t lane_slot;
    std::uint64_t generation;
    std::uint64_t offset;  ///< of the first byte, from the start of the file
    std::uint64_t length;
    std::array<std::uint8_t, 16> reserved;
};

constexpr std::uint32_t client_index_bits = 8;
/// The number that applications pass around for a client, put together and taken apart.
constexpr std::uint32_t client_handle(std::uint32_t index, std::uint32_t tenancy) {
    return index | tenancy << client_index_bits;
}
constexpr std::uint32_t client_index(std::uint32_t handle) {
    return handle & ((1U << client_index_bits) - 1);
}
/// Tenancies are compared in the bits that a handle has room for.
constexpr bool same_tenancy(std::uint32_t handle, std::uint32_t tenancy) {
    return client_handle(0, tenancy) == (handle & ~((1U << client_index_bits) - 1));
}

constexpr std::uint64_t thread_counters_offset = page_size;
constexpr std::uint64_t client_area_offset =
    thread_counters_offset + thread_count_max * sizeof(ThreadCounters);
constexpr std::uint64_t lane_offset = page_size;  ///< of the lane in a client's area
constexpr std::uint64_t client_area_stride = lane_offset + lane_slot_count * sizeof(LaneSlot);
/// The payload starts at a multiple of 2 MiB, so that blocks can be aligned up to that and huge
/// pages fit. What lies unused before it has no memory behind it.
constexpr std::uint64_t payload_alignment = 2 * 1024 * 1024;
constexpr std::uint64_t payload_offset =
    (client_area_offset + client_slot_count * client_area_stride + payload_alignment - 1) /
    payload_alignment * payload_alignment;

/// Differs between builds whose structures differ, whatever their version says (FNV-1a).
constexpr std::uint32_t layout_fingerprint() {
    std::uint32_t hash = 2166136261;
    for (const std::uint64_t value :
         {std::uint64_t{layout_version}, std::uint64_t{sizeof(HeapHeader)},
          std::uint64_t{sizeof(ClientSlot)}, std::uint64_t{sizeof(LaneSlot)},
          std::uint64_t{sizeof(ThreadCounters)}, std::uint64_t{lane_slot_count}, client_area_stride,
          payload_offset}) {
        hash = static_cast<std::uint32_t>((hash ^ value) * std::uint64_t{16777619});
    }
    return hash;
}

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint64_t>) == 8);
static_assert(sizeof(std::atomic<std::uint32_t>) == 4);
static_assert(sizeof(std::atomic<std::uint16_t>) == 2);
static_assert(offsetof(HeapHeader, version) == 8);
static_assert(offsetof(HeapHeader, fingerprint) == 12);
static_assert(offsetof(HeapHeader, creator_pid) == 16);
static_assert(offsetof(HeapHeader, creator_start_ticks) == 24);
static_assert(offsetof(HeapHeader, pid_namespace) == 32);
static_assert(offsetof(HeapHeader, uuid) == 40);
static_assert(offsetof(HeapHeader, created_at_ns) == 56);
static_assert(offsetof(HeapHeader, size_max) == 64);
static_assert(offsetof(HeapHeader, superblock_size) == 72);
static_assert(offsetof(HeapHeader, client_slots) == 80);
static_assert(offsetof(HeapHeader, lane_slots) == 84);
static_assert(offsetof(HeapHeader, client_area_offset) == 88);
static_assert(offsetof(HeapHeader, client_area_stride) == 96);
static_assert(offsetof(HeapHeader, thread_counters_offset) == 104);
static_assert(offsetof(HeapHeader, thread_counters_slots) == 112);
static_assert(offsetof(HeapHeader, payload_offset) == 120);
static_assert(offsetof(HeapHeader, component) == 128);
static_assert(offsetof(HeapHeader, tag) == 200);
static_assert(offsetof(HeapHeader, counters) == 512);
static_assert(offsetof(HeapCounters, class_blocks) == 64);
static_assert(sizeof(HeapCounters) == 576);
static_assert(sizeof(HeapHeader) == 1088);
static_assert(sizeof(HeapHeader) <= page_size);
static_assert(sizeof(ThreadCounters) == 128);
static_assert(offsetof(ClientSlot, releases) == 128);
static_assert(offsetof(ClientSlot, owner_waits) == 192);
static_assert(sizeof(ClientSlot) <= lane_offset);
static_assert(sizeof(LaneSlot) == 64);
static_assert(sizeof(Reference) == 64);
static_assert(offsetof(Reference, offset) == 32);
static_assert(client_area_offset % page_size == 0);
static_assert(client_area_stride % page_size == 0);
static_assert(payload_offset == 6 * 1024 * 1024);

}  // namespace shmheap
