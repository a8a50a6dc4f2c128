// The lease protocol as threads that share one mapping of the heap, so that the thread sanitizer
// sees both sides touch the same memory. References travel by relaxed atomics: nothing but the
// lease words orders what the owner writes before what the client reads, and what the client reads
// before what the owner writes into the block next.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "client_core.hpp"
#include "heap_core.hpp"
#include "rounds.hpp"
#include "shmheap/stream.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Client;
using shmheap::Reference;

namespace {

std::atomic<std::byte*> owner_mapping{nullptr};

/// While it lives, clients of this process use the mapping of this heap's owner.
class OneMapping {
public:
    explicit OneMapping(shmheap::Heap& heap) {
        owner_mapping = shmheap::detail::core_of(heap).file().data();
        shmheap::detail::owner_mapping_for_tests = [](const shmheap::Uuid&) {
            return owner_mapping.load();
        };
    }
    ~OneMapping() { shmheap::detail::owner_mapping_for_tests = nullptr; }
    OneMapping(const OneMapping&) = delete;
    OneMapping& operator=(const OneMapping&) = delete;
};

/// One reference at a time, and no order between anything: the receiver knows a whole one by its
/// number, which every word of it carries in its upper half.
class UnorderedPost {
public:
    void send(const Reference& reference, std::uint32_t number) {
        std::array<std::uint32_t, word_count> words{};
        std::memcpy(words.data(), &reference, sizeof reference);
        for (std::size_t each = 0; each < word_count; ++each) {
            words_[each].store(std::uint64_t{number} << 32 | words[each],
                               std::memory_order_relaxed);
        }
    }
    Reference await(std::uint32_t number) const {
        std::array<std::uint32_t, word_count> words{};
        for (std::size_t each = 0; each < word_count; ++each) {
            std::uint64_t word = words_[each].load(std::memory_order_relaxed);
            while (word >> 32 != number) {
                std::this_thread::yield();
                word = words_[each].load(std::memory_order_relaxed);
            }
            words[each] = static_cast<std::uint32_t>(word);
        }
        Reference reference;
        std::memcpy(&reference, words.data(), sizeof reference);
        return reference;
    }
    void confirm(std::uint32_t number) { taken_.store(number, std::memory_order_relaxed); }
    void await_confirmation(std::uint32_t number) const {
        while (taken_.load(std::memory_order_relaxed) != number)
            std::this_thread::yield();
    }

private:
    static constexpr std::size_t word_count = sizeof(Reference) / sizeof(std::uint32_t);
    std::array<std::atomic<std::uint64_t>, word_count> words_{};
    std::atomic<std::uint32_t> taken_{0};
};

constexpr std::size_t block_bytes = 640;

/// Accepts, reads and releases; how many deliveries were not what they should be.
int receive(Client& client, UnorderedPost& post, std::uint32_t count) {
    int wrong = 0;
    for (std::uint32_t number = 1; number <= count; ++number) {
        const Reference reference = post.await(number);
        const auto bytes = client.accept(reference);
        if (!bytes || !bears(bytes->data(), bytes->size(), number)) ++wrong;
        if (!client.release(reference)) ++wrong;
        post.confirm(number);
    }
    return wrong;
}

}  // namespace

TEST_CASE("lease words alone order what owner and client do with a block") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const OneMapping one(*heap);
    const auto client = attach(*heap);
    UnorderedPost post;
    const auto count = static_cast<std::uint32_t>(rounds(20'000));
    int wrong = 0;
    std::jthread receiving([&] { wrong = receive(*client, post, count); });
    int not_reused = 0;
    const void* before = nullptr;
    for (std::uint32_t number = 1; number <= count; ++number) {
        void* block = heap->allocate(block_bytes);
        if (block != before && before != nullptr) ++not_reused;
        before = block;
        stamp(block, block_bytes, number);
        const auto reference = heap->issue(block, 0, block_bytes, client->slot());
        REQUIRE(reference);
        shmheap::deallocate(block);
        post.send(*reference, number);
        post.await_confirmation(number);
        // The block comes back by the harvest alone, and is the next one to be written.
        while (heap->collect_client(client->slot()) == 0)
            std::this_thread::yield();
    }
    receiving.join();
    CHECK(wrong == 0);
    CHECK(not_reused < static_cast<int>(count) / 2);
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("attach and detach order what two tenants of one slot write") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const OneMapping one(*heap);
    std::atomic<bool> done{false};
    std::atomic<std::uint32_t> slot{0};
    std::jthread sending([&] {
        while (!done.load(std::memory_order_relaxed)) {
            void* block = heap->allocate(block_bytes);
            stamp(block, block_bytes, 1);
            (void)heap->issue(block, 0, block_bytes, slot.load(std::memory_order_relaxed));
            shmheap::deallocate(block);
        }
    });
    for (int each = 0; each < rounds(300); ++each) {
        const auto client = attach(*heap);
        slot.store(client->slot(), std::memory_order_relaxed);
        while (heap->leases_of(client->slot()) == 0)
            std::this_thread::yield();
    }
    done = true;
    sending.join();
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("a stream between two threads orders every byte of its messages") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const OneMapping one(*heap);
    const std::string path = folder / "stream";
    const int count = rounds(5'000);
    auto producer = shmheap::Producer::listen(path, {.heap = heap.get()});
    REQUIRE(producer);
    int wrong = 0;
    std::jthread receiving([&] {
        auto consumer = shmheap::Consumer::connect(path);
        for (int number = 0; number < count; ++number) {
            const auto message = consumer ? consumer->receive() : tl::unexpected(consumer.error());
            if (!message || message->delivery() != shmheap::Delivery::shared ||
                !bears(message->bytes().data(), message->bytes().size(),
                       message->info().sequence)) {
                ++wrong;
            }
        }
    });
    for (int number = 0; number < count; ++number) {
        const auto buffer = shmheap::Buffer::allocate(*heap, block_bytes);
        REQUIRE(buffer);
        stamp(buffer->data(), block_bytes, static_cast<std::uint64_t>(number));
        REQUIRE(producer->send(*buffer));
    }
    receiving.join();
    CHECK(wrong == 0);
}
