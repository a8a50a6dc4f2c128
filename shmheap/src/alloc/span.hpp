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

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "alloc/size_class.hpp"
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

/// 2^32 / size, rounded up: divides an offset into a span by multiplying.
constexpr std::uint64_t reciprocal_of(std::uint32_t size) {
    return ((std::uint64_t{1} << 32) + size - 1) / size;
}

/// A large block has this pseudo class, and a span that looks like one block of a page: of its
/// addresses only those in its first page are found. So the way of a small block through deallocate
/// needs no test of the kind; the large one leaves it where no magazine has room for it.
constexpr std::size_t large_class = class_count;

class Shard;

/// What deallocate reads of a span comes first, on one line that changes only with the span itself;
/// what the shard's lock protects is on others.
struct alignas(cache_line_size) Span {
    std::byte* begin = nullptr;
    std::uint64_t reciprocal = 0;
    /// One for each block, and a guard behind them that is never live: where the end of the span
    /// is too short for a block, its would-be index is the guard's.
    BlockWord* words = nullptr;
    Shard* home = nullptr;         ///< where it was cut, and where its blocks go back to
    std::uint32_t first_page = 0;  ///< counted from the start of the payload
    std::uint32_t page_count = 0;
    std::uint32_t block_size = 0;  ///< small: of its class; large: a page
    std::uint32_t block_count = 0;
    std::uint8_t size_class = 0;

    alignas(cache_line_size) std::uint32_t free_head = no_block;
    std::uint32_t free_count = 0;
    bool listed = false;  ///< in its class's list of spans with free blocks
    std::uint32_t word_capacity = 0;
    std::unique_ptr<BlockWord[]> word_storage;
    std::array<BlockWord, 2> single_word{};  ///< of a large block, and its guard
    Span* previous = nullptr;
    Span* next = nullptr;

    [[nodiscard]] bool is_large() const { return size_class == large_class; }
    [[nodiscard]] std::size_t bytes() const { return std::size_t{page_count} * page_size; }

    /// Usable size of each of its blocks.
    [[nodiscard]] std::size_t usable_size() const { return is_large() ? bytes() : block_size; }

    /// Which block an address lies in, and whether it is the block's first.
    ///
    /// One multiplication gives quotient and remainder. With size × reciprocal = 2^32 + excess,
    /// excess < size, the product for offset = index × size + rest is
    /// index × 2^32 + (index × excess + rest × reciprocal), of which the part in brackets is less
    /// than span_bytes_max if and only if rest is 0 (asserted below, tested for every offset).
    class Place {
    public:
        explicit Place(std::uint64_t product) : product_(product) {}
        [[nodiscard]] bool is_start() const {
            return static_cast<std::uint32_t>(product_) < span_bytes_max;
        }
        /// That of the guard where the end of the span has no room for a block.
        [[nodiscard]] std::uint32_t index() const {
            return static_cast<std::uint32_t>(product_ >> 32);
        }

    private:
        std::uint64_t product_;
    };

    /// Of a large block the address lies in its first page.
    [[nodiscard]] Place place_of(const std::byte* address) const {
        return Place(static_cast<std::size_t>(address - begin) * reciprocal);
    }

    [[nodiscard]] Block block(std::uint32_t index) {
        return {begin + std::size_t{index} * block_size, words + index};
    }
};
static_assert(offsetof(Span, size_class) < cache_line_size);
static_assert(span_bytes_max <= reciprocal_of(class_size_max));

}  // namespace shmheap::detail
