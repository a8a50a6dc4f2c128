/// Which block sizes exist. Small blocks: multiples of 64 bytes up to 256, then four sizes per
/// doubling up to 16 KiB (at most 20 % waste inside a block), then multiples of 4 KiB up to
/// 32 KiB. What is larger is a run of pages. The sizes are part of the file's format: the counters
/// in the header are per class.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "shmheap/layout.hpp"

namespace shmheap::detail {

constexpr std::size_t block_alignment = 64;
constexpr std::size_t class_size_max = 32 * 1024;
constexpr std::size_t span_bytes_max = 64 * 1024;  ///< of a span of small blocks

namespace size_class_tables {

constexpr std::size_t step_after(std::size_t size) {
    if (size < 256) return 64;
    if (size >= 16 * 1024) return 4096;
    std::size_t doubling = 256;
    while (doubling * 2 <= size)
        doubling *= 2;
    return doubling / 4;
}

constexpr std::size_t count_classes() {
    std::size_t count = 1;
    for (std::size_t size = 64; size < class_size_max; size += step_after(size))
        ++count;
    return count;
}

}  // namespace size_class_tables

constexpr std::size_t class_count = size_class_tables::count_classes();
static_assert(class_count <= class_count_max - 2);

/// Block size of each class, ascending.
constexpr std::array<std::uint32_t, class_count> class_sizes = [] {
    std::array<std::uint32_t, class_count> sizes{};
    std::size_t size = 64;
    for (auto& entry : sizes) {
        entry = static_cast<std::uint32_t>(size);
        size += size_class_tables::step_after(size);
    }
    return sizes;
}();
static_assert(class_sizes.back() == class_size_max);

namespace size_class_tables {

constexpr auto class_of_units = [] {
    std::array<std::uint8_t, class_size_max / block_alignment + 1> table{};
    std::uint8_t index = 0;
    for (std::size_t units = 0; units < table.size(); ++units) {
        while (class_sizes[index] < units * block_alignment)
            ++index;
        table[units] = index;
    }
    return table;
}();

}  // namespace size_class_tables

/// The smallest class that holds `bytes`, which is at most class_size_max; 0 counts as 1.
constexpr std::size_t size_class_of(std::size_t bytes) {
    return size_class_tables::class_of_units[(bytes + block_alignment - 1) / block_alignment];
}

/// Pages of the span that is cut into blocks of a class: room for 32 blocks or so, since what one
/// class has and does not need is lost for the others, and then the length with the least waste.
constexpr std::array<std::uint8_t, class_count> span_pages = [] {
    constexpr std::size_t pages_max = span_bytes_max / page_size;
    constexpr std::size_t pages_min = 4;
    constexpr std::size_t blocks_wanted = 32;
    std::array<std::uint8_t, class_count> pages{};
    for (std::size_t index = 0; index < class_count; ++index) {
        const std::size_t size = class_sizes[index];
        const std::size_t most = std::clamp(blocks_wanted * size / page_size, pages_min, pages_max);
        std::size_t best = most;
        for (std::size_t candidate = most; candidate >= (most + 1) / 2; --candidate) {
            const std::size_t waste = candidate * page_size % size;
            const std::size_t best_waste = best * page_size % size;
            if (waste * best < best_waste * candidate) best = candidate;
        }
        pages[index] = static_cast<std::uint8_t>(best);
    }
    return pages;
}();

}  // namespace shmheap::detail
