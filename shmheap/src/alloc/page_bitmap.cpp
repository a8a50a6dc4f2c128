#include "alloc/page_bitmap.hpp"

#include <algorithm>
#include <bit>

#include "os/assert.hpp"

namespace shmheap::detail {

void PageBitmap::set_all_free() {
    std::fill_n(words_, pages_ / bits_per_word, ~std::uint64_t{0});
}

/// Where the free run that reaches up to `page` begins; `page` itself when the one before is taken.
std::uint32_t PageBitmap::free_begin(std::uint32_t page) const {
    while (page > 0) {
        const std::uint32_t shift = (page - 1) % bits_per_word;
        const std::uint64_t before = words_[(page - 1) / bits_per_word]
                                     << (bits_per_word - 1 - shift);
        const auto ones = static_cast<std::uint32_t>(std::countl_one(before));
        page -= ones;
        if (ones <= shift) break;
    }
    return page;
}

/// Where the free run that starts at `page` ends; `page` itself when it is taken.
std::uint32_t PageBitmap::free_end(std::uint32_t page) const {
    while (page < pages_) {
        const std::uint32_t shift = page % bits_per_word;
        const auto ones =
            static_cast<std::uint32_t>(std::countr_one(words_[page / bits_per_word] >> shift));
        page += ones;
        if (ones < bits_per_word - shift) break;
    }
    return page;
}

std::uint32_t PageBitmap::find(const Wanted& wanted, std::uint32_t& longest) const {
    const std::uint32_t mask = wanted.alignment - 1;
    std::uint32_t longest_seen = 0;
    std::uint32_t position = 0;
    while (position < pages_) {
        const std::uint64_t ahead = words_[position / bits_per_word] >> position % bits_per_word;
        if (ahead == 0) {
            position = (position / bits_per_word + 1) * bits_per_word;
            continue;
        }
        const std::uint32_t begin = position + static_cast<std::uint32_t>(std::countr_zero(ahead));
        const std::uint32_t end = free_end(begin);
        const std::uint32_t aligned = ((wanted.base + begin + mask) & ~mask) - wanted.base;
        if (aligned + wanted.pages <= end) return aligned;
        longest_seen = std::max(longest_seen, end - begin);
        position = end;
    }
    longest = longest_seen;
    return no_run;
}

std::uint32_t PageBitmap::longest_free() const {
    std::uint32_t longest = 0;
    (void)find({.pages = pages_ + 1, .alignment = 1, .base = 0}, longest);
    return longest;
}

void PageBitmap::flip(std::uint32_t first, std::uint32_t pages, bool becomes_free) {
    std::uint32_t position = first;
    std::uint32_t left = pages;
    while (left > 0) {
        const std::uint32_t shift = position % bits_per_word;
        const std::uint32_t count = std::min(left, bits_per_word - shift);
        const std::uint64_t ones =
            count == bits_per_word ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        std::uint64_t& word = words_[position / bits_per_word];
        ASSERT((word & ones << shift) == (becomes_free ? 0 : ones << shift));
        word ^= ones << shift;
        position += count;
        left -= count;
    }
}

std::uint32_t PageBitmap::free_around(std::uint32_t first, std::uint32_t pages) const {
    return free_end(first + pages) - free_begin(first);
}

}  // namespace shmheap::detail
