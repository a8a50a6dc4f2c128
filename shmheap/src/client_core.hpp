/// A client's attachment: its slot and lock, the read-only mapping of the heap, the writable one of
/// its own lane and ring, and which leases it holds. Client (client.hpp) is its public face.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lease/claim_desk.hpp"
#include "lease/lane.hpp"
#include "lease/release_signal.hpp"
#include "lease/tenancy.hpp"
#include "os/file_lock.hpp"
#include "os/fork_generation.hpp"
#include "os/identified_file.hpp"
#include "os/mapping.hpp"
#include "os/shm_directory.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap::detail {

/// For tests under the thread sanitizer, which takes two mappings of one file for different memory:
/// where the owner in this process has mapped the heap, so that its clients use that instead of
/// mappings of their own. Set before any attach, and only by a test.
using OwnerMapping = std::byte* (*)(const Uuid& heap);
extern constinit OwnerMapping owner_mapping_for_tests;

/// The writable descriptor is closed as soon as everything is mapped.
class ClientCore {
public:
    static Result<std::unique_ptr<ClientCore>> attach(const os::ShmDirectory& directory,
                                                      std::string_view name);
    ~ClientCore();
    ClientCore(const ClientCore&) = delete;
    ClientCore& operator=(const ClientCore&) = delete;

    [[nodiscard]] std::uint32_t handle() const { return client_handle(index_, tenancy_); }
    [[nodiscard]] const Uuid& uuid() const { return uuid_; }
    /// Attached by a process that this one was forked from.
    [[nodiscard]] bool is_inherited() const { return fork_generation_ != os::fork_generation(); }
    Result<std::span<const std::byte>> accept(const Reference& reference);
    Status release(const Reference& reference);
    [[nodiscard]] bool owner_lives() const;

    // ---- forwarding (client_forwarding.cpp)

    /// Notes, of a lease that is held here, that it is about to be sent on to another client of
    /// this heap: the one in that place.
    void lend(const Reference& reference, std::uint32_t place) const;

    /// Takes up what another client, who holds it by `reference`, has lent us.
    /// Errors: EAGAIN (all claims are taken), ESTALE (that lease has ended), EXDEV, EPROTO, ECHILD.
    Result<std::span<const std::byte>> claim(const Reference& reference, ClaimTicket& ticket);
    void unclaim(const ClaimTicket& ticket);

    /// As claim, for who has no claim left: a copy of the bytes. Errors: as above.
    Result<std::vector<std::byte>> copy_lent(const Reference& reference);

    /// Where others find the heap.
    [[nodiscard]] const std::string& directory() const { return file_.directory(); }
    [[nodiscard]] const std::string& name() const { return file_.name(); }

    /// Has the line of a lease fetched that is about to be accepted.
    void expect_lease(std::uint32_t lane_slot_index) const {
        __builtin_prefetch(&lane_slot(lane_slot_index % lane_slot_count), 1);
    }

    /// The ring of this client's stream; valid while this lives.
    [[nodiscard]] RingControl& ring_control() const {
        return *reinterpret_cast<RingControl*>(area_.data() + ring_offset);
    }
    [[nodiscard]] RingCell* ring_cells() const {
        return reinterpret_cast<RingCell*>(area_.data() + ring_cells_offset);
    }

private:
    using Steps = LeaseSteps<>;
    using Tenancy = TenancySteps<>;
    using Signal = ReleaseSignalSteps<>;

    Status take_slot(int fd);
    Status map_area(int fd);
    Status map_heap(std::uint64_t size_max);
    void borrow_mappings(std::byte* heap, std::uint64_t size_max);
    Status enter();
    Status check(const Reference& reference) const;
    Result<std::span<const std::byte>> range_of(const Reference& reference);
    Result<std::span<const std::byte>> check_lent(const Reference& reference);
    [[nodiscard]] const std::atomic<std::uint64_t>& lent_word(const Reference& reference) const;
    void tell_owner();
    bool reaches(std::uint64_t end);
    void let_go(std::uint32_t lane_slot, std::uint64_t generation);

    [[nodiscard]] ClientSlot& slot() const { return *reinterpret_cast<ClientSlot*>(area_.data()); }
    [[nodiscard]] LaneSlot& lane_slot(std::uint32_t index) const {
        return reinterpret_cast<LaneSlot*>(area_.data() + lane_offset)[index];
    }

    explicit ClientCore(os::IdentifiedFile file) : file_(std::move(file)) {}

    mutable std::mutex descriptor_mutex_;
    mutable os::IdentifiedFile file_;  ///< read-only: tells the file's size and the owner's lock
    Uuid uuid_{};
    os::Mapping heap_;  ///< the whole file, read-only
    os::Mapping area_;  ///< slot, lane and ring, the only pages mapped for writing
    os::HeldLock lock_;
    std::uint32_t index_ = 0;
    std::uint32_t tenancy_ = 0;
    std::uint32_t fork_generation_ = os::fork_generation();
    std::atomic<std::uint64_t> file_size_{0};  ///< as far as known; the file only grows
    /// Generation + 1 of each lease that is held here; 0: none.
    std::unique_ptr<std::atomic<std::uint64_t>[]> held_;
    ClaimDesk desk_;
};

}  // namespace shmheap::detail
