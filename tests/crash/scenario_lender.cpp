// An owner leases blocks, waits for their release, harvests and revokes, and dies somewhere in it.
// Its client reads on in what it holds, and the launcher removes the heap under it.
#include <unistd.h>

#include <memory>

#include "oracle.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

using heap_test::bears;
using heap_test::stamp;
using shmheap::Reference;

constexpr std::size_t lasting_bytes = 20 * kib;
constexpr std::size_t passing_bytes = 64 * kib;
constexpr int rounds_of_work = 12;

/// What the owner tells its client.
enum class Order : std::uint32_t { keep, use, detach, finish };

struct Message {
    Order order;
    Reference lease;
};

struct Stage {
    Channel to_client;
    Channel to_owner;  ///< the client's slot, then how many orders it has followed
};

void* allocate(shmheap::Heap& heap, std::size_t bytes) {
    Entry& entry = begin(Operation::allocate, 0, bytes);
    void* block = heap.allocate(bytes);
    if (block == nullptr) ::_exit(3);
    entry.block = reinterpret_cast<std::uint64_t>(block);
    end(entry);
    return block;
}

void collect(shmheap::Heap& heap) {
    Entry& entry = begin(Operation::collect);
    (void)heap.collect();
    end(entry);
}

/// Sends a lease and waits until the client has done what it was told.
bool lend(shmheap::Heap& heap, const Stage& stage, Order order, const void* block,
          std::uint32_t client) {
    const auto lease = heap.issue(block, 0, kib, client);
    std::uint32_t answer = 0;
    return lease && stage.to_client.send(Message{order, *lease}) &&
           stage.to_owner.receive(answer) && answer == client;
}

bool lend_in_turn(shmheap::Heap& heap, const Stage& stage, const void* lasting,
                  std::uint32_t client) {
    void* passing = allocate(heap, passing_bytes);
    stamp(passing, passing_bytes, 1);
    if (!lend(heap, stage, Order::use, passing, client)) return false;
    if (!lend(heap, stage, Order::use, lasting, client)) return false;
    const auto unsent = heap.issue(passing, 0, kib, client);
    Entry& entry =
        begin(Operation::deallocate, reinterpret_cast<std::uint64_t>(passing), passing_bytes);
    shmheap::deallocate(passing);
    end(entry);
    if (!unsent || !heap.revoke(*unsent)) return false;
    collect(heap);
    heap.await_release(client, 1);  // nothing is released: for one nanosecond
    return true;
}

int own(const shmheap::HeapOptions& options, Stage& stage) {
    Entry& making = begin(Operation::make_heap);
    auto heap = shmheap::Heap::create(options);
    if (!heap) return 1;
    set_name(making, (*heap)->name());
    end(making);
    void* lasting = allocate(**heap, lasting_bytes);
    stamp(lasting, lasting_bytes, 1);
    // The client attaches only now: it finds the name in the first message.
    if (!stage.to_client.send(Message{Order::keep, {}})) return 2;
    std::uint32_t client = 0;
    if (!stage.to_owner.receive(client)) return 3;
    play(Part::victim);
    if (!lend(**heap, stage, Order::keep, lasting, client)) return 4;
    for (int round = 0; round < rounds_of_work; ++round) {
        if (!lend_in_turn(**heap, stage, lasting, client)) return 5;
    }
    ::_exit(0);
}

/// Keeps the first lease to the end, and uses each other one for a moment.
int borrow(const World& world, const std::string& heap, Stage& stage) {
    Message message{};
    if (!stage.to_client.receive(message)) return 1;
    const std::size_t descriptors = descriptor_count();
    auto attached = shmheap::Client::attach(heap, world.folder());
    if (!attached) return 2;
    const std::uint32_t slot = (*attached)->slot();
    stage.to_owner.send(slot);
    shmheap::Received kept;
    while (stage.to_client.receive(message) && message.order != Order::finish) {
        auto received = shmheap::Received::accept(*attached, message.lease);
        if (!received || !bears(received->bytes().data(), received->bytes().size(), 1)) return 3;
        if (message.order == Order::keep) kept = *received;
        received = shmheap::Received{};
        stage.to_owner.send(slot);
    }
    if (kept && !bears(kept.bytes().data(), kept.bytes().size(), 1)) return 4;
    if ((*attached)->owner_lives()) return 5;
    kept = {};
    attached->reset();
    if (maps_a_heap()) return 6;
    return descriptor_count() == descriptors ? 0 : 7;
}

void play_lender(World& world) {
    Stage stage;
    Child owner(World::guarded([&] { return own(world.options(), stage); }));
    const std::string heap = "heap-" + std::to_string(owner.pid());
    Child borrower(World::guarded([&] { return borrow(world, heap, stage); }));
    world.await(Part::victim, owner);
    const Expected expected = read_log();
    check_names(world, expected);
    check_heap(world, heap, expected, 1);
    world.check(look(world, heap).holders.clients == 1, "the client is not attached");
    world.run(Part::recoverer, [&] { return reap(world.folder()); });
    world.reap_all();
    world.check(world.names().empty(), "the launcher left something");
    stage.to_client.send(Message{Order::finish, {}});
    world.await("the client", borrower);
}

}  // namespace

const Scenario lender = {"lender", "owner that leases blocks", "launcher that reaps", play_lender};

}  // namespace crash
