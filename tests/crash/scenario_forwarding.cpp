// A block is sent on from process to process (forwarding_roles.hpp), and one of the three dies
// somewhere in it. Whoever is left takes back what is its own: the owner has as many blocks out as
// the reader says it holds, the forwarder none, and the reader's bytes stay.
#include <array>
#include <optional>
#include <utility>

#include "forwarding_roles.hpp"
#include "oracle.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

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
