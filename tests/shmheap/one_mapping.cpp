// The lease protocol as threads that share one mapping of the heap, so that the thread sanitizer
// sees both sides touch the same memory. References travel by relaxed atomics: nothing but the
// lease words orders what the owner writes before what the client reads, and what the client reads
// before what the owner writes into the block next.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
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

/// Waits without ordering anything.
void await_number(const std::atomic<std::uint32_t>& word, std::uint32_t number) {
    while (word.load(std::memory_order_relaxed) != number)
        std::this_thread::yield();
}

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
    void await_confirmation(std::uint32_t number) const { await_number(taken_, number); }

private:
    static constexpr std::size_t word_count = sizeof(Reference) / sizeof(std::uint32_t);
    std::array<std::atomic<std::uint64_t>, word_count> words_{};
    std::atomic<std::uint32_t> taken_{0};
};

constexpr std::size_t mapped_bytes = 640;

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
    std::set<const void*> blocks;
    for (std::uint32_t number = 1; number <= count; ++number) {
        // Blocks come back by what issue() harvests on its way, and are written anew: collecting
        // would order them by the client's count of releases, too.
        void* block = heap->allocate(mapped_bytes);
        blocks.insert(block);
        stamp(block, mapped_bytes, number);
        const auto reference = heap->issue(block, 0, mapped_bytes, client->slot());
        REQUIRE(reference);
        shmheap::deallocate(block);
        post.send(*reference, number);
        post.await_confirmation(number);
    }
    receiving.join();
    CHECK(wrong == 0);
    CHECK(blocks.size() < count / 2);
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("the end of a tenant orders what it read before what the owner writes next") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const OneMapping one(*heap);
    UnorderedPost post;
    std::atomic<std::uint32_t> turn{0};
    std::atomic<std::uint32_t> slot{0};
    const auto count = static_cast<std::uint32_t>(rounds(500));
    int wrong = 0;
    std::jthread receiving([&] {
        for (std::uint32_t number = 1; number <= count; ++number) {
            await_number(turn, number);
            auto client = Client::attach(heap->name(), heap->directory());
            if (!client) std::abort();
            slot.store((*client)->slot(), std::memory_order_relaxed);
            const auto bytes = (*client)->accept(post.await(number));
            if (!bytes || !bears(bytes->data(), bytes->size(), number)) ++wrong;
            client->reset();  // until now it held the block
            post.confirm(number);
        }
    });
    std::set<const void*> blocks;
    void* probe = heap->allocate(mapped_bytes);
    std::uint32_t tenant = 0;
    for (std::uint32_t number = 1; number <= count; ++number) {
        turn.store(number, std::memory_order_relaxed);
        const std::uint32_t former = tenant;
        while ((tenant = slot.load(std::memory_order_relaxed)) == former)
            std::this_thread::yield();
        void* block = heap->allocate(mapped_bytes);
        blocks.insert(block);
        stamp(block, mapped_bytes, number);
        const auto reference = heap->issue(block, 0, mapped_bytes, tenant);
        REQUIRE(reference);
        shmheap::deallocate(block);
        post.send(*reference, number);
        post.await_confirmation(number);
        // Here the owner learns that the tenant has left, and by nothing else.
        CHECK(heap->issue(probe, 0, 1, tenant).error().code == ENOTCONN);
    }
    receiving.join();
    shmheap::deallocate(probe);
    CHECK(wrong == 0);
    CHECK(blocks.size() < count / 2);
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("each step of a tenancy orders what the former tenant read") {
    using Steps = shmheap::detail::TenancySteps<>;
    std::atomic<std::uint32_t> tenancy{0};
    std::atomic<std::uint32_t> turn{0};  // from the owner to the client only
    std::uint64_t payload = 0;
    const auto count = static_cast<std::uint32_t>(rounds(2'000));
    std::uint64_t sum = 0;
    std::jthread client([&] {
        for (std::uint32_t number = 1; number <= count; ++number) {
            while (turn.load(std::memory_order_acquire) != number)
                std::this_thread::yield();
            sum += payload;
            // As one that dies does not leave: then only its successor's claim tells.
            (void)Steps::claim(tenancy);
        }
    });
    std::uint32_t seen = Steps::look(tenancy);
    for (std::uint32_t number = 1; number <= count; ++number) {
        payload = number;
        turn.store(number, std::memory_order_release);
        const std::uint32_t before = seen;
        while ((seen = Steps::look(tenancy)) == before)
            std::this_thread::yield();
        CHECK(shmheap::detail::is_tenanted(seen));
    }
    client.join();
    CHECK(sum == std::uint64_t{count} * (count + 1) / 2);
}

TEST_CASE("attach and detach order what two tenants of one slot write") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const OneMapping one(*heap);
    std::atomic<bool> done{false};
    std::atomic<std::uint32_t> slot{0};
    std::jthread sending([&] {
        while (!done.load(std::memory_order_relaxed)) {
            void* block = heap->allocate(mapped_bytes);
            stamp(block, mapped_bytes, 1);
            (void)heap->issue(block, 0, mapped_bytes, slot.load(std::memory_order_relaxed));
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
        const auto buffer = shmheap::Buffer::allocate(*heap, mapped_bytes);
        REQUIRE(buffer);
        stamp(buffer->data(), mapped_bytes, static_cast<std::uint64_t>(number));
        REQUIRE(producer->send(*buffer));
    }
    receiving.join();
    CHECK(wrong == 0);
}
