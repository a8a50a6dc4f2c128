/// The owner's side of one client's lane: which of its slots carry a lease of which block. The
/// records are private and decide; the shared words are the client's answers (lane.hpp).
///
/// Thread-safety: every function may be called from any thread; a mutex private to the owner
/// orders them. Blocks whose last lease ended are handed out to the caller, to be freed after the
/// lock is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "alloc/span.hpp"
#include "file/heap_file.hpp"
#include "lease/claim.hpp"
#include "lease/ended_leases.hpp"
#include "lease/lane.hpp"
#include "lease/release_signal.hpp"
#include "lease/tenancy.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap::detail {

/// What is leased: bytes of a block, from `offset` of the heap's file on.
struct Loan {
    Block block;
    std::uint64_t offset;
    std::uint64_t length;
};

/// A lease as the lane knows it.
struct IssuedLease {
    std::uint32_t lane_slot;
    std::uint64_t generation;
};

/// Where the ring of a client lies, and what onlookers read beside it; valid while the heap lives.
struct RingPlace {
    RingControl* control;
    RingCell* cells;
    char* connection_name;  ///< connection_name_size bytes
    LaneSlot* lane;
};

class OwnerLane {
public:
    OwnerLane() = default;

    void bind(HeapFile& file, std::uint32_t index);

    /// Leases to the tenant that `client` names. Ended leases met on the way are added to `ended`.
    /// Errors: EAGAIN (every slot is held), ENOTCONN (no such tenant), ENOSPC and others of
    /// HeapFile::commit (first use of the lane).
    Result<Reference> issue(const Loan& loan, std::uint32_t client, EndedLeases& ended);

    /// As issue, of as many of the loans as there are slots for, at most lease_batch_max. Then,
    /// before anybody else can be the tenant to the owner, hands each (its place among the loans,
    /// its lease, its number in the ring) to `publish`, the last one first, which also notes when
    /// that was. Tells how many.
    template <class Publish>
    Result<std::size_t> issue_in_ring(std::span<const Loan> loans, std::uint32_t client,
                                      EndedLeases& ended, Publish publish) {
        std::array<IssuedLease, lease_batch_max> leases;  // not initialised: untouched mostly
        const std::lock_guard guard(mutex_);
        auto valid = check_tenant(client, ended);
        if (!valid) return tl::unexpected(valid.error());
        std::size_t count = 0;
        // What was issued here must not be ended by a look for a dead client before it is
        // published, so only the first one may look.
        while (count < loans.size() && (count == 0 || live_ < lane_slot_count)) {
            const auto slot = issue_locked(loans[count], client, ended);
            if (!slot && count == 0) return tl::unexpected(slot.error());
            if (!slot) break;
            leases[count++] = {.lane_slot = *slot, .generation = records_[*slot].generation};
        }
        for (std::size_t i = count; i-- > 0;)
            publish(i, leases[i], ring_number_ + i);
        ring_number_ += count;
        return count;
    }

    /// A message without a lease. Errors: ENOTCONN, and those of HeapFile::commit.
    template <class Publish>
    Status publish_in_ring(std::uint32_t client, EndedLeases& ended, Publish publish) {
        const std::lock_guard guard(mutex_);
        auto valid = check_tenant(client, ended);
        if (valid) publish(ring_number_++);
        return valid;
    }

    /// Calls `open` with the place of the ring and the number of its next message, while nobody
    /// publishes there. Errors: ENOTCONN, and those of HeapFile::commit.
    template <class Open>
    Status open_ring(std::uint32_t client, EndedLeases& ended, Open open) {
        const std::lock_guard guard(mutex_);
        auto valid = check_tenant(client, ended);
        if (valid) open(ring(), ring_number_);
        return valid;
    }

    /// Errors: EBUSY (accepted), ESTALE (no such lease, or released), EPROTO (no such slot).
    Status revoke(const Reference& reference, EndedLeases& ended);

    /// Ends what the client released; with a dead or gone tenant, everything.
    void collect(EndedLeases& ended);

    /// As collect, but only if the client says that it released something since last time.
    void collect_if_moved(EndedLeases& ended);

    [[nodiscard]] std::uint32_t leases_live();
    [[nodiscard]] std::uint64_t leases_issued();  ///< since birth, to whichever tenants

    /// As leases_live, of one tenant: 0 once another has the lane.
    [[nodiscard]] std::uint32_t leases_of(std::uint32_t client);

    /// See Heap::await_release.
    void await_release(std::uint32_t client, std::int64_t timeout_ns);

private:
    using Steps = LeaseSteps<>;
    using Tenancy = TenancySteps<>;
    using Claims = ClaimSteps<>;
    using Signal = ReleaseSignalSteps<>;

    /// Private truth about one slot of the lane.
    struct Record {
        std::uint64_t generation = 0;
        Block block{};  ///< word is nullptr when there is no lease
    };

    [[nodiscard]] ClientSlot& slot() const;
    [[nodiscard]] LaneSlot& lane_slot(std::uint32_t index) const;
    [[nodiscard]] RingPlace ring() const;
    Status open();
    Status check_tenant(std::uint32_t client, EndedLeases& ended);
    Result<std::uint32_t> issue_locked(const Loan& loan, std::uint32_t client, EndedLeases& ended);
    void notice_tenant(EndedLeases& ended);
    bool harvest(std::uint32_t index, EndedLeases& ended);
    void take_back(std::uint32_t index, EndedLeases& ended);
    void end(std::uint32_t index, EndedLeases& ended, std::uint64_t lent_to = 0);
    void end_all(EndedLeases& ended);
    void harvest_tail(EndedLeases& ended);
    [[nodiscard]] bool is_behind() const;
    void harvest_all(EndedLeases& ended);
    void take_back_if_dead(EndedLeases& ended);
    Result<std::uint32_t> free_slot(EndedLeases& ended);
    void stop_waiting();

    std::mutex mutex_;
    HeapFile* file_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t tenancy_ = 0;  ///< whose leases the records are
    std::uint64_t tenant_noticed_at_ns_ = 0;
    std::uint32_t live_ = 0;
    std::uint64_t issued_ = 0;
    std::uint32_t head_ = 0;  ///< where the next lease goes if it can
    std::uint32_t tail_ = 0;  ///< no lease is older than the one here
    std::uint32_t releases_seen_ = 0;
    std::uint32_t waiting_ = 0;          ///< threads in await_release()
    std::uint64_t ring_number_ = 0;      ///< of the next message, from tenant to tenant
    std::unique_ptr<Record[]> records_;  ///< nullptr until the lane's first use
};

}  // namespace shmheap::detail
