/// The owner's side of one client's claims (claim.hpp): which of them it has adopted, and so has
/// counted as references on blocks. The records are private and decide.
///
/// Thread-safety: every function may be called from any thread; a mutex private to the owner
/// orders them. Blocks whose claims ended are handed out to the caller, as with OwnerLane.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "alloc/span.hpp"
#include "file/heap_file.hpp"
#include "lease/claim.hpp"
#include "lease/ended_leases.hpp"
#include "lease/tenancy.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap::detail {

class OwnerClaims {
public:
    OwnerClaims() = default;

    void bind(HeapFile& file, std::uint32_t index);

    /// At the end of a lease that was lent to this client, after its word was made FREE: one
    /// reference more on its block for each claim of it. The caller still has the lease's own.
    /// False: the claims could not be looked at; nobody can tell when the block is free again.
    [[nodiscard]] bool adopt(const EndedLease& lease, EndedLeases& ended);

    /// Ends what the client has finished; with a dead or gone tenant, everything.
    void collect(EndedLeases& ended);

    /// As collect without the dead, but only if the client says that it released something.
    void collect_if_moved(EndedLeases& ended);

    /// Claims that are adopted and have not ended.
    [[nodiscard]] std::uint32_t live();

private:
    using Steps = ClaimSteps<>;
    using Tenancy = TenancySteps<>;

    /// Private truth about one claim.
    struct Record {
        std::uint64_t generation = 0;
        Block block{};  ///< word is nullptr when it is not adopted
    };

    [[nodiscard]] ClientSlot& slot() const;
    [[nodiscard]] ClaimSlot& claim(std::uint32_t place) const;
    Status open();
    [[nodiscard]] bool is_deserted() const;
    bool adopt_at(std::uint32_t place, const EndedLease& lease, EndedLeases& ended);
    void notice_tenant(EndedLeases& ended);
    void harvest(std::uint32_t place, EndedLeases& ended);
    void harvest_all(EndedLeases& ended);
    void end(Record& record, EndedLeases& ended);
    void end_all(EndedLeases& ended);
    void take_back_if_dead(EndedLeases& ended);

    std::mutex mutex_;
    HeapFile* file_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t tenancy_ = 0;  ///< whose claims the records are
    std::uint32_t live_ = 0;
    std::uint32_t releases_seen_ = 0;
    std::unique_ptr<Record[]> records_;  ///< nullptr until the first adoption
};

}  // namespace shmheap::detail
