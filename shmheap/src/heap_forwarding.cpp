// A heap's part in forwarding (lease/FORWARDING.md): who has claimed what was lent, and what is
// kept for the sake of stubs.
#include <bit>

#include "heap_core.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {

/// A lease that was lent has ended: from here on, whoever has claimed the block keeps it.
bool HeapCore::adopt_claims(const EndedLease& lease) {
    bool is_certain = true;
    for (std::uint64_t rest = lease.lent_to; rest != 0; rest &= rest - 1) {
        EndedLeases ended;
        is_certain =
            claims_[static_cast<std::size_t>(std::countr_zero(rest))].adopt(lease, ended) &&
            is_certain;
        CRASH_POINT(claims_looked_through);
        drop_references(ended);
    }
    return is_certain;
}

void HeapCore::keep_with(const std::byte* block, std::shared_ptr<const void> thing) {
    kept_.keep(block, std::move(thing));
}

}  // namespace shmheap::detail
