// Claims about how an address is turned into a block: by one multiplication that must be right for
// every offset into every kind of span.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>

#include "alloc/size_class.hpp"
#include "alloc/span.hpp"

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
