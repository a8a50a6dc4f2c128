// An owner makes heaps and ends them: a name stands for a whole, locked heap or is not there, and
// whoever dies in between leaves at most one orphan, which the launcher removes.
#include <memory>

#include "oracle.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

constexpr int heaps_to_make = 12;

int make_heaps(const shmheap::HeapOptions& options) {
    // Two at a time, so that every second one finds its first name taken by a living owner.
    std::unique_ptr<shmheap::Heap> before;
    const auto end_before = [&] {
        if (!before) return;
        Entry& ending = begin(Operation::end_heap);
        set_name(ending, before->name());
        before.reset();
        end(ending);
    };
    for (int round = 0; round < heaps_to_make; ++round) {
        Entry& making = begin(Operation::make_heap);
        auto heap = shmheap::Heap::create(options);
        if (!heap) return 1;
        set_name(making, (*heap)->name());
        end(making);
        end_before();
        before = std::move(*heap);
    }
    end_before();
    return maps_a_heap() ? 2 : 0;
}

void play_birth(World& world) {
    world.run(Part::victim, [&] { return make_heaps(world.options()); });
    check_names(world, read_log());
    world.run(Part::recoverer, [&] { return reap(world.folder()); });
    world.reap_all();
}

}  // namespace

const Scenario birth = {"birth", "owner that makes and ends heaps", "launcher that reaps",
                        play_birth};

}  // namespace crash
