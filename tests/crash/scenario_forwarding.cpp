// An owner's block goes through a forwarder to a reader, over two streams, again and again, and one
// of the three dies somewhere in it. Whoever is left takes back what is its own: the owner has as
// many blocks out as the reader says it holds, the forwarder none, and the reader's bytes stay.
//
// The three take turns, so that a run comes by the same points every time: nobody ever waits in a
// stream, only for its turn.
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "oracle.hpp"
#include "scenario.hpp"
#include "shmheap/stream.hpp"

namespace crash {
namespace {

using heap_test::bears;
using heap_test::stamp;
using shmheap::Consumer;
using shmheap::Heap;
using shmheap::Message;
using shmheap::Producer;

constexpr std::size_t block_bytes = 20 * kib;
constexpr std::uint32_t rounds_of_work = 21;  // the first one goes as a copy
constexpr std::uint32_t kept_round = 2;       // whose block the reader keeps

enum class Role : std::uint32_t { owner, forwarder, reader };

/// What a role is told: that it is its turn, or that somebody is no more.
enum class Order : std::uint32_t { go, over };

/// What a role has after it took back what it could.
struct Finding {
    std::uint64_t blocks;    ///< in its heap; of the reader: that it holds
    std::uint64_t leases;    ///< on its heap
    std::uint64_t clients;   ///< of its heap
    std::uint64_t attached;  ///< to the owner's heap
    std::uint64_t used;      ///< bytes
};

struct Cast {
    Role victim;
    Role recoverer;  ///< who is not the victim; of a dead owner the launcher
};

/// The channels of one run, made before its processes, and where the sockets lie.
struct Stage {
    std::array<Channel, 3> inbox;     ///< by role
    std::array<Channel, 3> findings;  ///< by role
    Channel names;                    ///< of the owner's heap, for the forwarder and the reader
    Event listening;
    heap_test::Folder sockets;
    Cast cast;
    bool is_over = false;  ///< told, and not acted upon yet

    explicit Stage(const Cast& of) : cast(of) {}

    [[nodiscard]] std::string path(Role of) const {
        return sockets.path() + (of == Role::owner ? "/first" : "/second");
    }
    void tell(Role role, Order order) const {
        (void)inbox[static_cast<std::size_t>(role)].send(order);
    }
    /// False: somebody is no more.
    [[nodiscard]] bool awaits_turn(Role role) {
        Order order = Order::over;
        is_over = !inbox[static_cast<std::size_t>(role)].receive(order) || order == Order::over;
        return !is_over;
    }
    /// Until the role is told that somebody is no more, unless it was while it worked.
    void await_over(Role role) {
        while (!is_over)
            (void)awaits_turn(role);
        is_over = false;
    }
    void report(Role role, const Finding& finding) const {
        (void)findings[static_cast<std::size_t>(role)].send(finding);
    }
    /// In the process of that role, so that its death is noticed by whoever waits for its answer.
    void belongs_to(Role role) {
        for (std::size_t each = 0; each < findings.size(); ++each) {
            if (each != static_cast<std::size_t>(role)) findings[each].close_sender();
        }
    }
    /// The victim's work begins here. It ends by _exit(), which is its death at the latest.
    void enter(Role role) const {
        if (cast.victim == role) play(Part::victim);
    }
    void leave(Role role) const {
        if (cast.victim == role) ::_exit(0);
    }
    void recover(Role role) const {
        if (cast.victim != Role::owner && cast.recoverer == role) play(Part::recoverer);
    }
};

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

// ---- the run

/// Everybody, and who of them is still there.
struct Company {
    World& world;
    Stage& stage;
    std::array<Child*, 3> processes;  ///< nullptr: collected

    void await(Role role) {
        Child& process = *std::exchange(processes[static_cast<std::size_t>(role)], nullptr);
        if (role == stage.cast.victim) return world.await(Part::victim, process);
        if (role == stage.cast.recoverer) return world.await(Part::recoverer, process);
        constexpr std::array names = {"the owner", "the forwarder", "the reader"};
        world.await(names[static_cast<std::size_t>(role)], process);
    }

    /// Tells a role that somebody is no more, and hears what it has then. Nothing: it died of it.
    [[nodiscard]] std::optional<Finding> ask(Role role) {
        if (role == stage.cast.victim) return std::nullopt;
        Channel& answers = stage.findings[static_cast<std::size_t>(role)];
        stage.tell(role, Order::over);
        Finding finding{};
        if (answers.receive(finding)) return finding;
        world.check(ledger().was_killed(Part::recoverer), "somebody tells nothing");
        await(role);
        return std::nullopt;
    }

    void dismiss(Role role) {
        if (processes[static_cast<std::size_t>(role)] == nullptr) return;
        stage.tell(role, Order::over);
        await(role);
    }
};

void check_owner(World& world, const std::string& heap, const Finding& owner, const Finding& reader,
                 std::uint64_t clients) {
    const auto agree = [&](std::uint64_t found, std::uint64_t wanted, const char* what) {
        world.check(found == wanted, std::string(what) + " of the owner's: " +
                                         std::to_string(found) + ", not " + std::to_string(wanted));
    };
    agree(owner.blocks, reader.blocks, "blocks");
    agree(owner.leases, reader.leases, "leases");
    agree(owner.used, reader.used, "used bytes");
    agree(owner.clients, clients, "clients");
    // The reader's attachment to the forwarder's heap came before.
    const std::uint64_t lanes = ledger().passes[index_of("attach_lane_committed")].load() - 1;
    const auto record = look(world, heap);
    world.check(record.verdict == reaper::Verdict::live, "the owner is not taken for live");
    agree(record.allocated_bytes(),
          shmheap::client_area_offset + lanes * shmheap::client_area_stride +
              record.heap.committed_bytes,
          "memory");
}

void check_orphan(World& world, const std::string& heap, std::uint64_t clients) {
    const auto record = look(world, heap);
    world.check(record.verdict == reaper::Verdict::orphaned, heap + " is no orphan");
    world.check(record.holders.clients == clients, "clients of " + heap + ": " +
                                                       std::to_string(record.holders.clients) +
                                                       ", not " + std::to_string(clients));
}

void check_dead_owner(World& world, const std::string& heap) {
    const std::uint64_t lanes = ledger().passes[index_of("attach_lane_committed")].load() - 1;
    check_heap(world, heap, read_log(), lanes);
}

void play_forwarding(World& world, const Cast& cast) {
    Stage stage(cast);
    Child owner(World::guarded([&] { return own(world, stage); }));
    const std::string owners = "heap-" + std::to_string(owner.pid());
    world.check(stage.listening.wait(), "the owner does not listen");
    Child forwarder(World::guarded([&] { return forward(world, stage); }));
    const std::string forwarders = "heap-" + std::to_string(forwarder.pid());
    world.check(stage.listening.wait(), "the forwarder does not listen");
    Child reader(World::guarded([&] { return read(owners, stage); }));
    for (Channel& each : stage.findings)
        each.close_sender();
    Company company{world, stage, {&owner, &forwarder, &reader}};
    company.await(cast.victim);
    world.outcome = "taken back";

    // What the reader and the forwarder let go of is the owner's when it looks.
    const auto at_reader = company.ask(Role::reader);
    const auto at_forwarder = company.ask(Role::forwarder);
    const Finding nothing{};
    const std::uint64_t clients =
        at_reader.value_or(nothing).attached + at_forwarder.value_or(nothing).attached;
    if (at_forwarder) {
        world.check(at_forwarder->blocks == 0, "the forwarder has blocks");
        world.check(at_forwarder->leases == 0, "the forwarder has leases");
        world.check(at_forwarder->clients == (at_reader ? 1 : 0), "clients of the forwarder's");
    } else {
        check_orphan(world, forwarders, at_reader ? 1 : 0);
    }
    if (const auto at_owner = company.ask(Role::owner)) {
        check_owner(world, owners, *at_owner, at_reader.value_or(nothing), clients);
    } else {
        check_orphan(world, owners, clients);
    }
    if (cast.victim == Role::owner) {
        check_dead_owner(world, owners);
        world.run(Part::recoverer, [&] { return reap(world.folder()); });
    }
    company.dismiss(Role::reader);
    company.dismiss(Role::forwarder);
    company.dismiss(Role::owner);
    world.reap_all();
}

void play_owner(World& world) {
    play_forwarding(world, {Role::owner, Role::owner});
}
void play_forwarder(World& world) {
    play_forwarding(world, {Role::forwarder, Role::owner});
}
void play_reader(World& world) {
    play_forwarding(world, {Role::reader, Role::owner});
}
void play_reader_of_stub(World& world) {
    play_forwarding(world, {Role::reader, Role::forwarder});
}

}  // namespace

const Scenario forwarding_owner = {"forwarding owner", "owner of what is sent on",
                                   "launcher that reaps", play_owner};
const Scenario forwarder = {"forwarder", "client that sends on what it received",
                            "owner that takes back", play_forwarder};
const Scenario reader = {"reader", "client that reads what was sent on", "owner that takes back",
                         play_reader};
const Scenario reader_of_stub = {"reader of a stub", "client that reads what was sent on",
                                 "client that sent it on", play_reader_of_stub};

}  // namespace crash
