// Clients are killed at random moments while they accept and release: whatever they held becomes
// free again, and nothing else.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "rounds.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Reference;

namespace {

constexpr std::size_t block_bytes = 3'000;

/// Accepts whatever comes and releases it sooner or later, until it is killed.
int accept_and_release(const shmheap::Heap& heap, const Channel& slots, const Channel& leases) {
    const auto client = attach(heap);
    slots.send(client->slot());
    std::mt19937 random(client->slot());
    std::vector<Reference> held;
    Reference reference;
    while (leases.receive(reference)) {
        const auto bytes = client->accept(reference);
        if (!bytes || !bears(bytes->data(), bytes->size(), 1)) return 1;
        held.push_back(reference);
        while (held.size() > random() % 6) {
            std::swap(held.back(), held[random() % held.size()]);
            if (!client->release(held.back())) return 2;
            held.pop_back();
        }
    }
    return 3;
}

/// Up to `count` deliveries of fresh blocks, which the owner frees at once, and of a lasting one.
void deliver(shmheap::Heap& heap, const void* lasting, std::uint32_t slot, const Channel& leases,
             std::uint32_t count) {
    for (std::uint32_t each = 0; each < count; ++each) {
        void* passing = heap.allocate(block_bytes);
        stamp(passing, block_bytes, 1);
        for (const void* block : {static_cast<const void*>(passing), lasting}) {
            const auto reference = heap.issue(block, 0, block_bytes, slot);
            REQUIRE(reference);
            if (!leases.send(*reference)) REQUIRE(heap.revoke(*reference));
        }
        shmheap::deallocate(passing);
    }
}

}  // namespace

TEST_CASE("after any kill of a client every block it held becomes free again, and no other") {
    std::mt19937 random(printed_seed("killed clients"));
    const Folder folder;
    const auto heap = make_heap(folder);
    void* lasting = heap->allocate(block_bytes);
    stamp(lasting, block_bytes, 1);
    const auto bystander = attach(*heap);
    const auto kept = heap->issue(lasting, 0, block_bytes, bystander->slot());
    REQUIRE((kept && bystander->accept(*kept)));

    for (int round = 0; round < rounds(1'000); ++round) {
        const Channel slots;
        const Channel leases;
        Child client([&] { return accept_and_release(*heap, slots, leases); });
        std::uint32_t slot = 0;
        REQUIRE(slots.receive(slot));
        deliver(*heap, lasting, slot, leases, static_cast<std::uint32_t>(random() % 100));
        // Killed somewhere in the middle of what it was sent.
        REQUIRE(client.kill(SIGKILL) == killed_by(SIGKILL));
        REQUIRE(heap->collect());
        const auto stats = heap->stats();
        REQUIRE(stats.leases_live == 1);
        REQUIRE(stats.blocks_live == 1);
        REQUIRE(stats.clients == 1);
    }
    CHECK(bystander->release(*kept));
    shmheap::deallocate(lasting);
    CHECK(heap->collect() == 1);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("clients killed while they attach leave their slots to others") {
    std::mt19937 random(printed_seed("clients killed while they attach"));
    const Folder folder;
    const auto heap = make_heap(folder);
    for (int round = 0; round < rounds(500); ++round) {
        const Event started;
        Child client([&]() -> int {
            started.tell();
            while (true)
                (void)attach(*heap);
        });
        REQUIRE(started.wait());
        for (auto spin = random() % 300; spin > 0; --spin)
            (void)heap->stats();
        REQUIRE(client.kill(SIGKILL) == killed_by(SIGKILL));
        REQUIRE(heap->stats().clients == 0);
    }
    std::vector<std::shared_ptr<shmheap::Client>> clients;
    for (std::uint32_t each = 0; each < shmheap::client_slot_count; ++each)
        clients.push_back(attach(*heap));
    CHECK(heap->stats().clients == shmheap::client_slot_count);
}
