/// A magazine: blocks of one size class that wait in a thread for their next use, last in first
/// out. Only that thread touches it; how many there are is published for onlookers.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "alloc/span.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {

/// The blocks' data and words stand in arrays of their own, so that a place needs no arithmetic.
/// What lies above `count` is not initialised: what is never used is never touched.
struct Magazine {
    static constexpr std::size_t blocks_max = 143;

    std::uint32_t count = 0;
    std::uint32_t capacity = 0;
    std::atomic<std::uint16_t>* published = nullptr;
    std::array<std::byte*, blocks_max> data;
    std::array<BlockWord*, blocks_max> words;

    void set_count(std::size_t blocks) {
        count = static_cast<std::uint32_t>(blocks);
        // relaxed: onlookers want the number alone.
        published->store(static_cast<std::uint16_t>(blocks), std::memory_order_relaxed);
        CRASH_POINT(magazine_count_published);
    }

    /// Only if there is room.
    void push(Block block) {
        const std::size_t place = count;
        data[place] = block.data;
        words[place] = block.word;
        set_count(place + 1);
    }

    /// Only if there is one; its word then says live.
    std::byte* take_live() {
        const std::size_t place = count - 1U;
        std::byte* block = data[place];
        BlockWord* word = words[place];
        set_count(place);
        word->store(block_live, std::memory_order_relaxed);
        if (block == nullptr) __builtin_unreachable();  // saves callers a test
        return block;
    }
};
static_assert(sizeof(Magazine) == 9 * 256, "a multiple that takes two instructions");

}  // namespace shmheap::detail
