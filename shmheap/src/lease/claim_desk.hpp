/// A client's own claims (claim.hpp): which places of its area are in use. Refers to the area's
/// mapping, so ClientCore keeps both. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lease/claim.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap::detail {

/// A claim that was taken, to be given back once.
struct ClaimTicket {
    std::uint32_t place = 0;
    std::uint64_t generation = 0;
};

class ClaimDesk {
public:
    /// Of a new tenant, before it takes its number: makes every place free, whatever its
    /// predecessor left there. `generation` is random.
    static void clear(std::byte* area, std::uint64_t generation);

    /// Claims what that lease holds; `lease` is its word.
    /// Errors: EAGAIN (every claim is taken), ESTALE (the lease has ended).
    Result<ClaimTicket> take(std::byte* area, const std::atomic<std::uint64_t>& lease,
                             const ClaimSource& source);

    /// True: the owner has something to take back.
    [[nodiscard]] bool give_back(std::byte* area, const ClaimTicket& ticket);

private:
    using Steps = ClaimSteps<>;

    std::mutex mutex_;
    std::array<bool, claim_slot_count> taken_{};  ///< by a ticket
};

}  // namespace shmheap::detail
