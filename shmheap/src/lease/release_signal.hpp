/// How a client tells an owner that waits for room in its lane: a count of releases, which is also
/// a futex word, and a word that says whether the owner sleeps on it. Both are hints: the count may
/// lag behind the lease words but never runs ahead of them, and a client that is killed in between
/// leaves the owner to its time-out.
///
/// Templates over an atomics policy, so that a model checker can run these very steps.
#pragma once

#include <cstdint>

#include "lease/lane.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {

template <class Atomics = StandardAtomics>
struct ReleaseSignalSteps {
    using Count = typename Atomics::Count;

    /// Client, after the lease word says DONE. True: the owner sleeps, or is about to: wake it.
    /// seq_cst: pairs with prepare_to_wait(): either the client sees that the owner waits, or the
    /// owner sees that it released. The increment also releases, for count().
    [[nodiscard]] static bool tell(Count& releases, const Count& owner_waits) {
        releases.fetch_add(1, Atomics::sequential);
        CRASH_POINT(release_counted);
        return owner_waits.load(Atomics::sequential) != 0;
    }

    /// Owner; `waiting` threads of it. Returns the count to sleep on, if it is still the one that
    /// was seen before. seq_cst: pairs with tell().
    [[nodiscard]] static std::uint32_t prepare_to_wait(const Count& releases, Count& owner_waits,
                                                       std::uint32_t waiting) {
        owner_waits.store(waiting, Atomics::sequential);
        CRASH_POINT(await_announced);
        return releases.load(Atomics::sequential);
    }

    /// Owner. relaxed: a wake too many is all that can come of it.
    static void stop_waiting(Count& owner_waits, std::uint32_t waiting) {
        owner_waits.store(waiting, Atomics::relaxed);
    }

    /// Owner. acquire: pairs with tell(): no lease word that this number counts is read stale
    /// afterwards.
    [[nodiscard]] static std::uint32_t count(const Count& releases) {
        return releases.load(Atomics::acquire);
    }
};

}  // namespace shmheap::detail
