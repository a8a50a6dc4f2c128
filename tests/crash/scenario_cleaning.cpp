// The launcher or shmclean removes what a dead process left, beside the heap of one that lives,
// and dies somewhere in it. Whoever comes next finishes the work, and the living keeps its heap.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include "reaper/clean_run.hpp"
#include "reaper/reap.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

constexpr std::size_t orphans_to_make = 12;

/// Heaps of a process that ends without its handlers.
int leave_orphans(const shmheap::HeapOptions& options) {
    std::vector<std::unique_ptr<shmheap::Heap>> heaps;
    for (std::size_t each = 0; each < orphans_to_make; ++each) {
        auto heap = shmheap::Heap::create(options);
        if (!heap || (*heap)->allocate(kib) == nullptr) return 1;
        heaps.push_back(std::move(*heap));
    }
    ::_exit(0);
}

int live_on(const shmheap::HeapOptions& options, const Event& made, const Event& finish) {
    const auto heap = shmheap::Heap::create(options);
    if (!heap) return 1;
    made.tell();
    return finish.wait() && !(*heap)->lost_its_name() ? 0 : 2;
}

int sweep(const std::string& folder) {
    const auto is_ours = [](std::string_view found) { return found == tag; };
    const auto outcome = reaper::sweep(folder, ::geteuid(), is_ours);
    return outcome && outcome->own.failures.empty() ? 0 : 1;
}

std::vector<std::string> strays() {
    std::vector<std::string> names;
    for (std::size_t each = 0; each < orphans_to_make; ++each)
        names.push_back("stray-" + std::to_string(each));
    return names;
}

/// What is no heap goes only by its name and force.
int shmclean(const std::string& folder) {
    const auto directory = shmheap::os::ShmDirectory::open(folder);
    if (!directory) return 1;
    const std::function<void(const reaper::CleanOutcome&)> tell = [](const auto&) {};
    const auto all = reaper::run_clean(*directory, {}, tell);
    const auto named = reaper::run_clean(*directory, {.names = strays(), .force = true}, tell);
    return all && named ? 0 : 2;
}

void play_cleaner(World& world, int (*clean)(const std::string& folder)) {
    const Event made;
    const Event finish;
    Child living(World::guarded([&] { return live_on(world.options(), made, finish); }));
    world.check(made.wait(), "the living has no heap");
    const std::string kept = "heap-" + std::to_string(living.pid());
    Child dead(World::guarded([&] { return leave_orphans(world.options()); }));
    world.await("who leaves orphans", dead);

    world.run(Part::victim, [&] { return clean(world.folder()); });
    const auto left = world.names();
    const auto orphans = std::count_if(left.begin(), left.end(), [&](const std::string& name) {
        return look(world, name).verdict == reaper::Verdict::orphaned;
    });
    world.outcome = std::to_string(orphans) + " of 12 left";
    world.check(look(world, kept).verdict == reaper::Verdict::live, "the living is not live");
    world.run(Part::recoverer, [&] { return clean(world.folder()); });
    world.check(clean(world.folder()) == 0, "the last cleaner fails");
    world.check(world.names() == std::set<std::string>{kept}, "not only the living's heap is left");
    finish.tell();
    world.await("the living", living);
}

}  // namespace

const Scenario reaping = {"reaping", "launcher that reaps", "another",
                          [](World& world) { play_cleaner(world, reap); }};
const Scenario sweeping = {"sweeping", "launcher that sweeps", "another",
                           [](World& world) { play_cleaner(world, sweep); }};
const Scenario cleaning = {"cleaning", "shmclean", "another", [](World& world) {
                               for (const auto& name : strays())
                                   std::ofstream(world.folder() + "/" + name);
                               play_cleaner(world, shmclean);
                           }};

}  // namespace crash
