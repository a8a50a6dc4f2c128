// A recorded heap must stay readable: the head of a file of layout version 2, written by
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

constexpr std::uint64_t recorded_file_size = 15'585'280;

std::string recorded_head(const std::string& name = "heap-v2-head.bin") {
    std::ifstream file(TEST_DATA "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("the recorded heap of layout version 2 is parsed to what it held") {
    const std::string head = recorded_head();
    REQUIRE(head.size() == shmheap::FileHead::capacity);
    const auto seen = parse_head(bytes_of(head), recorded_file_size);
    REQUIRE_MESSAGE(seen.content == Content::heap, seen.damage);
    CHECK(seen.heap.creator_pid == 27'187);
    CHECK(seen.heap.creator_start_ticks == 519'820);
    CHECK(seen.heap.pid_namespace == 4'026'531'836);
    CHECK(seen.heap.created_at_ns == 1'795'479'421'294'371'846);
    CHECK(seen.heap.uuid == shmheap::Uuid{0x7b, 0xe6, 0x2c, 0xe5, 0x70, 0x94, 0x0b, 0x81, 0x3f,
                                          0xe2, 0x9c, 0xaa, 0x1a, 0x64, 0x1f, 0x30});
    CHECK(seen.heap.component() == "golden");
    CHECK(seen.heap.tag() == "harrier/0f8c2f4e-8f0e-4a35-9d63-1f1d2a3b4c5d/golden/1");
    CHECK(seen.heap.size_max == 74 * heap_test::mib);
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
    CHECK(std::memcmp(head.data(), "HARRIER\0\2\0\0\0", 12) == 0);
    CHECK(u32(16) == 27'187);
    CHECK(u64(24) == 519'820);
    CHECK(u64(64) == 74 * heap_test::mib);
    CHECK(u32(80) == 64);
    CHECK(u32(84) == 1'024);
    CHECK(u64(88) == 36'864);
    CHECK(u64(96) == 147'456);
    CHECK(u64(104) == 4'096);
    CHECK(u64(112) == 256);
    CHECK(u64(120) == 10'485'760);
    CHECK(std::strcmp(head.data() + 128, "golden") == 0);
    CHECK(u64(512) == 2 * heap_test::mib + 733 * 4'096);
    CHECK(u64(536) == 1);
    CHECK(u32(544) == 1);
    // The freed run of 200,000 bytes waits with the one thread there was.
    CHECK(u32(4'096 + 124) == 49);
}

TEST_CASE("a heap of layout version 1 is told by its version") {
    const std::string head = recorded_head("heap-v1-head.bin");
    REQUIRE(head.size() == shmheap::FileHead::capacity);
    const auto seen = parse_head(bytes_of(head), 11'390'976);
    CHECK(seen.content == Content::damaged);
    CHECK(seen.damage == "layout version 1 is not known");
}

TEST_CASE("of the recorded heap every cut is damaged, and none is taken for a heap") {
    const std::string head = recorded_head();
    for (std::size_t size = 8; size < sizeof(shmheap::HeapHeader); ++size)
        REQUIRE(parse_head(bytes_of(head).first(size), size).content == Content::damaged);
    for (std::size_t size = 0; size < 8; ++size)
        REQUIRE(parse_head(bytes_of(head).first(size), size).content == Content::other);
    CHECK(parse_head(bytes_of(head), recorded_file_size - 1).content != Content::other);
    CHECK(parse_head(bytes_of(head), 10 * heap_test::mib).content == Content::damaged);
}
