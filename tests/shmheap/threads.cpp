// Claims about heaps that several threads use at once.
#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <random>
#include <thread>

#include "support.hpp"

using namespace heap_test;

namespace {

struct Parcel {
    void* block = nullptr;
    std::size_t bytes = 0;
    std::uint64_t mark = 0;
};

/// Blocks on their way from the threads that allocate to those that free.
class Belt {
public:
    void put(Parcel parcel) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return parcels_.size() < 500; });
        parcels_.push_back(parcel);
        moved_.notify_all();
    }
    bool take(Parcel& parcel) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return !parcels_.empty() || ended_; });
        if (parcels_.empty()) return false;
        parcel = parcels_.front();
        parcels_.pop_front();
        moved_.notify_all();
        return true;
    }
    void end() {
        const std::lock_guard guard(mutex_);
        ended_ = true;
        moved_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<Parcel> parcels_;
    bool ended_ = false;
};

void allocate_parcels(shmheap::Heap& heap, Belt& belt, std::uint32_t seed) {
    std::mt19937 random(seed);
    for (std::uint64_t mark = 0; mark < 4'000; ++mark) {
        const std::size_t bytes = random() % 10 == 0 ? random() % 200'000 : random() % 3'000;
        void* block = heap.allocate(bytes);
        if (block != nullptr) stamp(block, bytes, mark);
        belt.put({block, bytes, mark});
    }
}

void free_parcels(Belt& belt, std::atomic<int>& wrong) {
    Parcel parcel;
    while (belt.take(parcel)) {
        if (parcel.block == nullptr || !bears(parcel.block, parcel.bytes, parcel.mark)) ++wrong;
        shmheap::deallocate(parcel.block);
    }
}

}  // namespace

TEST_CASE("blocks may be freed by other threads than those that allocate them") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const std::uint32_t seed = printed_seed("blocks freed by other threads");
    Belt belt;
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> freeing;
        freeing.reserve(2);
        for (int each = 0; each < 2; ++each)
            freeing.emplace_back([&] { free_parcels(belt, wrong); });
        {
            std::vector<std::jthread> allocating;
            for (std::uint32_t each = 0; each < 2; ++each)
                allocating.emplace_back([&, each] { allocate_parcels(*heap, belt, seed + each); });
        }
        belt.end();
    }
    CHECK(wrong == 0);
    REQUIRE(heap->collect());
    CHECK(heap->stats().blocks_live == 0);
    CHECK(heap->stats().heap_size == 0);
}

TEST_CASE("a thread that ends hands back what its magazines hold") {
    const Folder folder;
    const auto heap = make_heap(folder);
    std::thread([&] {
        std::vector<void*> blocks;
        blocks.reserve(1'000);
        for (int each = 0; each < 1'000; ++each)
            blocks.push_back(heap->allocate(static_cast<std::size_t>(each) * 40));
        for (void* block : blocks)
            shmheap::deallocate(block);
    }).join();
    CHECK(heap->stats().blocks_live == 0);
    // No thread but the one that ended ever had a magazine, so nothing holds memory back now.
    REQUIRE(heap->collect());
    CHECK(heap->stats().heap_size == 0);
}

TEST_CASE("blocks outlive the thread that allocated them") {
    const Folder folder;
    const auto heap = make_heap(folder);
    void* block = nullptr;
    std::thread([&] {
        block = heap->allocate(1'000);
        stamp(block, 1'000, 7);
    }).join();
    CHECK(bears(block, 1'000, 7));
    CHECK(heap->stats().blocks_live == 1);
    shmheap::deallocate(block);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("more threads than the header has room for are served and counted exactly") {
    constexpr int thread_count = 300;
    static_assert(thread_count > shmheap::thread_count_max);
    const Folder folder;
    const auto heap = make_heap(folder);
    std::atomic<int> failed{0};
    std::barrier step(thread_count + 1);
    std::vector<std::jthread> threads;
    threads.reserve(thread_count);
    for (int each = 0; each < thread_count; ++each) {
        threads.emplace_back([&] {
            std::vector<void*> blocks;
            for (std::size_t size = 10; size < 100'000; size *= 5)
                blocks.push_back(heap->allocate(size));
            for (void* block : blocks)
                failed += block == nullptr ? 1 : 0;
            shmheap::deallocate(blocks.back());
            blocks.pop_back();
            step.arrive_and_wait();
            step.arrive_and_wait();
            for (void* block : blocks)
                shmheap::deallocate(block);
        });
    }
    step.arrive_and_wait();
    CHECK(heap->stats().blocks_live == std::uint64_t{thread_count} * 5);
    step.arrive_and_wait();
    threads.clear();
    CHECK(failed == 0);
    REQUIRE(heap->collect());
    CHECK(heap->stats().blocks_live == 0);
    CHECK(heap->stats().heap_size == 0);
}

TEST_CASE("private memory may be freed while another thread destroys heaps") {
    const Folder folder;
    std::atomic<bool> done{false};
    std::jthread freeing([&] {
        while (!done) {
            void* block = std::malloc(100);
            if (shmheap::is_shared(block)) std::abort();
            shmheap::deallocate(block);
        }
    });
    for (int each = 0; each < 300; ++each)
        (void)make_heap(folder, 4 * mib);
    done = true;
}

TEST_CASE("a heap may be destroyed while threads that once used it use another") {
    const Folder folder;
    const auto lasting = make_heap(folder);
    for (int each = 0; each < 30; ++each) {
        auto passing = make_heap(folder, 8 * mib);
        std::barrier used(2);
        std::jthread user([&] {
            shmheap::deallocate(passing->allocate(100));
            shmheap::deallocate(lasting->allocate(100));
            used.arrive_and_wait();
            for (int use = 0; use < 1'000; ++use)
                shmheap::deallocate(lasting->allocate(100));
        });
        used.arrive_and_wait();
        passing.reset();
    }
    CHECK(lasting->stats().blocks_live == 0);
}
