#include "forwarding_roles.hpp"

#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "shmheap/stream.hpp"

namespace crash {
namespace {

using heap_test::bears;
using heap_test::stamp;
using shmheap::Consumer;
using shmheap::Heap;
using shmheap::Message;
using shmheap::Producer;

shmheap::Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(15);
}

bool maps(const std::string& heap) {
    std::ifstream all("/proc/self/maps");
    for (std::string line; std::getline(all, line);) {
        if (line.ends_with("/" + heap) || line.find("/" + heap + " ") != std::string::npos)
            return true;
    }
    return false;
}

/// Until somebody has connected, and has opened what there is to open.
bool meet(Producer& producer) {
    const auto end = soon();
    while (!producer.connected()) {
        if (!producer.attend() || std::chrono::steady_clock::now() > end) return false;
    }
    return producer.attend().has_value();
}

// ---- the owner

struct Owner {
    Stage& stage;
    std::unique_ptr<Heap> heap;
    Producer producer;

    /// A dead owner's log tells what must be live, so it has its block to itself then.
    [[nodiscard]] bool keeps_blocks() const { return stage.cast.victim == Role::owner; }

    void* allocate(std::uint64_t mark) const {
        Entry& entry = begin(Operation::allocate, 0, block_bytes);
        void* block = heap->allocate(block_bytes);
        if (block == nullptr) ::_exit(3);
        entry.block = reinterpret_cast<std::uint64_t>(block);
        end(entry);
        stamp(block, block_bytes, mark);
        return block;
    }

    static void deallocate(void* block) {
        Entry& entry =
            begin(Operation::deallocate, reinterpret_cast<std::uint64_t>(block), block_bytes);
        shmheap::deallocate(block);
        end(entry);
    }

    void collect() const {
        Entry& entry = begin(Operation::collect);
        (void)heap->collect();
        end(entry);
    }

    /// False: somebody is no more.
    bool hand_over(std::uint32_t round) {
        void* block = allocate(round);
        const auto buffer = shmheap::Buffer::borrow({static_cast<std::byte*>(block), block_bytes});
        const auto sent = producer.send(buffer, {}, soon());
        if (!keeps_blocks()) deallocate(block);
        if (!sent) return false;
        stage.tell(Role::forwarder, Order::go);
        if (!stage.awaits_turn(Role::owner)) return false;
        (void)heap->collect();  // the lease has ended: what the reader has is its own now
        stage.tell(Role::reader, Order::go);
        if (!stage.awaits_turn(Role::owner)) return false;
        if (keeps_blocks()) deallocate(block);
        collect();
        return true;
    }

    /// When all is sent the forwarder leaves, and the reader hears that nothing more will come.
    void work() {
        for (std::uint32_t round = 0; round < rounds_of_work; ++round) {
            if (!hand_over(round)) return;
        }
        stage.tell(Role::forwarder, Order::go);
        if (!stage.awaits_turn(Role::owner)) return;
        stage.leave(Role::owner);
    }
};

}  // namespace

int own(const World& world, Stage& stage) {
    stage.belongs_to(Role::owner);
    auto heap = Heap::create(world.options());
    if (!heap) return 1;
    auto producer = Producer::listen(stage.path(Role::owner), {.heap = heap->get()});
    if (!producer) return 2;
    stage.listening.tell();
    if (!meet(*producer)) return 4;
    Owner owner{stage, std::move(*heap), std::move(*producer)};
    if (!stage.awaits_turn(Role::owner)) return 5;
    stage.enter(Role::owner);
    owner.work();
    stage.await_over(Role::owner);
    stage.recover(Role::owner);
    (void)owner.producer.attend();
    if (!owner.heap->collect()) return 6;
    const auto stats = owner.heap->stats();
    stage.report(Role::owner, {.blocks = stats.blocks_live,
                               .leases = stats.leases_live,
                               .clients = stats.clients,
                               .attached = 0,
                               .used = stats.heap_used});
    stage.await_over(Role::owner);
    return 0;
}

// ---- the forwarder

namespace {

struct Forwarder {
    Stage& stage;
    std::unique_ptr<Heap> heap;
    Producer producer;
    std::optional<Consumer> consumer;
    std::optional<Message> message;

    bool pass_on() {
        if (!stage.awaits_turn(Role::forwarder)) return false;
        auto received = consumer->receive(soon());
        if (!received) return false;
        message = *received;
        received = tl::unexpected(shmheap::Error{});
        if (!producer.send(*message, {}, soon())) return false;
        stage.tell(Role::reader, Order::go);
        if (!stage.awaits_turn(Role::forwarder)) return false;
        if (!producer.attend()) return false;  // lets go of the stub
        message.reset();
        stage.tell(Role::owner, Order::go);
        return true;
    }

    void work() {
        for (std::uint32_t round = 0; round < rounds_of_work; ++round) {
            if (!pass_on()) return;
        }
        if (!stage.awaits_turn(Role::forwarder)) return;
        consumer.reset();
        (void)producer.attend();  // tells the reader to forget the owner's heap
        stage.tell(Role::reader, Order::go);
        stage.leave(Role::forwarder);
    }
};

}  // namespace

int forward(const World& world, Stage& stage) {
    stage.belongs_to(Role::forwarder);
    auto heap = Heap::create(world.options());
    if (!heap) return 1;
    auto producer = Producer::listen(stage.path(Role::forwarder), {.heap = heap->get()});
    if (!producer) return 2;
    auto consumer = Consumer::connect(stage.path(Role::owner), {}, soon());
    if (!consumer) return 3;
    stage.listening.tell();
    if (!meet(*producer)) return 4;
    Forwarder forwarder{stage, std::move(*heap), std::move(*producer), std::move(*consumer),
                        std::nullopt};
    stage.tell(Role::owner, Order::go);
    stage.enter(Role::forwarder);
    forwarder.work();
    stage.await_over(Role::forwarder);
    stage.recover(Role::forwarder);
    (void)forwarder.producer.attend();
    forwarder.message.reset();
    (void)forwarder.producer.attend();
    if (!forwarder.heap->collect()) return 5;
    const auto stats = forwarder.heap->stats();
    stage.report(Role::forwarder, {.blocks = stats.blocks_live,
                                   .leases = stats.leases_live,
                                   .clients = stats.clients,
                                   .attached = forwarder.consumer ? 1U : 0U,
                                   .used = stats.heap_used});
    stage.await_over(Role::forwarder);
    return 0;
}

// ---- the reader

namespace {

struct Reader {
    Stage& stage;
    Consumer consumer;
    std::optional<Message> message;
    std::optional<Message> kept;
    bool was_wrong = false;

    [[nodiscard]] static bool is_right(const Message& of, std::uint32_t round) {
        return of.bytes().size() == block_bytes && bears(of.bytes().data(), block_bytes, round);
    }

    /// Every other round it is done before the owner looks, and its claim was nobody's but its own.
    bool take(std::uint32_t round) {
        if (!stage.awaits_turn(Role::reader)) return false;
        auto received = consumer.receive(soon());
        if (!received) return false;
        message = *received;
        received = tl::unexpected(shmheap::Error{});
        was_wrong = was_wrong || !is_right(*message, round);
        if (round % 2 == 1) message.reset();
        stage.tell(Role::forwarder, Order::go);
        if (!stage.awaits_turn(Role::reader)) return false;
        was_wrong = was_wrong || (message && !is_right(*message, round));
        if (round == kept_round && stage.cast.victim != Role::owner) kept = message;
        message.reset();
        stage.tell(Role::owner, Order::go);
        return true;
    }

    /// What a dead forwarder had sent, after the owner took back what it held: nobody has a right
    /// to that any more, but to what came as a copy.
    void take_the_rest() {
        auto received = consumer.receive({});
        while (received || received.error().code == ESTALE) {
            const bool is_shared = received && received->delivery() == shmheap::Delivery::shared;
            was_wrong = was_wrong || (is_shared && !ledger().was_killed(Part::recoverer));
            received = consumer.receive({});
        }
    }

    void work() {
        for (std::uint32_t round = 0; round < rounds_of_work; ++round) {
            if (!take(round)) return;
        }
        if (!stage.awaits_turn(Role::reader)) return;
        (void)consumer.receive({});
        stage.tell(Role::owner, Order::go);
        stage.leave(Role::reader);
    }
};

}  // namespace

int read(const std::string& owners_heap, Stage& stage) {
    stage.belongs_to(Role::reader);
    auto consumer = Consumer::connect(stage.path(Role::forwarder), {}, soon());
    if (!consumer) return 1;
    Reader reader{stage, std::move(*consumer), std::nullopt, std::nullopt, false};
    stage.enter(Role::reader);
    reader.work();
    stage.await_over(Role::reader);
    reader.message.reset();
    const std::uint64_t held = reader.kept ? 1 : 0;
    stage.report(Role::reader, {.blocks = held,
                                .leases = held,
                                .clients = 0,
                                .attached = maps(owners_heap) ? 1U : 0U,
                                .used = held * block_bytes});
    stage.await_over(Role::reader);
    if (stage.cast.victim == Role::forwarder) reader.take_the_rest();
    if (reader.kept && !Reader::is_right(*reader.kept, kept_round)) return 2;
    return reader.was_wrong ? 3 : 0;
}

}  // namespace crash
