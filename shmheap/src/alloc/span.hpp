/// A span: consecutive pages of the heap's payload, either cut into blocks of one size class or
/// one large block. All of this is private memory of the owner.
///
/// Each block has a 32-bit word that says what it is to the allocator. It is the whole truth about
/// the block: the arena's free list runs through the words of free blocks, a live block's word
/// counts its leases, and a word that is not what it should be gives a wrong deallocate away.
///
///     FREE | next          in the arena, linked to the span's next free block
///     0                    in a magazine
///     LIVE | leases        allocated; `leases` deliveries of it have not ended
///     LIVE | FREED | n     deallocated while n leases live; whoever ends the last one frees it
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "shmheap/layout.hpp"

namespace shmheap::detail {

using BlockWord = std::atomic<std::uint32_t>;

constexpr std::uint32_t block_live = 1U << 31;
constexpr std::uint32_t block_freed = 1U << 30;
constexpr std::uint32_t block_free = 1U << 29;
constexpr std::uint32_t block_cached = 0;
constexpr std::uint32_t lease_count_mask = block_free - 1;
constexpr std::uint32_t no_block = lease_count_mask;  ///< end of a span's free list

/// A block on its way between arena, magazine and application. Trivial, so that a magazine's unused
/// places cost no touched memory.
struct Block {
    std::byte* data;
    BlockWord* word;
};

enum class SpanKind : std::uint8_t { small, large };

struct Span {
    std::byte* begin = nullptr;
    std::uint32_t first_page = 0;  ///< counted from the start of the payload
    std::uint32_t page_count = 0;
    std::uint32_t block_size = 0;  ///< small: of its class; large: all pages (may exceed 32 bits)
    std::uint32_t block_count = 0;
    std::uint64_t reciprocal = 0;  ///< 2^32 / units of 64 bytes in a block, rounded up
    std::uint32_t free_head = no_block;
    std::uint32_t free_count = 0;
    SpanKind kind = SpanKind::small;
    std::uint8_t size_class = 0;
    bool listed = false;  ///< in its class's list of spans with free blocks
    BlockWord* words = nullptr;
    BlockWord single_word{0};  ///< the word of a large block
    std::unique_ptr<BlockWord[]> word_storage;
    std::uint32_t word_capacity = 0;
    Span* previous = nullptr;
    Span* next = nullptr;

    [[nodiscard]] std::size_t bytes() const { return std::size_t{page_count} * page_size; }

    /// Usable size of each of its blocks.
    [[nodiscard]] std::size_t usable_size() const {
        return kind == SpanKind::large ? bytes() : block_size;
    }

    /// Index of the block that starts at `offset` bytes into the span, or no_block if none does.
    [[nodiscard]] std::uint32_t index_of(std::size_t offset) const {
        if (kind == SpanKind::large) return offset == 0 ? 0 : no_block;
        const auto index = static_cast<std::uint32_t>((offset / 64 * reciprocal) >> 32);
        const bool starts = std::size_t{index} * block_size == offset && index < block_count;
        return starts ? index : no_block;
    }

    [[nodiscard]] Block block(std::uint32_t index) {
        return {begin + std::size_t{index} * block_size, words + index};
    }
};

}  // namespace shmheap::detail
