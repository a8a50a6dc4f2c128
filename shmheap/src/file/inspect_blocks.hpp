/// How the blocks of a heap divide among the sizes: from the counters that its owner publishes for
/// onlookers. They are a snapshot of running threads, and foreign input as well: differences stop
/// at 0, sums at the largest number. Pure; from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "alloc/size_class.hpp"
#include "shmheap/layout.hpp"

namespace shmheap {

/// Where in a head one of its HeapCounters lies.
constexpr std::size_t counter_offset(std::size_t offset_in_counters) {
    return offsetof(HeapHeader, counters) + offset_in_counters;
}

struct BlockCount {
    std::uint64_t live = 0;    ///< allocated
    std::uint64_t cached = 0;  ///< free, and kept by a thread for its next calls
};

struct BlockCounts {
    std::array<BlockCount, detail::class_count> classes;  ///< as detail::class_sizes
    BlockCount large;                                     ///< runs of pages
    std::uint64_t large_live_bytes = 0;
    std::uint64_t large_cached_bytes = 0;

    [[nodiscard]] std::uint64_t live_blocks() const;
    [[nodiscard]] std::uint64_t live_bytes() const;    ///< at the size of their class
    [[nodiscard]] std::uint64_t cached_bytes() const;  ///< likewise
};

/// All that the head tells of the heap's memory.
struct BlockUsage {
    /// What the owner saw when it tidied up last.
    struct Free {
        std::uint64_t bytes = 0;          ///< in pages that no block lies in
        std::uint64_t longest_bytes = 0;  ///< of them together
        std::uint64_t seen_at_ns = 0;     ///< since 1970-01-01 UTC
    };

    std::uint64_t committed_bytes = 0;
    BlockCounts blocks;
    std::optional<Free> free;  ///< no value when the owner never looked

    /// Memory that holds no live block.
    [[nodiscard]] std::uint64_t unused_bytes() const;
};

BlockUsage inspect_blocks(std::span<const std::byte> head);

/// Counts in the head of a file (FileHead), which has a whole header at least.
BlockCounts count_blocks(std::span<const std::byte> head);

/// No overflow, but the largest number.
std::uint64_t add_clamped(std::uint64_t left, std::uint64_t right);
std::uint64_t multiply_clamped(std::uint64_t left, std::uint64_t right);

}  // namespace shmheap
