// An owner is born whose name a dead process of the same pid has left behind, and dies somewhere
// between the removal of the old name and the taking of it.
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "file/cleaner.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

constexpr std::size_t births = 12;

std::string orphan_name(std::size_t index) {
    return "orphan-" + std::to_string(index);
}

/// Orphans under names that nobody is born with, for later.
int leave_orphans(const World& world) {
    std::vector<std::unique_ptr<shmheap::Heap>> heaps;
    for (std::size_t index = 0; index < births; ++index) {
        auto heap = shmheap::Heap::create(world.options());
        if (!heap) return 1;
        std::filesystem::rename(world.folder() + "/" + (*heap)->name(),
                                world.folder() + "/" + orphan_name(index));
        heaps.push_back(std::move(*heap));
    }
    ::_exit(0);
}

int be_born_over(const World& world) {
    const std::string name = "heap-" + std::to_string(::getpid());
    for (std::size_t index = 0; index < births; ++index) {
        Entry& entry = begin(Operation::make_heap, index);
        std::filesystem::rename(world.folder() + "/" + orphan_name(index),
                                world.folder() + "/" + name);
        const auto heap = shmheap::Heap::create(world.options());
        if (!heap || (*heap)->name() != name) return 1;
        end(entry);
    }
    return 0;
}

void check_left(World& world) {
    std::uint64_t done = 0;
    for (std::uint32_t index = 0; index < ledger().entry_count.load(); ++index) {
        if (ledger().entries[index].ended.load()) ++done;
    }
    const std::uint64_t left = world.names().size();
    // The heap of the last birth has ended unless its owner died before that.
    const bool agrees = left == births - done || left + 1 == births - done ||
                        (done > 0 && left == births - done + 1);
    world.check(agrees, std::to_string(left) + " names after " + std::to_string(done) + " births");
    for (const auto& name : world.names()) {
        world.check(look(world, name).verdict == reaper::Verdict::orphaned,
                    name + " is not an orphan");
    }
    world.outcome = left < births - done ? "name free" : "name an orphan's";
}

/// Everything is removed by name, since the launcher knows only heaps' own names.
int clean_all(const World& world) {
    const auto directory = shmheap::os::ShmDirectory::open(world.folder());
    if (!directory) return 1;
    for (const auto& name : world.names()) {
        const auto cleaned = shmheap::clean(*directory, name);
        if (!cleaned || *cleaned != shmheap::CleanResult::removed) return 2;
    }
    return 0;
}

void play_birth_over_orphan(World& world) {
    Child dead(World::guarded([&] { return leave_orphans(world); }));
    world.await("who leaves orphans", dead);
    world.run(Part::victim, [&] { return be_born_over(world); });
    check_left(world);
    world.run(Part::recoverer, [&] { return clean_all(world); });
    world.check(clean_all(world) == 0, "the last cleaner fails");
}

}  // namespace

const Scenario birth_over_orphan = {"birth_over_orphan", "owner that takes an orphan's name",
                                    "cleaner", play_birth_over_orphan};

}  // namespace crash
