/// The steps by which a client slot changes hands. Odd while a client has the slot; every step
/// adds, so no two tenants ever have the same number.
///
///     who may step                                            to
///     client that has the slot's lock: claim                  the next odd number
///     that client, before it drops the lock: leave            even
///     owner that got the lock and finds an odd number: evict  even
///
/// The lock (os/file_lock.hpp) is the proof: nobody has it while the former tenant lives. Another
/// number than the one its records belong to therefore tells the owner that the former tenant is
/// gone and reads nothing any more.
///
/// Templates over an atomics policy, so that a model checker can run these very steps.
#pragma once

#include <cstdint>

#include "lease/lane.hpp"

namespace shmheap::detail {

constexpr bool is_tenanted(std::uint32_t tenancy) {
    return (tenancy & 1) != 0;
}

template <class Atomics = StandardAtomics>
struct TenancySteps {
    using Count = typename Atomics::Count;

    /// Client, with the slot's lock; returns its number. relaxed: whoever wrote it last held the
    /// lock before. release: pairs with look(); all that the former tenant read, which is dead by
    /// proof of the lock, comes before what the owner does with those blocks.
    static std::uint32_t claim(Count& tenancy) {
        const std::uint32_t own = (tenancy.load(Atomics::relaxed) + 1) | 1;
        tenancy.store(own, Atomics::release);
        return own;
    }

    /// Client, still with the lock. release: pairs with look(), as in claim().
    static void leave(Count& tenancy, std::uint32_t own) {
        tenancy.store(own + 1, Atomics::release);
    }

    /// Owner. acquire: pairs with claim() and leave().
    [[nodiscard]] static std::uint32_t look(const Count& tenancy) {
        return tenancy.load(Atomics::acquire);
    }

    /// Owner, with the lock, after taking back all leases; returns the new number. relaxed: the
    /// next to read it for a decision is a client that got the lock afterwards.
    static std::uint32_t evict(Count& tenancy, std::uint32_t dead) {
        tenancy.store(dead + 1, Atomics::relaxed);
        return dead + 1;
    }
};

}  // namespace shmheap::detail
