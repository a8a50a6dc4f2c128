// Claims about how an address is turned into a block: by one multiplication that must be right for
// every offset into every kind of span. And about how a place for a span is found.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>

#include "alloc/page_bitmap.hpp"
#include "alloc/size_class.hpp"
#include "alloc/span.hpp"
#include "support.hpp"

using namespace shmheap::detail;

namespace {

std::array<std::byte, span_bytes_max> memory;  // only its addresses matter

/// The first offset at which the multiplication disagrees with a division, or `bytes`.
std::size_t first_wrong_offset(std::uint32_t block_size, std::size_t bytes) {
    Span span;
    span.begin = memory.data();
    span.reciprocal = reciprocal_of(block_size);
    for (std::size_t offset = 0; offset < bytes; ++offset) {
        const Span::Place place = span.place_of(span.begin + offset);
        if (place.is_start() != (offset % block_size == 0)) return offset;
        if (place.index() != offset / block_size) return offset;
    }
    return bytes;
}

struct Runs {
    std::uint32_t first_fit = PageBitmap::no_run;
    std::uint32_t longest = 0;
};

template <std::size_t pages>
Runs look_at_each(const std::array<bool, pages>& is_free, const PageBitmap::Wanted& wanted) {
    Runs runs;
    std::uint32_t length = 0;
    for (std::uint32_t page = 0; page < pages; ++page) {
        length = is_free[page] ? length + 1 : 0;
        runs.longest = std::max(runs.longest, length);
        if (length < wanted.pages || runs.first_fit != PageBitmap::no_run) continue;
        const std::uint32_t first = page + 1 - wanted.pages;
        if ((wanted.base + first) % wanted.alignment == 0) runs.first_fit = first;
    }
    return runs;
}

}  // namespace

TEST_CASE("of every address in a span of any class it is known which block it starts, if any") {
    for (std::size_t index = 0; index < class_count; ++index) {
        CAPTURE(class_sizes[index]);
        const std::size_t bytes = span_pages[index] * shmheap::page_size;
        CHECK(first_wrong_offset(class_sizes[index], bytes) == bytes);
    }
}

TEST_CASE("of the addresses in the first page of a large block only the first starts it") {
    CHECK(first_wrong_offset(shmheap::page_size, shmheap::page_size) == shmheap::page_size);
}

TEST_CASE("a bitmap finds a run exactly where a look at each page finds one") {
    constexpr std::uint32_t pages = 128;
    std::array<std::uint64_t, pages / PageBitmap::bits_per_word> words{};
    std::array<bool, pages> is_free{};
    PageBitmap bitmap(words.data(), pages);
    std::mt19937 random(heap_test::printed_seed("runs of pages"));
    for (int turn = 0; turn < 20'000; ++turn) {
        const std::uint32_t first = random() % pages;
        std::uint32_t end = first + 1;
        while (end < pages && is_free[end] == is_free[first] && random() % 4 != 0)
            ++end;
        bitmap.flip(first, end - first, !is_free[first]);
        std::fill(is_free.begin() + first, is_free.begin() + end, !is_free[first]);

        const PageBitmap::Wanted wanted{1 + static_cast<std::uint32_t>(random() % 20),
                                        1U << random() % 4, 3 * pages};
        std::uint32_t longest = 0;
        const std::uint32_t found = bitmap.find(wanted, longest);
        const Runs expected = look_at_each(is_free, wanted);
        REQUIRE(found == expected.first_fit);
        if (found == PageBitmap::no_run) {
            REQUIRE(longest == expected.longest);
        } else {
            REQUIRE(bitmap.free_around(found, wanted.pages) >= wanted.pages);
        }
    }
}
