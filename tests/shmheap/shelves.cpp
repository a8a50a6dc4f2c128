// Claims about blocks that wait between threads: on a shelf nothing is lost and nothing is handed
// out twice, and a heap counts and gives back what waits there as if it had never left.
#include "alloc/shelf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "support.hpp"

using namespace heap_test;
using shmheap::detail::Block;

namespace {

constexpr std::size_t batch_max = 8;
using SmallShelf = shmheap::detail::Shelf<4, batch_max>;
using Batch = std::array<Block, batch_max>;

std::array<std::byte, 1024> addresses;  // only its addresses matter

std::size_t number_of(const Block& block) {
    return static_cast<std::size_t>(block.data - addresses.data());
}

Batch batch_from(std::size_t first) {
    Batch batch;
    for (std::size_t each = 0; each < batch.size(); ++each)
        batch[each] = {addresses.data() + first + each, nullptr};
    return batch;
}

/// Allocates in the calling thread and frees in another that lives on until it is told.
class OtherThread {
public:
    explicit OtherThread(const std::vector<void*>& blocks) {
        thread_ = std::thread([&blocks, this] {
            for (void* block : blocks)
                shmheap::deallocate(block);
            done_.tell();
            CHECK(may_end_.wait());
        });
        REQUIRE(done_.wait());
    }
    ~OtherThread() { end(); }
    OtherThread(const OtherThread&) = delete;
    OtherThread& operator=(const OtherThread&) = delete;
    void end() {
        if (!thread_.joinable()) return;
        may_end_.tell();
        thread_.join();
    }

private:
    Event done_;
    Event may_end_;
    std::thread thread_;
};

std::vector<void*> allocate_many(shmheap::Heap& heap, std::size_t count, std::size_t bytes) {
    std::vector<void*> blocks(count);
    for (void*& block : blocks) {
        block = heap.allocate(bytes);
        REQUIRE(block != nullptr);
    }
    return blocks;
}

}  // namespace

TEST_CASE("a shelf gives out batches of the kind that was asked for, and the rest of one later") {
    SmallShelf shelf;
    REQUIRE(shelf.put(1, batch_from(0)));
    REQUIRE(shelf.put(2, batch_from(100)));
    Batch taken;
    CHECK(shelf.take(3, taken) == 0);
    REQUIRE(shelf.take(2, std::span(taken).first(5)) == 5);
    for (std::size_t each = 0; each < 5; ++each)
        CHECK(number_of(taken[each]) == 103 + each);
    REQUIRE(shelf.take(2, taken) == 3);
    CHECK(number_of(taken[0]) == 100);
    CHECK(shelf.take(2, taken) == 0);
    CHECK(shelf.take(1, taken) == batch_max);
}

TEST_CASE("a full shelf refuses, and has room again after it was drained") {
    SmallShelf shelf;
    for (std::size_t place = 0; place < 4; ++place)
        REQUIRE(shelf.put(7, batch_from(place * batch_max)));
    CHECK_FALSE(shelf.put(7, batch_from(500)));
    std::vector<std::size_t> seen;
    shelf.drain([&](std::uint32_t kind, std::span<const Block> blocks) {
        CHECK(kind == 7);
        for (const Block& block : blocks)
            seen.push_back(number_of(block));
    });
    REQUIRE(seen.size() == 4 * batch_max);
    for (std::size_t each = 0; each < seen.size(); ++each)
        CHECK(seen[each] == each);
    CHECK(shelf.put(7, batch_from(500)));
}

TEST_CASE("threads at one shelf lose no block and get none twice") {
    constexpr std::size_t threads = 4;
    constexpr int turns = 20'000;
    SmallShelf shelf;
    // Each thread starts with a batch, and goes on with whatever it takes for what it put.
    std::array<std::vector<std::size_t>, threads> hands;
    std::barrier start(threads);
    std::vector<std::thread> all;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        all.emplace_back([&, thread] {
            std::vector<std::size_t>& hand = hands[thread];
            for (std::size_t each = 0; each < batch_max; ++each)
                hand.push_back(thread * batch_max + each);
            start.arrive_and_wait();
            for (int turn = 0; turn < turns; ++turn) {
                Batch batch;
                const std::size_t count = std::min<std::size_t>(hand.size(), 1 + turn % batch_max);
                for (std::size_t each = 0; each < count; ++each)
                    batch[each] = {addresses.data() + hand[hand.size() - 1 - each], nullptr};
                if (count > 0 && shelf.put(1, {batch.data(), count}))
                    hand.resize(hand.size() - count);
                const std::size_t taken = shelf.take(1, batch);
                for (std::size_t each = 0; each < taken; ++each)
                    hand.push_back(number_of(batch[each]));
            }
        });
    }
    for (auto& thread : all)
        thread.join();
    std::vector<int> seen(threads * batch_max);
    for (const auto& hand : hands)
        for (const std::size_t number : hand)
            ++seen.at(number);
    shelf.drain([&](std::uint32_t, std::span<const Block> blocks) {
        for (const Block& block : blocks)
            ++seen.at(number_of(block));
    });
    for (const int times : seen)
        CHECK(times == 1);
}

TEST_CASE("what another thread freed is not live, and collect gives back all but what it keeps") {
    const Folder folder;
    const auto heap = make_heap(folder);
    for (const std::size_t bytes : {64UL, 1 * kib, 16 * kib, 64 * kib, 256 * kib, mib}) {
        CAPTURE(bytes);
        const auto blocks = allocate_many(*heap, 16 * mib / std::max(bytes, 16 * kib), bytes);
        OtherThread other(blocks);
        CHECK(heap->stats().blocks_live == 0);
        CHECK(heap->stats().heap_used == 0);
        other.end();
        REQUIRE(heap->collect());
        CHECK(heap->stats().heap_size == 0);
    }
}

TEST_CASE("what one thread frees serves another's next blocks without new memory") {
    const Folder folder;
    const auto heap = make_heap(folder);
    for (const std::size_t bytes : {1 * kib, 16 * kib, 64 * kib, 512 * kib}) {
        CAPTURE(bytes);
        const std::size_t count = 16 * mib / bytes;
        // The last blocks stay in the other thread, which lives on.
        const std::size_t kept = 2 * mib / bytes;
        const auto first = allocate_many(*heap, count, bytes);
        const std::uint64_t size = heap->stats().heap_size;
        OtherThread other(first);
        const auto second = allocate_many(*heap, count - kept, bytes);
        CHECK(heap->stats().heap_size == size);
        CHECK(heap->stats().blocks_live == count - kept);
        for (void* block : second)
            shmheap::deallocate(block);
    }
}

TEST_CASE("at the heap's limit a thread gets the free blocks of another thread's spans") {
    const Folder folder;
    const auto heap = make_heap(folder, 16 * mib);  // three superblocks
    for (const std::size_t bytes : {16 * kib, 64 * kib}) {
        CAPTURE(bytes);
        std::vector<void*> blocks;
        while (void* block = heap->allocate(bytes))
            blocks.push_back(block);
        REQUIRE(blocks.size() >= 6 * mib / bytes - 2);
        for (std::size_t each = 0; each < blocks.size(); each += 2)
            shmheap::deallocate(blocks[each]);
        const std::size_t freed = (blocks.size() + 1) / 2;
        REQUIRE(heap->collect());
        std::size_t got = 0;
        std::thread([&] {
            std::vector<void*> others;
            while (void* block = heap->allocate(bytes))
                others.push_back(block);
            got = others.size();
            for (void* block : others)
                shmheap::deallocate(block);
        }).join();
        CHECK(got == freed);
        for (std::size_t each = 1; each < blocks.size(); each += 2)
            shmheap::deallocate(blocks[each]);
        REQUIRE(heap->collect());
    }
}
