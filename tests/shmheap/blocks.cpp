// Claims about blocks: where they lie, what they are aligned to, how they are counted, and what
// happens to a program that frees wrongly.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "support.hpp"

using namespace heap_test;
using shmheap::Heap;

namespace {

struct Held {
    std::size_t bytes;
    std::uint64_t mark;
};

/// Live blocks by address, so that any overlap shows as a neighbour that reaches too far.
class Holdings {
public:
    void add(void* block, std::size_t bytes, std::size_t usable) {
        auto* begin = static_cast<std::byte*>(block);
        const auto next = held_.lower_bound(begin);
        if (next != held_.end()) REQUIRE(begin + usable <= next->first);
        if (next != held_.begin()) {
            const auto before = std::prev(next);
            REQUIRE(before->first + before->second.bytes <= begin);
        }
        const std::uint64_t mark = ++marks_;
        stamp_ends(begin, bytes, mark);
        held_[begin] = {bytes, mark};
        bytes_ += bytes;
    }

    void free_one(std::size_t which) {
        auto it = held_.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(which % held_.size()));
        REQUIRE(bears_ends(it->first, it->second.bytes, it->second.mark));
        shmheap::deallocate(it->first);
        bytes_ -= it->second.bytes;
        held_.erase(it);
    }

    void free_all() {
        while (!held_.empty())
            free_one(0);
    }

    [[nodiscard]] std::size_t count() const { return held_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    /// The ends are where neighbours meet.
    static constexpr std::size_t end_bytes = 512;

    static void stamp_ends(std::byte* block, std::size_t bytes, std::uint64_t mark) {
        const std::size_t part = std::min(bytes, end_bytes);
        stamp(block + (bytes - part), part, mark + 1);
        stamp(block, part, mark);
    }
    static bool bears_ends(const std::byte* block, std::size_t bytes, std::uint64_t mark) {
        const std::size_t part = std::min(bytes, end_bytes);
        if (!bears(block, part, mark)) return false;
        return bytes < 2 * end_bytes || bears(block + (bytes - part), part, mark + 1);
    }

    std::map<std::byte*, Held> held_;
    std::uint64_t marks_ = 0;
    std::size_t bytes_ = 0;
};

/// Every magnitude from 0 bytes to 8 MiB is as likely as any other.
std::size_t random_size(std::mt19937& random) {
    const auto top = std::size_t{1} << (random() % 24);
    return random() % 50 == 0 ? 0 : top + random() % top - 1;
}

bool is_aligned(const void* block, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

}  // namespace

TEST_CASE("blocks of random sizes never overlap, keep their content and are counted exactly") {
    const Folder folder;
    const auto heap = make_heap(folder, 256 * mib);
    std::mt19937 random(printed_seed("blocks of random sizes"));
    Holdings holdings;
    for (int step = 0; step < 20'000; ++step) {
        const bool full = holdings.bytes() > 96 * mib || holdings.count() > 2'000;
        if (holdings.count() > 0 && (full || random() % 5 < 2)) {
            holdings.free_one(random());
            continue;
        }
        const std::size_t bytes = random_size(random);
        void* block = heap->allocate(bytes);
        REQUIRE(block != nullptr);
        REQUIRE(is_aligned(block, bytes >= 16 * kib ? 4096 : 64));
        REQUIRE(heap->usable_size(block) >= std::max<std::size_t>(bytes, 1));
        REQUIRE(heap->contains(block));
        REQUIRE(shmheap::is_shared(block));
        holdings.add(block, bytes, heap->usable_size(block));
        if (step % 500 == 0) {
            REQUIRE(heap->collect());
            REQUIRE(heap->stats().blocks_live == holdings.count());
            REQUIRE(heap->stats().heap_used >= holdings.bytes());
        }
    }
    holdings.free_all();
    REQUIRE(heap->collect());
    CHECK(heap->stats().blocks_live == 0);
    CHECK(heap->stats().heap_used == 0);
    CHECK(heap->stats().heap_size == 0);
}

TEST_CASE("a block has the alignment that was asked for, up to 2 MiB") {
    const Folder folder;
    const auto heap = make_heap(folder);
    for (std::size_t alignment = 1; alignment <= 2 * mib; alignment *= 2) {
        Holdings holdings;
        for (const std::size_t bytes : {0UL, 1UL, 64UL, 4096UL, 5000UL, 100'000UL, 3'000'000UL}) {
            void* block = heap->allocate_aligned(bytes, alignment);
            REQUIRE(block != nullptr);
            REQUIRE(is_aligned(block, std::max<std::size_t>(alignment, 64)));
            holdings.add(block, bytes, heap->usable_size(block));
        }
        holdings.free_all();
    }
    for (const std::size_t wrong : {0UL, 3UL, 96UL, 4 * mib, std::size_t{1} << 63}) {
        errno = 0;
        CHECK(heap->allocate_aligned(100, wrong) == nullptr);
        CHECK(errno == EINVAL);
    }
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("a small superblock bounds the alignment and serves blocks larger than itself") {
    const Folder folder;
    auto options = options_in(folder, 64 * mib);
    options.superblock_size = 256 * kib;
    const auto heap = Heap::create(options);
    REQUIRE(heap);
    CHECK((*heap)->allocate_aligned(100, 512 * kib) == nullptr);
    Holdings holdings;
    for (const std::size_t bytes : {100UL, 100 * kib, 200 * kib, 300 * kib, 5 * mib}) {
        void* block = (*heap)->allocate(bytes);
        REQUIRE(block != nullptr);
        holdings.add(block, bytes, (*heap)->usable_size(block));
    }
    holdings.free_all();
    REQUIRE((*heap)->collect());
    CHECK((*heap)->stats().heap_size == 0);
}

TEST_CASE("no bytes count as one byte, and a size beyond all memory is refused") {
    const Folder folder;
    const auto heap = make_heap(folder);
    void* nothing = heap->allocate(0);
    CHECK(nothing != nullptr);
    CHECK(heap->usable_size(nothing) >= 1);
    shmheap::deallocate(nothing);
    shmheap::deallocate(nullptr);
    constexpr auto largest = std::numeric_limits<std::size_t>::max();
    for (const std::size_t bytes : {largest, largest - 63, largest / 2, 257 * mib}) {
        errno = 0;
        CHECK(heap->allocate(bytes) == nullptr);
        CHECK(errno == ENOMEM);
        CHECK(heap->allocate_aligned(bytes, 2 * mib) == nullptr);
    }
    CHECK(heap->stats().allocation_failures == 8);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("only the start of a live block has a usable size") {
    const Folder folder;
    const auto heap = make_heap(folder);
    for (const std::size_t bytes : {100UL, 20'000UL, 500'000UL, 3'000'000UL}) {
        auto* block = static_cast<std::byte*>(heap->allocate(bytes));
        REQUIRE(block != nullptr);
        CHECK(heap->usable_size(block + 1) == 0);
        CHECK(heap->usable_size(block + 64) == 0);
        shmheap::deallocate(block);
        CHECK(heap->usable_size(block) == 0);
    }
    int private_value = 0;
    CHECK(heap->usable_size(&private_value) == 0);
    CHECK_FALSE(heap->contains(&private_value));
    CHECK_FALSE(shmheap::is_shared(&private_value));
}

TEST_CASE("freeing wrongly ends the process with a message that names the heap") {
    const Folder folder;
    std::size_t bytes = 0;
    SUBCASE("a small block") {
        bytes = 100;
    }
    SUBCASE("a block of pages") {
        bytes = 24 * kib;
    }
    SUBCASE("a run of pages") {
        bytes = 300 * kib;
    }
    SUBCASE("whole superblocks") {
        bytes = 5 * mib;
    }
    const auto dies_of = [&](const char* message, const std::function<void(std::byte*)>& mistake) {
        const Spoken spoken = speaking_child([&] {
            const rlimit no_core{0, 0};
            ::setrlimit(RLIMIT_CORE, &no_core);
            const auto heap = make_heap(folder);
            mistake(static_cast<std::byte*>(heap->allocate(bytes)));
            return 0;
        });
        CHECK(spoken.ended == killed_by(SIGABRT));
        CHECK_MESSAGE(spoken.errors.find(message) != std::string::npos, spoken.errors);
        CHECK(spoken.errors.find("heap-") != std::string::npos);
    };
    dies_of("shmheap: ", [](std::byte* block) {
        shmheap::deallocate(block);
        shmheap::deallocate(block);
    });
    dies_of("not the start of a block", [](std::byte* block) { shmheap::deallocate(block + 8); });
    dies_of("not the start of a block", [](std::byte* block) { shmheap::deallocate(block + 64); });
    dies_of("not the start of a block",
            [](std::byte* block) { shmheap::deallocate(block + 40 * mib); });
}

TEST_CASE("the heaps of one process are independent of each other") {
    const Folder folder;
    const auto one = make_heap(folder);
    auto two = make_heap(folder);
    std::vector<void*> blocks;
    for (int each = 0; each < 1'000; ++each) {
        blocks.push_back(one->allocate(200));
        blocks.push_back(two->allocate(200));
        REQUIRE(one->contains(blocks[blocks.size() - 2]));
        REQUIRE(two->contains(blocks.back()));
    }
    CHECK(one->stats().blocks_live == 1'000);
    CHECK(two->stats().blocks_live == 1'000);
    for (std::size_t each = 0; each < blocks.size(); each += 2)
        shmheap::deallocate(blocks[each]);
    CHECK(one->stats().blocks_live == 0);
    CHECK(two->stats().blocks_live == 1'000);
    two.reset();
    void* block = one->allocate(200);
    CHECK(one->contains(block));
    shmheap::deallocate(block);
}

TEST_CASE("heaps that come and go one after another leave nothing behind") {
    const Folder folder;
    for (int each = 0; each < 300; ++each) {
        const auto heap = make_heap(folder, 8 * mib);
        void* block = heap->allocate(1'000);
        REQUIRE(block != nullptr);
        if (each % 2 == 0) shmheap::deallocate(block);
    }
    CHECK(folder.names().empty());
}

TEST_CASE("a thread whose only heap is gone allocates from the heap of its process") {
    const Folder folder;
    const auto ended = in_child([&] {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        {
            const auto heap = make_heap(folder);
            for (int block = 0; block < 3; ++block)
                shmheap::deallocate(heap->allocate(64));
        }
        void* block = shmheap::allocate(64);
        if (block == nullptr || !shmheap::is_shared(block)) return 1;
        std::memset(block, 1, 64);
        shmheap::deallocate(block);
        return 0;
    });
    CHECK(ended == exited(0));
}

TEST_CASE("a size whose pages do not fit into 32 bits is refused, however large the heap may be") {
    const Folder folder;
    const auto heap = make_heap(folder, std::uint64_t{1} << 45);
    constexpr std::size_t pages = (std::size_t{1} << 32) + 1;
    CHECK(heap->allocate(pages * shmheap::page_size) == nullptr);
    CHECK(errno == ENOMEM);
}

TEST_CASE("large blocks that a thread keeps for their next use do not count as live") {
    const Folder folder;
    const auto heap = make_heap(folder);
    std::vector<void*> blocks(20);
    for (const std::size_t bytes : {40 * kib, 64 * kib, 400 * kib, mib, 2 * mib}) {
        CAPTURE(bytes);
        for (void*& block : blocks)
            block = heap->allocate(bytes);
        REQUIRE(blocks.back() != nullptr);
        CHECK(heap->stats().blocks_live == blocks.size());
        CHECK(heap->stats().heap_used == blocks.size() * bytes);
        for (std::size_t each = 0; each < blocks.size(); ++each) {
            shmheap::deallocate(blocks[each]);
            CHECK(heap->stats().blocks_live == blocks.size() - each - 1);
            CHECK(heap->stats().heap_used == (blocks.size() - each - 1) * bytes);
        }
    }
}
