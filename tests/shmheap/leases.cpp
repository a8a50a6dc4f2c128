// Claims about leases between an owner and its clients, both in this process: who may accept, who
// may end them, what they keep alive, and what happens when there is no more room.
#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include "support.hpp"

using namespace heap_test;
using shmheap::Client;
using shmheap::Reference;

namespace {

/// A heap, one client of it and one block.
struct Pair {
    explicit Pair(std::size_t block_bytes = 1'000) : bytes(block_bytes) {
        block = heap->allocate(bytes);
        REQUIRE(block != nullptr);
        stamp(block, bytes, 1);
    }

    [[nodiscard]] Reference issue() const {
        const auto reference = heap->issue(block, 0, bytes, client->slot());
        REQUIRE_MESSAGE(reference.has_value(), reference.error().message());
        return *reference;
    }

    Folder folder;
    std::unique_ptr<shmheap::Heap> heap = make_heap(folder);
    std::shared_ptr<Client> client = attach(*heap);
    std::size_t bytes;
    void* block = nullptr;
};

template <class T>
int code_of(const shmheap::Result<T>& result) {
    return result ? 0 : result.error().code;
}

}  // namespace

TEST_CASE("a client reads what the owner wrote, at the offset and with the length it was given") {
    const Pair pair(10'000);
    const auto whole = pair.client->accept(pair.issue());
    REQUIRE(whole);
    CHECK(whole->size() == 10'000);
    CHECK(whole->data() != pair.block);  // another mapping of the same bytes
    CHECK(bears(whole->data(), 10'000, 1));
    const auto part = pair.heap->issue(pair.block, 100, 50, pair.client->slot());
    REQUIRE(part);
    const auto bytes = pair.client->accept(*part);
    REQUIRE(bytes);
    CHECK(bytes->data() == whole->data() + 100);
    CHECK(bytes->size() == 50);
    CHECK_FALSE(shmheap::is_shared(bytes->data()));
}

TEST_CASE("a lease is accepted once and released once") {
    const Pair pair;
    const Reference reference = pair.issue();
    CHECK(code_of(pair.client->release(reference)) == ESTALE);
    CHECK(pair.client->accept(reference));
    CHECK(code_of(pair.client->accept(reference)) == ESTALE);
    CHECK(pair.client->release(reference));
    CHECK(code_of(pair.client->release(reference)) == ESTALE);
    CHECK(code_of(pair.client->accept(reference)) == ESTALE);
    CHECK(pair.heap->collect() == 1);
    CHECK(pair.heap->collect() == 0);
}

TEST_CASE(
    "of threads that accept the same lease exactly one wins, and so with release and revoke") {
    constexpr int thread_count = 4;
    const Pair pair;
    std::vector<std::jthread> threads;
    threads.reserve(thread_count);
    std::barrier step(thread_count + 1);
    Reference reference;
    std::atomic<int> accepted{0};
    std::atomic<int> released{0};
    std::atomic<bool> done{false};
    for (int each = 0; each < thread_count; ++each) {
        threads.emplace_back([&] {
            while (true) {
                step.arrive_and_wait();
                if (done) return;
                if (pair.client->accept(reference)) ++accepted;
                step.arrive_and_wait();
                if (pair.client->release(reference)) ++released;
                step.arrive_and_wait();
            }
        });
    }
    int revoked = 0;
    for (int round = 1; round <= 2'000; ++round) {
        reference = pair.issue();
        step.arrive_and_wait();
        if (round % 2 == 0 && pair.heap->revoke(reference)) ++revoked;
        step.arrive_and_wait();
        REQUIRE(accepted + revoked == round);
        step.arrive_and_wait();
        REQUIRE(released == accepted);
    }
    done = true;
    step.arrive_and_wait();
    REQUIRE(pair.heap->collect());
    CHECK(pair.heap->stats().leases_live == 0);
}

TEST_CASE("a lease can be revoked until it is accepted") {
    const Pair pair;
    const Reference first = pair.issue();
    CHECK(pair.heap->revoke(first));
    CHECK(code_of(pair.client->accept(first)) == ESTALE);
    CHECK(code_of(pair.heap->revoke(first)) == ESTALE);
    const Reference second = pair.issue();
    CHECK(pair.client->accept(second));
    CHECK(code_of(pair.heap->revoke(second)) == EBUSY);
    CHECK(pair.client->release(second));
    CHECK(code_of(pair.heap->revoke(second)) == ESTALE);
    REQUIRE(pair.heap->collect());
    CHECK(pair.heap->stats().leases_live == 0);
}

TEST_CASE("a reference that is not right is refused with the reason") {
    const Pair pair;
    const Reference good = pair.issue();
    Reference wrong = good;
    SUBCASE("of another heap") {
        wrong.heap[0] ^= 1;
        CHECK(code_of(pair.client->accept(wrong)) == EXDEV);
        CHECK(code_of(pair.client->release(wrong)) == EXDEV);
        CHECK(code_of(pair.heap->revoke(wrong)) == EXDEV);
    }
    SUBCASE("of another client") {
        wrong.client += 1;
        CHECK(code_of(pair.client->accept(wrong)) == ESTALE);
        CHECK(code_of(pair.heap->revoke(wrong)) == ESTALE);
    }
    SUBCASE("of another generation") {
        wrong.generation += 1;
        CHECK(code_of(pair.client->accept(wrong)) == ESTALE);
        CHECK(code_of(pair.heap->revoke(wrong)) == ESTALE);
    }
    SUBCASE("of a lane slot that does not exist") {
        wrong.lane_slot = shmheap::lane_slot_count;
        CHECK(code_of(pair.client->accept(wrong)) == EPROTO);
        CHECK(code_of(pair.client->release(wrong)) == EPROTO);
        CHECK(code_of(pair.heap->revoke(wrong)) == EPROTO);
    }
    SUBCASE("beyond the file") {
        wrong.length = 1 << 30;
        CHECK(code_of(pair.client->accept(wrong)) == EPROTO);
        wrong.length = ~std::uint64_t{0};
        CHECK(code_of(pair.client->accept(wrong)) == EPROTO);
        wrong.length = 1;
        wrong.offset = ~std::uint64_t{0};
        CHECK(code_of(pair.client->accept(wrong)) == EPROTO);
    }
    SUBCASE("in front of the payload") {
        wrong.offset = 0;
        CHECK(code_of(pair.client->accept(wrong)) == EPROTO);
    }
    CHECK(pair.client->accept(good));
    CHECK(pair.client->release(good));
}

TEST_CASE("only a live block, from its start and within its bounds, can be leased") {
    const Pair pair;
    auto* block = static_cast<std::byte*>(pair.block);
    const auto code = [&](const void* data, std::size_t offset, std::size_t bytes) {
        return code_of(pair.heap->issue(data, offset, bytes, pair.client->slot()));
    };
    const std::size_t usable = pair.heap->usable_size(block);
    int private_value = 0;
    CHECK(code(&private_value, 0, 1) == EINVAL);
    CHECK(code(nullptr, 0, 0) == EINVAL);
    CHECK(code(block + 64, 0, 1) == EINVAL);
    CHECK(code(block, 0, usable + 1) == EINVAL);
    CHECK(code(block, usable + 1, 0) == EINVAL);
    CHECK(code(block, 1, ~std::size_t{0}) == EINVAL);
    CHECK(code(block, 0, usable) == 0);
    CHECK(code(block, usable, 0) == 0);
    const auto other = make_heap(pair.folder);
    void* foreign = other->allocate(100);
    CHECK(code(foreign, 0, 1) == EINVAL);
    shmheap::deallocate(block);  // leased, so it stays; but it is no longer live
    CHECK(code(block, 0, 1) == EINVAL);
    CHECK(pair.heap->stats().leases_live == 2);
}

TEST_CASE("a client that does not exist, or is gone, gets no lease") {
    Pair pair;
    const auto code = [&](std::uint32_t slot) {
        return code_of(pair.heap->issue(pair.block, 0, 1, slot));
    };
    const std::uint32_t slot = pair.client->slot();
    for (const std::uint32_t wrong : {0U, ~0U, 63U, 64U, 255U, slot + 1, slot + 256})
        CHECK(code(wrong) == ENOTCONN);
    pair.client.reset();
    CHECK(code(slot) == ENOTCONN);
    const auto next = attach(*pair.heap);
    CHECK(next->slot() != slot);
    CHECK(code(slot) == ENOTCONN);
    CHECK(code(next->slot()) == 0);
    CHECK(pair.heap->stats().leases_live == 1);
}

TEST_CASE("a block that its owner frees stays until its last lease ends") {
    Pair pair(5'000);
    const auto other = attach(*pair.heap);
    std::vector<Reference> references;
    std::vector<std::span<const std::byte>> views;
    for (int each = 0; each < 3; ++each) {
        references.push_back(pair.issue());
        views.push_back(*pair.client->accept(references.back()));
    }
    const auto elsewhere = pair.heap->issue(pair.block, 0, pair.bytes, other->slot());
    REQUIRE(elsewhere);
    REQUIRE(other->accept(*elsewhere));
    shmheap::deallocate(pair.block);
    for (const Reference& reference : references) {
        CHECK(pair.heap->stats().blocks_live == 1);
        void* distraction = pair.heap->allocate(pair.bytes);
        CHECK(distraction != pair.block);
        std::memset(distraction, 0xff, pair.bytes);
        CHECK(bears(views[0].data(), pair.bytes, 1));
        shmheap::deallocate(distraction);
        CHECK(pair.client->release(reference));
        CHECK(pair.heap->collect() == 1);
    }
    CHECK(pair.heap->stats().blocks_live == 1);
    CHECK(other->release(*elsewhere));
    CHECK(pair.heap->collect() == 1);
    CHECK(pair.heap->stats().blocks_live == 0);
}

TEST_CASE("freeing a leased block twice ends the process, too") {
    const Folder folder;
    const Spoken spoken = speaking_child([&] {
        const auto heap = make_heap(folder);
        const auto client = attach(*heap);
        void* block = heap->allocate(100);
        if (!heap->issue(block, 0, 100, client->slot())) return 1;
        shmheap::deallocate(block);
        shmheap::deallocate(block);
        return 0;
    });
    CHECK(spoken.ended == killed_by(SIGABRT));
    CHECK(spoken.errors.find("deallocated twice") != std::string::npos);
}

TEST_CASE("detaching releases what is still held and gives the slot back") {
    Pair pair;
    for (int each = 0; each < 10; ++each)
        REQUIRE(pair.client->accept(pair.issue()));
    const Reference never_accepted = pair.issue();
    CHECK(pair.heap->leases_of(pair.client->slot()) == 11);
    const std::uint32_t slot = pair.client->slot();
    pair.client.reset();
    CHECK(pair.heap->stats().clients == 0);
    CHECK(pair.heap->collect() == 11);
    CHECK(pair.heap->leases_of(slot) == 0);
    CHECK(code_of(pair.heap->revoke(never_accepted)) == ESTALE);
    shmheap::deallocate(pair.block);
    CHECK(pair.heap->stats().blocks_live == 0);
}

TEST_CASE("a received block is released when its last copy goes, and keeps its attachment") {
    Pair pair;
    auto received = shmheap::Received::accept(pair.client, pair.issue());
    REQUIRE(received);
    pair.client.reset();
    auto copy = *received;
    *received = shmheap::Received();
    CHECK(pair.heap->collect() == 0);
    CHECK(bears(copy.bytes().data(), pair.bytes, 1));
    copy = shmheap::Received();
    CHECK(pair.heap->collect() == 1);
    CHECK(pair.heap->stats().clients == 0);
}

TEST_CASE("64 clients attach, the next is told EUSERS, and nothing is lost by that") {
    const Folder folder;
    const auto heap = make_heap(folder);
    void* block = heap->allocate(100);
    std::vector<std::shared_ptr<Client>> clients;
    std::vector<Reference> references;
    for (std::uint32_t each = 0; each < shmheap::client_slot_count; ++each) {
        clients.push_back(attach(*heap));
        const auto reference = heap->issue(block, 0, 100, clients.back()->slot());
        REQUIRE(reference);
        REQUIRE(clients.back()->accept(*reference));
        references.push_back(*reference);
    }
    CHECK(heap->stats().clients == 64);
    CHECK(code_of(Client::attach(heap->name(), folder.path())) == EUSERS);
    CHECK(heap->stats().leases_live == 64);
    CHECK(heap->collect() == 0);
    for (std::size_t each = 0; each < clients.size(); ++each)
        CHECK(clients[each]->release(references[each]));
    CHECK(heap->collect() == 64);
    clients[17].reset();
    CHECK(Client::attach(heap->name(), folder.path()));
}

TEST_CASE("1,024 leases are issued, the next gives EAGAIN, and nothing is lost by that") {
    const Pair pair;
    std::vector<Reference> references;
    for (std::uint32_t each = 0; each < shmheap::lane_slot_count; ++each)
        references.push_back(pair.issue());
    const auto issue = [&] {
        return code_of(pair.heap->issue(pair.block, 0, 1, pair.client->slot()));
    };
    CHECK(issue() == EAGAIN);
    CHECK(pair.heap->leases_of(pair.client->slot()) == shmheap::lane_slot_count);
    // One long-held lease does not block the rest: any released slot is found.
    for (const std::size_t which : {500UL, 0UL, 1023UL, 7UL}) {
        REQUIRE(pair.client->accept(references[which]));
        REQUIRE(pair.client->release(references[which]));
        CHECK(issue() == 0);
        CHECK(issue() == EAGAIN);
    }
    CHECK(pair.client->accept(references[100]));
    CHECK(pair.heap->collect() == 0);
    CHECK(pair.heap->stats().leases_live == shmheap::lane_slot_count);
}

TEST_CASE("an owner that waits for a release wakes with it, and several may wait") {
    const Pair pair;
    std::vector<Reference> references;
    for (std::uint32_t each = 0; each < shmheap::lane_slot_count; ++each)
        references.push_back(pair.issue());
    std::vector<std::jthread> waiting;
    waiting.reserve(3);
    std::atomic<int> served{0};
    for (int each = 0; each < 3; ++each) {
        waiting.emplace_back([&] {
            while (!pair.heap->issue(pair.block, 0, 1, pair.client->slot()))
                pair.heap->await_release(pair.client->slot(), 30'000'000'000);
            ++served;
        });
    }
    // One that gives up early must not make the client forget the others.
    pair.heap->await_release(pair.client->slot(), 1'000'000);
    for (std::size_t each = 0; each < 3; ++each) {
        REQUIRE(pair.client->accept(references[each]));
        REQUIRE(pair.client->release(references[each]));
    }
    waiting.clear();
    CHECK(served == 3);
}

TEST_CASE("blocks that come back while the heap looks for room are not lost") {
    const Pair pair;
    const std::uint64_t live = pair.heap->stats().blocks_live;
    // Enough of one size for several superblocks: whenever one is full, released leases are looked
    // for before the next is made, and some of these blocks wait among them.
    constexpr std::size_t bytes = 24'000;
    std::vector<void*> kept;
    for (int each = 0; each < 600; ++each) {
        kept.push_back(pair.heap->allocate(bytes));
        void* block = pair.heap->allocate(bytes);
        REQUIRE(kept.back() != nullptr);
        REQUIRE(block != nullptr);
        const auto reference = pair.heap->issue(block, 0, bytes, pair.client->slot());
        REQUIRE(reference);
        shmheap::deallocate(block);
        REQUIRE(pair.client->accept(*reference));
        REQUIRE(pair.client->release(*reference));
    }
    for (void* each : kept)
        shmheap::deallocate(each);
    REQUIRE(pair.heap->collect());
    CHECK(pair.heap->stats().leases_live == 0);
    CHECK(pair.heap->stats().blocks_live == live);
}
