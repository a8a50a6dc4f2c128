// A recorded heap must stay readable: the head of a file of layout version 1, written by
// record_golden, is parsed to exactly what was in that heap. Reading it otherwise, or not at all,
// would be a change of the layout, which takes a new version and a new recording beside this one.
#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "file/inspect.hpp"
#include "support.hpp"

using shmheap::Content;
using shmheap::parse_head;

namespace {

constexpr std::uint64_t recorded_file_size = 11'390'976;

std::string recorded_head() {
    std::ifstream file(TEST_DATA "/heap-v1-head.bin", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("the recorded heap of layout version 1 is parsed to what it held") {
    const std::string head = recorded_head();
    REQUIRE(head.size() == shmheap::FileHead::capacity);
    const auto seen = parse_head(bytes_of(head), recorded_file_size);
    REQUIRE_MESSAGE(seen.content == Content::heap, seen.damage);
    CHECK(seen.heap.creator_pid == 24'222);
    CHECK(seen.heap.creator_start_ticks == 639'849);
    CHECK(seen.heap.pid_namespace == 4'026'531'836);
    CHECK(seen.heap.created_at_ns == 1'795'386'068'369'392'896);
    CHECK(seen.heap.uuid == shmheap::Uuid{0x9c, 0xb2, 0x88, 0x7b, 0x8d, 0xe1, 0x46, 0xb5, 0xf5,
                                          0x94, 0x36, 0xd2, 0x21, 0xb1, 0x38, 0xeb});
    CHECK(seen.heap.component() == "golden");
    CHECK(seen.heap.tag() == "harrier/0f8c2f4e-8f0e-4a35-9d63-1f1d2a3b4c5d/golden/1");
    CHECK(seen.heap.size_max == 70 * heap_test::mib);
    CHECK(seen.heap.superblock_size == 2 * heap_test::mib);
    // Two blocks of 128 bytes, two of 5,120, and runs of 25 and of 733 pages.
    CHECK(seen.heap.blocks_live == 6);
    CHECK(seen.heap.used_bytes == 2 * 128 + 2 * 5'120 + (25 + 733) * 4'096);
    CHECK(seen.heap.committed_bytes == 2 * heap_test::mib + 733 * 4'096);
    CHECK(seen.heap.allocation_failures == 1);
}

TEST_CASE("the recorded bytes lie where FORMAT.md says") {
    const std::string head = recorded_head();
    const auto u64 = [&](std::size_t offset) {
        std::uint64_t value = 0;
        std::memcpy(&value, head.data() + offset, sizeof value);
        return value;
    };
    const auto u32 = [&](std::size_t offset) {
        std::uint32_t value = 0;
        std::memcpy(&value, head.data() + offset, sizeof value);
        return value;
    };
    CHECK(std::memcmp(head.data(), "HARRIER\0\1\0\0\0", 12) == 0);
    CHECK(u32(16) == 24'222);
    CHECK(u64(24) == 639'849);
    CHECK(u64(64) == 70 * heap_test::mib);
    CHECK(u32(80) == 64);
    CHECK(u32(84) == 1'024);
    CHECK(u64(88) == 36'864);
    CHECK(u64(96) == 69'632);
    CHECK(u64(104) == 4'096);
    CHECK(u64(112) == 256);
    CHECK(u64(120) == 6'291'456);
    CHECK(std::strcmp(head.data() + 128, "golden") == 0);
    CHECK(u64(512) == 2 * heap_test::mib + 733 * 4'096);
    CHECK(u64(536) == 1);
    CHECK(u32(544) == 1);
    // The freed run of 200,000 bytes waits with the one thread there was.
    CHECK(u32(4'096 + 124) == 49);
}

TEST_CASE("of the recorded heap every cut is damaged, and none is taken for a heap") {
    const std::string head = recorded_head();
    for (std::size_t size = 8; size < sizeof(shmheap::HeapHeader); ++size)
        REQUIRE(parse_head(bytes_of(head).first(size), size).content == Content::damaged);
    for (std::size_t size = 0; size < 8; ++size)
        REQUIRE(parse_head(bytes_of(head).first(size), size).content == Content::other);
    CHECK(parse_head(bytes_of(head), recorded_file_size - 1).content != Content::other);
    CHECK(parse_head(bytes_of(head), 6 * heap_test::mib).content == Content::damaged);
}
