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
constexpr std::uint32_t layout_version = 2;

constexpr std::size_t page_size = 4096;
constexpr std::size_t cache_line_size = 64;
constexpr std::size_t class_count_max = 64;      ///< room for size classes in the counters
constexpr std::uint32_t thread_count_max = 256;  ///< threads whose magazines are published
constexpr std::uint32_t client_slot_count = 64;
constexpr std::uint32_t lane_slot_count = 1024;
/// A power of two. No more messages can be under way than there are leases.
constexpr std::uint64_t ring_cell_count = 1024;
/// Blocks that one client can hold by claims, not by leases, at a time.
constexpr std::uint32_t claim_slot_count = 256;
constexpr std::size_t connection_name_size = 272;  ///< two components, two ports, the closing NUL
constexpr std::size_t component_name_size = 72;    ///< with the closing NUL
constexpr std::size_t tag_size = 248;              ///< with the closing NUL

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
    /// What of the committed bytes was free for blocks of any kind when the owner last looked, and
    /// the longest part of it that lies together; when that was, since 1970-01-01 UTC, stored last
    /// (0: never).
    std::atomic<std::uint64_t> free_bytes;
    std::atomic<std::uint64_t> free_longest_bytes;
    std::atomic<std::uint64_t> free_seen_at_ns;
    /// Blocks of each size class that are out of the arena: live, or waiting in a magazine.
    std::array<std::atomic<std::uint64_t>, class_count_max> class_blocks;
};

/// What one thread of the owner keeps in its magazines; live = out of the arena - in magazines.
struct ThreadCounters {
    /// The entry after the last size class counts the large runs that are kept beyond the first.
    std::array<std::atomic<std::uint16_t>, class_count_max - 2> class_blocks;
    std::atomic<std::uint32_t> large_pages;  ///< pages of all large runs kept, 0 if there is none
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

/// First page of a client's area; its lane and its ring follow. The client writes it, the owner
/// reads it as input and writes only `owner_waits` and, after the client's death, `tenancy`.
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
    /// No claim lies in this place or beyond; grows only.
    alignas(cache_line_size) std::atomic<std::uint32_t> claims_used;
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
    /// For onlookers: when the lease was issued, since 1970-01-01 UTC. The owner stores it.
    std::atomic<std::uint64_t> issued_at_ns;
    /// The clients of this heap to whom the holder has lent this lease, a bit for each place. The
    /// owner clears it when it issues.
    std::atomic<std::uint64_t> lent_to;
};

/// The state of a claim, as that of a lease.
enum class ClaimState : std::uint64_t { free = 0, claimed = 1, adopted = 2, done = 3 };

/// The word of a claim, put together and taken apart.
constexpr std::uint64_t claim_word(std::uint64_t generation, ClaimState state) {
    return generation << 2 | static_cast<std::uint64_t>(state);
}
constexpr ClaimState claim_state(std::uint64_t word) {
    return static_cast<ClaimState>(word & 3);
}
constexpr std::uint64_t claim_generation(std::uint64_t word) {
    return word >> 2;
}

/// Where the lease lies that a claim goes back to: the place of its client, and in that one's lane.
constexpr std::uint64_t claim_place(std::uint32_t client_index, std::uint32_t lane_slot) {
    return client_index | std::uint64_t{lane_slot} << 32;
}

/// The right of this client to a block that another client has sent on (lease/claim.hpp). A
/// template over the atomic word, so that a model checker can put its own in.
template <class Word>
struct ClaimSlotOf {
    Word word;
    Word source;             ///< claim_place()
    Word source_generation;  ///< of that lease
    Word reserved;
};
using ClaimSlot = ClaimSlotOf<std::atomic<std::uint64_t>>;

/// What both sides of a stream tell each other about its ring (stream/ring.hpp), each field on a
/// line of its own unless one side writes all of a line. Both may write everything here, so each
/// reads what the other says as input.
struct RingControl {
    /// Number of the oldest message that was not taken; a futex word by its low half. Moved by the
    /// client that takes, and by the owner that drops.
    std::atomic<std::uint64_t> head;
    /// Not 0 while the client sleeps: for which message, and how.
    alignas(cache_line_size) std::atomic<std::uint64_t> consumer_waits;
    /// Not 0 while the owner sleeps: for which head, and how.
    alignas(cache_line_size) std::atomic<std::uint64_t> producer_waits;
    /// The client's proof that this ring is its own: what the owner told it over the socket.
    alignas(cache_line_size) std::atomic<std::uint64_t> claim;
    /// For onlookers; the owner stores them and never reads them back. Messages are numbered on
    /// from one client to the next: messages of this connection = number_next - number_first.
    alignas(cache_line_size) std::atomic<std::uint64_t> number_next;
    std::atomic<std::uint64_t> number_first;
    std::atomic<std::uint64_t> bytes;    ///< of the payloads of this connection
    std::atomic<std::uint64_t> copied;   ///< messages whose bytes went through the socket
    std::atomic<std::uint64_t> dropped;  ///< messages that gave way to newer ones, or were not sent
    std::atomic<std::uint64_t> depth;    ///< most messages that may lie in the ring
    std::atomic<std::uint64_t> opened_at_ns;  ///< since 1970-01-01 UTC; 0: no stream
};

/// One message, a line of its own. The owner fills it in and stores `stamp` last. A template over
/// the atomic word, so that a model checker can put its own in.
template <class Word>
struct alignas(cache_line_size) RingCellOf {
    Word stamp;     ///< number of the message + 1, so that no earlier one fits; a futex word
    Word sequence;  ///< this and the next two: the application's MessageInfo
    Word time_stamp_ns;
    Word stream_id;
    Word offset;      ///< of a shared message: in the file; of a copied one: its number there
    Word length;      ///< bytes
    Word generation;  ///< of the lease
    Word kind;        ///< ring_kind()
};
using RingCell = RingCellOf<std::atomic<std::uint64_t>>;

constexpr std::uint64_t ring_flag_copied = 1;  ///< the bytes come through the socket; no lease
constexpr std::uint64_t ring_flag_end_of_stream = 2;
constexpr std::uint64_t ring_flag_forwarded = 4;  ///< leased is a stub: the Reference to the block
/// payload type (low 32 bits), flags (8), place in the lane (24), put together and taken apart.
constexpr std::uint64_t ring_kind(std::uint32_t payload_type, std::uint64_t flags,
                                  std::uint32_t lane_slot) {
    return payload_type | flags << 32 | std::uint64_t{lane_slot} << 40;
}
constexpr std::uint32_t ring_payload_type(std::uint64_t kind) {
    return static_cast<std::uint32_t>(kind);
}
constexpr std::uint64_t ring_flags(std::uint64_t kind) {
    return kind >> 32 & 0xff;
}
constexpr std::uint32_t ring_lane_slot(std::uint64_t kind) {
    return static_cast<std::uint32_t>(kind >> 40);
}

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
constexpr std::uint64_t ring_offset = lane_offset + lane_slot_count * sizeof(LaneSlot);
/// For onlookers, in the control page: the name of the connection, NUL-terminated, by the owner.
constexpr std::uint64_t connection_name_offset = ring_offset + 1024;
constexpr std::uint64_t ring_cells_offset = ring_offset + page_size;
constexpr std::uint64_t claims_offset = ring_cells_offset + ring_cell_count * sizeof(RingCell);
constexpr std::uint64_t client_area_stride = claims_offset + claim_slot_count * sizeof(ClaimSlot);
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
          std::uint64_t{sizeof(ThreadCounters)}, std::uint64_t{lane_slot_count},
          std::uint64_t{sizeof(RingControl)}, std::uint64_t{sizeof(RingCell)}, ring_cell_count,
          std::uint64_t{sizeof(ClaimSlot)}, std::uint64_t{claim_slot_count}, client_area_stride,
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
static_assert(offsetof(HeapCounters, free_bytes) == 40);
static_assert(offsetof(HeapCounters, class_blocks) == 64);
static_assert(sizeof(HeapCounters) == 576);
static_assert(sizeof(HeapHeader) == 1088);
static_assert(sizeof(HeapHeader) <= page_size);
static_assert(sizeof(ThreadCounters) == 128);
static_assert(offsetof(ClientSlot, releases) == 128);
static_assert(offsetof(ClientSlot, owner_waits) == 192);
static_assert(offsetof(ClientSlot, claims_used) == 256);
static_assert(sizeof(ClientSlot) <= lane_offset);
static_assert(offsetof(LaneSlot, issued_at_ns) == 8);
static_assert(offsetof(LaneSlot, lent_to) == 16);
static_assert(sizeof(LaneSlot) == 64);
static_assert(client_slot_count <= 64);  // LaneSlot::lent_to has a bit for each
static_assert(sizeof(ClaimSlot) == 32);
static_assert(offsetof(ClaimSlot, source_generation) == 16);
static_assert(offsetof(RingControl, consumer_waits) == 64);
static_assert(offsetof(RingControl, producer_waits) == 128);
static_assert(offsetof(RingControl, claim) == 192);
static_assert(offsetof(RingControl, number_next) == 256);
static_assert(offsetof(RingControl, opened_at_ns) == 304);
static_assert(ring_offset + sizeof(RingControl) <= connection_name_offset);
static_assert(connection_name_offset + connection_name_size <= ring_cells_offset);
static_assert(offsetof(RingCell, generation) == 48);
static_assert(sizeof(RingCell) == 64);
static_assert((ring_cell_count & (ring_cell_count - 1)) == 0);
static_assert(ring_offset == 69'632);
static_assert(ring_cells_offset == 73'728);
static_assert(sizeof(Reference) == 64);
static_assert(offsetof(Reference, offset) == 32);
static_assert(client_area_offset % page_size == 0);
static_assert(client_area_stride % page_size == 0);
static_assert(claims_offset == 139'264);
static_assert(client_area_stride == 147'456);
static_assert(payload_offset == 10 * 1024 * 1024);

}  // namespace shmheap
