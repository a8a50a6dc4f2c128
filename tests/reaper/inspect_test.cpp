// What inspect says of a heap's bytes and of the locks on its file.
#include "file/inspect.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <limits>

#include "alloc/size_class.hpp"
#include "fabricator.hpp"

namespace {

using namespace reaper_test;
using namespace shmheap;

Inspection parse(const std::string& head, std::uint64_t file_size = heap_file_size()) {
    return parse_head(std::as_bytes(std::span(head)), file_size);
}

Inspection parse_changed(std::function<void(HeapHeader&)> change) {
    return parse(heap_head({.change = std::move(change)}));
}

TEST_CASE("a sound header is read field by field") {
    const auto found = parse(heap_head({.creator_pid = 2286,
                                        .component = "siggen",
                                        .tag = "demo/u/siggen/1",
                                        .committed_bytes = 8 << 20,
                                        .change =
                                            [](HeapHeader& header) {
                                                header.creator_start_ticks = 5;
                                                header.pid_namespace = 6;
                                                header.created_at_ns = 8;
                                                header.counters.allocation_failures = 9;
                                            }}),
                             heap_file_size({.committed_bytes = 8 << 20}));
    REQUIRE(found.content == Content::heap);
    CHECK(found.heap.creator_pid == 2286);
    CHECK(found.heap.creator_start_ticks == 5);
    CHECK(found.heap.pid_namespace == 6);
    CHECK(found.heap.uuid[0] == 7);
    CHECK(found.heap.created_at_ns == 8);
    CHECK(found.heap.allocation_failures == 9);
    CHECK(found.heap.size_max == 64 << 20);
    CHECK(found.heap.superblock_size == 2 << 20);
    CHECK(found.heap.committed_bytes == 8 << 20);
    CHECK(found.heap.component() == "siggen");
    CHECK(found.heap.tag() == "demo/u/siggen/1");
}

TEST_CASE("live blocks are those out of the arena less those in the magazines of every thread") {
    constexpr std::size_t last = detail::class_count - 1;
    HeapOptions options;
    options.change = [](HeapHeader& header) {
        header.counters.class_blocks[0] = 10;
        header.counters.class_blocks[last] = 3;
        header.counters.large_blocks = 7;
        header.counters.large_bytes = 500 * page_size;
    };
    for (int thread = 0; thread < 40; ++thread) {  // more than the first read covers
        options.threads.push_back([thread](ThreadCounters& counters) {
            if (thread == 0) counters.class_blocks[0] = 2;
            if (thread == 39) counters.class_blocks[last] = 1;
            if (thread == 38) counters.large_pages = 100;
            if (thread == 39) counters.large_pages = 100;  // of two runs
            if (thread == 39) counters.class_blocks[detail::class_count] = 1;
        });
    }
    const auto found = parse(heap_head(options));
    REQUIRE(found.content == Content::heap);
    CHECK(found.heap.blocks_live == 8 + 2 + 4);
    CHECK(found.heap.used_bytes ==
          8 * 64 + 2 * std::uint64_t{detail::class_size_max} + 300 * page_size);
}

TEST_CASE("counters of all threads are read from a file, in two calls when they are many") {
    const TestDirectory directory;
    HeapOptions options;
    options.change = [](HeapHeader& header) { header.counters.class_blocks[0] = 1000; };
    for (std::uint32_t thread = 0; thread < thread_count_max; ++thread)
        options.threads.push_back([](ThreadCounters& counters) { counters.class_blocks[0] = 1; });
    const FabricatedHeap heap(directory, "heap-1", options);
    struct stat status {};
    REQUIRE(::fstat(heap.fd(), &status) == 0);
    FileHead head;
    const auto found = inspect(heap.fd(), status, head);
    REQUIRE(found);
    REQUIRE(found->content == Content::heap);
    CHECK(found->heap.blocks_live == 1000 - thread_count_max);
}

TEST_CASE("counters that contradict each other are clamped, never negative and never huge") {
    auto found = parse(heap_head({.change = {}, .threads = {[](ThreadCounters& counters) {
                                                    counters.class_blocks[0] = 9;
                                                    counters.large_pages = 0xFFFFFFFF;
                                                }}}));
    REQUIRE(found.content == Content::heap);
    CHECK(found.heap.blocks_live == 0);
    CHECK(found.heap.used_bytes == 0);

    found = parse_changed([](HeapHeader& header) {
        for (auto& blocks : header.counters.class_blocks)
            blocks = std::numeric_limits<std::uint64_t>::max();
        header.counters.large_bytes = std::numeric_limits<std::uint64_t>::max();
        header.counters.large_blocks = std::numeric_limits<std::uint64_t>::max();
    });
    REQUIRE(found.content == Content::heap);
    CHECK(found.heap.used_bytes == found.heap.committed_bytes);
    CHECK(found.heap.blocks_live == found.heap.committed_bytes / 64);
}

TEST_CASE("bytes that do not begin with the magic are no heap, however many they are") {
    CHECK(parse("").content == Content::other);
    CHECK(parse(std::string(7, '\0')).content == Content::other);
    CHECK(parse(std::string(8192, 'x')).content == Content::other);
    CHECK(parse_changed([](HeapHeader& header) { header.magic ^= 1; }).content == Content::other);
}

struct BadHeader {
    const char* reason;
    std::function<void(HeapHeader&)> change;
};

TEST_CASE("every header that is not right is damaged, with the reason in words") {
    constexpr auto huge = std::numeric_limits<std::uint64_t>::max();
    const std::vector<BadHeader> cases = {
        {"layout version 7 is not known", [](auto& header) { header.version = 7; }},
        {"layout version 0 is not known", [](auto& header) { header.version = 0; }},
        {"layout fingerprint 0x00000001 is not known",
         [](auto& header) { header.fingerprint = 1; }},
        {"payload offset beyond the end of the file",
         [=](auto& header) { header.payload_offset = huge; }},
        {"payload offset is 0 instead of", [](auto& header) { header.payload_offset = 0; }},
        {"client area offset is 0 instead of", [](auto& header) { header.client_area_offset = 0; }},
        {"client area stride is 64 instead of",
         [](auto& header) { header.client_area_stride = 64; }},
        {"client area offset is 4096 instead of",
         [](auto& header) { header.client_area_offset = page_size; }},
        {"number of client slots is 4294967295 instead of",
         [](auto& header) { header.client_slots = 0xFFFFFFFF; }},
        {"number of lane slots is 0 instead of", [](auto& header) { header.lane_slots = 0; }},
        {"thread counters offset is 18446744073709551615 instead of",
         [=](auto& header) { header.thread_counters_offset = huge; }},
        {"number of thread counters is 0 instead of",
         [](auto& header) { header.thread_counters_slots = 0; }},
        {"creator pid is 0", [](auto& header) { header.creator_pid = 0; }},
        {"creator pid is -1", [](auto& header) { header.creator_pid = -1; }},
        {"superblock size is 0", [](auto& header) { header.superblock_size = 0; }},
        {"superblock size is 4097", [](auto& header) { header.superblock_size = 4097; }},
        {"file is larger than its maximal size of 0 bytes",
         [](auto& header) { header.size_max = 0; }},
        {"committed bytes beyond the end of the file",
         [=](auto& header) { header.counters.committed_bytes = huge; }},
        {"committed bytes beyond the end of the file",
         [](auto& header) { header.counters.committed_bytes = (4 << 20) + 1; }},
        {"more threads than there is room for",
         [](auto& header) { header.counters.thread_slots_used = thread_count_max + 1; }},
        {"component name has no end", [](auto& header) { header.component.fill('c'); }},
        {"tag has no end", [](auto& header) { header.tag.fill('t'); }},
    };
    for (const auto& bad : cases) {
        const auto found = parse_changed(bad.change);
        CHECK_MESSAGE(found.content == Content::damaged, bad.reason);
        CHECK_MESSAGE(contains(found.damage, bad.reason), found.damage);
    }
}

TEST_CASE("a heap that ends anywhere within its header is damaged, and so is a cut payload") {
    const std::string head = heap_head();
    for (std::size_t size = 8; size < sizeof(HeapHeader); ++size) {
        const auto found = parse(head.substr(0, size), size);
        REQUIRE(found.content == Content::damaged);
        REQUIRE(found.damage == std::to_string(size) + " bytes are too few for a header");
    }
    CHECK(parse(head, payload_offset - 1).damage == "payload offset beyond the end of the file");
    CHECK(parse(head, heap_file_size() - 1).damage == "committed bytes beyond the end of the file");
}

TEST_CASE("a single flipped bit anywhere in a header never makes parsing fail or numbers absurd") {
    const std::string head = heap_head({.component = "c", .tag = "t"});
    for (std::size_t bit = 0; bit < 8 * sizeof(HeapHeader); ++bit) {
        std::string flipped = head;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const auto found = parse(flipped);
        if (found.content == Content::damaged) REQUIRE_FALSE(found.damage.empty());
        if (found.content != Content::heap) continue;
        REQUIRE(found.heap.creator_pid > 0);
        REQUIRE(found.heap.committed_bytes <= heap_file_size());
        REQUIRE(found.heap.used_bytes <= found.heap.committed_bytes);
    }
}

TEST_CASE("a heap that grew between fstat and the read is not taken for damaged") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1");
    struct stat before {};
    REQUIRE(::fstat(heap.fd(), &before) == 0);
    before.st_size = static_cast<off_t>(payload_offset);  // as it was when it was looked at
    FileHead head;
    const auto found = inspect(heap.fd(), before, head);
    REQUIRE(found);
    CHECK(found->content == Content::heap);
    CHECK(before.st_size == static_cast<off_t>(heap_file_size()));
}

TEST_CASE("holders are counted by their locks, wherever these lie") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    REQUIRE(reader);
    CHECK(find_holders(reader->get())->count() == 0);
    // In an order in which the kernel does not name the lowest first.
    for (const std::uint32_t slot : {63U, 0U, 31U, 1U, 62U})
        heap.attach(slot);
    auto holders = find_holders(reader->get());
    REQUIRE(holders);
    CHECK_FALSE(holders->owner);
    CHECK(holders->clients == 5);
    for (std::uint32_t slot = 2; slot < 62; ++slot)
        if (slot != 31) heap.attach(slot);
    CHECK(find_holders(reader->get())->clients == client_slot_count);
    heap.detach_all();
    CHECK(find_holders(reader->get())->count() == 0);
}

TEST_CASE("the owner counts as one holder, and a reader's lock as none") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1");
    heap.attach(5);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    REQUIRE(reader);
    auto holders = find_holders(reader->get());
    REQUIRE(holders);
    CHECK(holders->owner);
    CHECK(holders->clients == 1);
    CHECK(holders->count() == 2);

    heap.die();
    heap.detach_all();
    struct ::flock request {};
    request.l_type = F_RDLCK;
    request.l_whence = SEEK_SET;
    const auto other = directory.open().open_file("heap-1", O_RDONLY);
    REQUIRE(::fcntl(other->get(), F_OFD_SETLK, &request) == 0);  // the whole file
    CHECK_FALSE(find_holders(reader->get())->owner);
}

TEST_CASE("a stranger's lock over the whole file ends the count at the number of slots") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto stranger = directory.open().open_file("heap-1", O_RDWR);
    struct ::flock request {};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    REQUIRE(::fcntl(stranger->get(), F_OFD_SETLK, &request) == 0);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    const auto holders = find_holders(reader->get());
    REQUIRE(holders);
    CHECK(holders->owner);
    CHECK(holders->clients == client_slot_count);
}

}  // namespace
