/// Blocks that lost a lease or a claim; the caller drops a reference of each, after the locks under
/// which that was found out. On the stack, since this is on the way of every message; it has room
/// for all that one call can end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "alloc/span.hpp"
#include "lease/claim.hpp"
#include "os/assert.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

/// Most leases that are issued in one go.
constexpr std::size_t lease_batch_max = 64;

/// Trivial, so that unused places cost no touched memory.
struct EndedLease {
    Block block;
    std::uint64_t lent_to;     ///< whose claims are to be looked at first; mostly nobody's
    std::uint64_t place;       ///< with generation: the ClaimSource by which they have claimed
    std::uint64_t generation;  ///< both without a meaning if it was not lent
};

class EndedLeases {
public:
    void push_back(const Block& block) { push_back({block, 0, 0, 0}); }
    void push_back(const EndedLease& lease) {
        ASSERT(size_ < leases_.size());
        leases_[size_++] = lease;
    }
    [[nodiscard]] const EndedLease* begin() const { return leases_.data(); }
    [[nodiscard]] const EndedLease* end() const { return leases_.data() + size_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::size_t size_ = 0;
    // Not initialised: untouched mostly. A call that issues can end all that there are and, with a
    // hostile client, what it issues.
    std::array<EndedLease, lane_slot_count + lease_batch_max> leases_;
};

static_assert(claim_slot_count * 3 <= lane_slot_count);  // what one OwnerClaims::adopt can end

}  // namespace shmheap::detail
