// A client attaches, accepts, releases and detaches, over and over, and dies somewhere in it. The
// owner takes back what it held and nothing else; if the owner dies of that, too, the launcher
// removes its heap, and a bystander reads on in what it holds.
#include <array>
#include <memory>

#include "scenario.hpp"

namespace crash {
namespace {

using heap_test::bears;
using heap_test::stamp;
using shmheap::Reference;

constexpr std::size_t lasting_bytes = 20 * kib;
constexpr std::size_t passing_bytes = 64 * kib;
constexpr std::uint32_t rounds_of_work = 12;
constexpr std::int64_t release_patience_ns = 500'000'000;

/// What the clients tell the owner.
enum class Request : std::uint32_t {
    lend,   ///< one lasting block to the bystander
    serve,  ///< three blocks to a client
    wait,   ///< sleep until that client releases something
    over,   ///< the victim is no more
};

struct Message {
    Request request;
    std::uint32_t client;
};

/// What the owner found after it had taken back.
struct Finding {
    shmheap::HeapStats stats;
    std::size_t descriptors_lost;
};

/// The channels of one run, made before its processes.
struct Stage {
    Channel to_owner;
    Channel to_victim;
    Channel to_bystander;
    Channel findings;
    Event heap_made;
    Event bystander_holds;
    Event owner_may_end;
    Event bystander_may_end;
};

void serve(shmheap::Heap& heap, const void* lasting, std::uint32_t client, const Stage& stage) {
    void* passing = heap.allocate(passing_bytes);
    stamp(passing, passing_bytes, 2);
    for (const void* block : {static_cast<const void*>(passing), lasting, lasting}) {
        const auto lease = heap.issue(block, 0, kib, client);
        stage.to_victim.send(lease ? *lease : Reference{});
    }
    shmheap::deallocate(passing);
}

/// The owner's process: serves until the victim is no more, then takes back as the recoverer.
int own(const shmheap::HeapOptions& options, const Stage& stage, bool recovers) {
    auto heap = shmheap::Heap::create(options);
    if (!heap) return 1;
    void* lasting = (*heap)->allocate(lasting_bytes);
    stamp(lasting, lasting_bytes, 1);
    stage.heap_made.tell(3);
    const std::size_t descriptors = descriptor_count();
    for (Message message{}; stage.to_owner.receive(message);) {
        if (message.request == Request::over) break;
        if (message.request == Request::lend) {
            const auto lease = (*heap)->issue(lasting, 0, lasting_bytes, message.client);
            stage.to_bystander.send(lease ? *lease : Reference{});
        } else if (message.request == Request::serve) {
            serve(**heap, lasting, message.client, stage);
        } else {
            (void)(*heap)->collect();
            (*heap)->await_release(message.client, release_patience_ns);
            stage.to_victim.send(Reference{});
        }
    }
    if (recovers) play(Part::recoverer);
    if (!(*heap)->collect()) return 2;
    stage.findings.send(Finding{(*heap)->stats(), descriptor_count() - descriptors});
    // It stays for the bystander, and its end is no part of this.
    return stage.owner_may_end.wait() ? 0 : 3;
}

/// Holds one lease from before the victim's first step to the end of the run.
int stand_by(const World& world, const std::string& heap, Stage& stage) {
    stage.findings.close_sender();
    if (!stage.heap_made.wait()) return 1;
    const std::size_t descriptors = descriptor_count();
    auto attached = shmheap::Client::attach(heap, world.folder());
    if (!attached) return 2;
    stage.to_owner.send(Message{Request::lend, (*attached)->slot()});
    Reference lease{};
    if (!stage.to_bystander.receive(lease)) return 3;
    const auto bytes = (*attached)->accept(lease);
    if (!bytes) return 4;
    stage.bystander_holds.tell();
    if (!stage.bystander_may_end.wait()) return 5;
    if (!bears(bytes->data(), bytes->size(), 1)) return 6;
    if (!(*attached)->release(lease)) return 7;
    attached->reset();
    if (maps_a_heap()) return 8;
    return descriptor_count() == descriptors ? 0 : 9;
}

/// One life of the victim as a client: two leases accepted, one of them held to the end, the third
/// left alone.
int attach_once(const World& world, const std::string& heap, const Stage& stage, bool last) {
    auto attached = shmheap::Client::attach(heap, world.folder());
    if (!attached) return 2;
    stage.to_owner.send(Message{Request::serve, (*attached)->slot()});
    std::array<Reference, 3> leases{};
    for (auto& lease : leases) {
        if (!stage.to_victim.receive(lease)) return 3;
    }
    const auto passing = (*attached)->accept(leases[0]);
    const auto lasting = (*attached)->accept(leases[1]);
    if (!passing || !bears(passing->data(), passing->size(), 2)) return 4;
    if (!lasting || !bears(lasting->data(), lasting->size(), 1)) return 5;
    if (last) {
        stage.to_owner.send(Message{Request::wait, (*attached)->slot()});
        if (!await_pass("await_announced", 1)) return 6;
    }
    if (!(*attached)->release(leases[0])) return 7;
    // The owner sleeps no more, so that the end of this attachment wakes nobody.
    if (last && !stage.to_victim.receive(leases[0])) return 3;
    return 0;
}

int come_and_go(const World& world, const std::string& heap, Stage& stage) {
    stage.findings.close_sender();
    for (std::uint32_t round = 1; round <= rounds_of_work; ++round) {
        const int status = attach_once(world, heap, stage, round == rounds_of_work);
        if (status != 0) return status;
    }
    return maps_a_heap() ? 8 : 0;
}

/// Exactly the bystander's lease and its block are live, and the memory is what they need.
void check_finding(World& world, const std::string& heap, const Finding& finding) {
    const auto& stats = finding.stats;
    world.check(stats.leases_live == 1, "leases: " + std::to_string(stats.leases_live));
    world.check(stats.blocks_live == 1, "blocks: " + std::to_string(stats.blocks_live));
    world.check(stats.heap_used == lasting_bytes, "used: " + std::to_string(stats.heap_used));
    world.check(stats.clients == 1, "clients: " + std::to_string(stats.clients));
    world.check(finding.descriptors_lost == 0, "the owner has lost descriptors");
    const std::size_t lane_committed = index_of("attach_lane_committed");
    const std::uint64_t lanes = ledger().passes[lane_committed].load() > 1 ? 2 : 1;
    const auto record = look(world, heap);
    world.check(record.verdict == reaper::Verdict::live, "the owner is not taken for live");
    world.check(record.allocated_bytes() == shmheap::client_area_offset +
                                                lanes * shmheap::client_area_stride +
                                                record.heap.committed_bytes,
                "memory behind the file: " + std::to_string(record.allocated_bytes()));
}

/// After the owner's end: the heap is an orphan with one client, until the launcher comes.
void check_orphan(World& world, const std::string& heap) {
    const auto record = look(world, heap);
    world.check(record.verdict == reaper::Verdict::orphaned, "a dead owner's heap is no orphan");
    world.check(record.holders.clients == 1,
                "clients of the orphan: " + std::to_string(record.holders.clients));
    world.reap_all();
    world.check(world.names().empty(), "the launcher left something");
}

/// A new client in the slot of the dead one.
int succeed(const World& world, const std::string& heap) {
    auto attached = shmheap::Client::attach(heap, world.folder());
    return attached ? 0 : 1;
}

void play_client(World& world, bool owner_recovers) {
    Stage stage;
    Child owner(World::guarded([&] { return own(world.options(), stage, owner_recovers); }));
    const std::string heap = "heap-" + std::to_string(owner.pid());
    Child bystander(World::guarded([&] { return stand_by(world, heap, stage); }));
    stage.findings.close_sender();
    world.check(stage.bystander_holds.wait(), "the bystander holds nothing");
    world.run(Part::victim, [&] { return come_and_go(world, heap, stage); });
    world.outcome = "taken back";
    if (!owner_recovers) world.run(Part::recoverer, [&] { return succeed(world, heap); });

    stage.to_owner.send(Message{Request::over, 0});
    Finding finding{};
    const bool found = stage.findings.receive(finding);
    if (found) check_finding(world, heap, finding);
    stage.owner_may_end.tell();
    if (owner_recovers) {
        world.await(Part::recoverer, owner);
    } else {
        world.await("the owner", owner);
    }
    const bool died = owner_recovers && ledger().was_killed(Part::recoverer);
    world.check(found || died, "the owner tells nothing");
    if (died && !world.names().empty()) check_orphan(world, heap);
    stage.bystander_may_end.tell();
    world.await("the bystander", bystander);
}

}  // namespace

const Scenario client = {"client", "client that comes and goes", "owner that takes back",
                         [](World& world) { play_client(world, true); }};
const Scenario successor = {"successor", "client that comes and goes", "client that follows it",
                            [](World& world) { play_client(world, false); }};

}  // namespace crash
