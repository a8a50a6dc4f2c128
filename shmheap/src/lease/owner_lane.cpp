#include "lease/owner_lane.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <new>

#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

/// How often the oldest leases are looked at, and how many: enough to keep up with any client, and
/// bounded. Not at every issue, since a look takes the line from a client that may be at work on
/// it.
constexpr std::uint64_t issues_per_harvest = 16;
constexpr std::uint32_t leases_per_harvest = 64;

/// Between two looks at the client's count of releases, whose line would otherwise be taken from
/// the client for each message.
constexpr std::uint64_t issues_per_look = 32;

/// Releases that may wait behind a long-held lease before the whole lane is looked at.
constexpr std::int32_t releases_ignored_max = 64;

std::uint64_t nanoseconds_since_1970(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

void OwnerLane::bind(HeapFile& file, std::uint32_t index) {
    file_ = &file;
    index_ = index;
}

ClientSlot& OwnerLane::slot() const {
    return *reinterpret_cast<ClientSlot*>(file_->data() + client_area_offset +
                                          index_ * client_area_stride);
}

LaneSlot& OwnerLane::lane_slot(std::uint32_t index) const {
    std::byte* lane =
        file_->data() + client_area_offset + index_ * client_area_stride + lane_offset;
    return reinterpret_cast<LaneSlot*>(lane)[index];
}

/// Before the first touch: what is not committed could raise SIGBUS on a full file system.
Status OwnerLane::open() {
    auto committed =
        file_->commit(client_area_offset + index_ * client_area_stride, client_area_stride);
    if (!committed) return committed;
    CRASH_POINT(issue_lane_committed);
    records_.reset(new (std::nothrow) Record[lane_slot_count]);
    if (!records_) return fail(ENOMEM, "describe lane", file_->name());
    return {};
}

/// A tenancy other than the one the records belong to proves that the client of the records is
/// gone: a successor has its lock, or it said itself that it left. A client that changes the
/// number without cause loses its own leases, nothing else.
void OwnerLane::notice_tenant(EndedLeases& ended) {
    const std::uint32_t now = Tenancy::look(slot().tenancy);
    if (now == tenancy_) return;
    CRASH_POINT(tenant_gone);
    end_all(ended);
    tenancy_ = now;
    tenant_noticed_at_ns_ = nanoseconds_since_1970(CLOCK_REALTIME);
    releases_seen_ = slot().releases.load(std::memory_order_relaxed);
    CRASH_POINT(tenant_noticed);
}

RingPlace OwnerLane::ring() const {
    std::byte* area = file_->data() + client_area_offset + index_ * client_area_stride;
    return {reinterpret_cast<RingControl*>(area + ring_offset),
            reinterpret_cast<RingCell*>(area + ring_cells_offset),
            reinterpret_cast<char*>(area + connection_name_offset),
            reinterpret_cast<LaneSlot*>(area + lane_offset)};
}

Status OwnerLane::check_tenant(std::uint32_t client, EndedLeases& ended) {
    if (!records_) {
        if (auto opened = open(); !opened) return opened;
    }
    notice_tenant(ended);
    if (!is_tenanted(tenancy_) || !same_tenancy(client, tenancy_)) {
        return fail(ENOTCONN, "issue lease to client of", file_->name());
    }
    return {};
}

Result<Reference> OwnerLane::issue(const Loan& loan, std::uint32_t client, EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (auto valid = check_tenant(client, ended); !valid) return tl::unexpected(valid.error());
    const auto index = issue_locked(loan, client, ended);
    if (!index) return tl::unexpected(index.error());
    // The cheap clock is behind by up to a tick of the kernel, which is nothing to an onlooker; but
    // no lease may seem older than its tenant.
    const std::uint64_t now_ns = nanoseconds_since_1970(CLOCK_REALTIME_COARSE);
    lane_slot(*index).issued_at_ns.store(std::max(now_ns, tenant_noticed_at_ns_),
                                         std::memory_order_relaxed);
    return Reference{.heap = file_->header().uuid,
                     .client = client,
                     .lane_slot = *index,
                     .generation = records_[*index].generation,
                     .offset = loan.offset,
                     .length = loan.length,
                     .reserved = {}};
}

/// After check_tenant(); tells the place. The next lease mostly goes to the next place, whose line
/// is the client's still: it comes while this one is worked on.
Result<std::uint32_t> OwnerLane::issue_locked(const Loan& loan, std::uint32_t client,
                                              EndedLeases& ended) {
    if (issued_ % issues_per_harvest == 0) harvest_tail(ended);
    if (issued_ % issues_per_look == 0 && is_behind()) harvest_all(ended);
    const auto index = free_slot(ended);
    if (!same_tenancy(client, tenancy_)) {
        return fail(ENOTCONN, "issue lease to dead client of", file_->name());
    }
    if (!index) return tl::unexpected(index.error());

    Record& record = records_[*index];
    record.block = loan.block;
    ++live_;
    ++issued_;
    head_ = (*index + 1) % lane_slot_count;
    __builtin_prefetch(&lane_slot(head_), 1);
    CRASH_POINT(issue_begun);
    // Not that of the lease before, should somebody look before the time is there.
    lane_slot(*index).issued_at_ns.store(0, std::memory_order_relaxed);
    // relaxed: issue() comes after it.
    lane_slot(*index).lent_to.store(0, std::memory_order_relaxed);
    CRASH_POINT(issue_lent_to_cleared);
    Steps::issue(lane_slot(*index).word, record.generation);
    CRASH_POINT(issue_done);
    return *index;
}

Result<std::uint32_t> OwnerLane::free_slot(EndedLeases& ended) {
    if (records_[head_].block.word != nullptr && !harvest(head_, ended)) {
        harvest_all(ended);
        if (live_ == lane_slot_count) take_back_if_dead(ended);
        if (live_ == lane_slot_count) return fail(EAGAIN, "issue lease of", file_->name());
    }
    while (records_[head_].block.word != nullptr)
        head_ = (head_ + 1) % lane_slot_count;
    return head_;
}

Status OwnerLane::revoke(const Reference& reference, EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (reference.lane_slot >= lane_slot_count) {
        return fail(EPROTO, "revoke lease of", file_->name());
    }
    if (!records_) return fail(ESTALE, "revoke lease of", file_->name());
    notice_tenant(ended);
    const Record& record = records_[reference.lane_slot];
    if (!same_tenancy(reference.client, tenancy_) || record.block.word == nullptr ||
        record.generation != reference.generation) {
        return fail(ESTALE, "revoke lease of", file_->name());
    }
    if (Steps::revoke(lane_slot(reference.lane_slot).word, record.generation)) {
        CRASH_POINT(revoke_done);
        end(reference.lane_slot, ended);
        return {};
    }
    // Released but not harvested yet: it has ended.
    const int code = harvest(reference.lane_slot, ended) ? ESTALE : EBUSY;
    return fail(code, "revoke lease of", file_->name());
}

void OwnerLane::collect(EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (!records_) return;
    notice_tenant(ended);
    harvest_all(ended);
    take_back_if_dead(ended);
}

void OwnerLane::collect_if_moved(EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (!records_ || live_ == 0) return;
    if (slot().releases.load(std::memory_order_relaxed) != releases_seen_) harvest_all(ended);
}

/// The proof of death is the client's lock byte. It is held while the lane is freed, so that no
/// new client enters meanwhile; whoever has the lock already is a new client, whose tenancy
/// notice_tenant() sees next time.
void OwnerLane::take_back_if_dead(EndedLeases& ended) {
    if (!is_tenanted(tenancy_)) return;
    (void)file_->with_lock(os::client_lock_byte(index_), [&] {
        notice_tenant(ended);
        if (!is_tenanted(tenancy_)) return;
        end_all(ended);
        tenancy_ = Tenancy::evict(slot().tenancy, tenancy_);
        CRASH_POINT(dead_tenancy_ended);
    });
}

std::uint32_t OwnerLane::leases_live() {
    const std::lock_guard guard(mutex_);
    return live_;
}

std::uint64_t OwnerLane::leases_issued() {
    const std::lock_guard guard(mutex_);
    return issued_;
}

std::uint32_t OwnerLane::leases_of(std::uint32_t client) {
    const std::lock_guard guard(mutex_);
    return same_tenancy(client, tenancy_) ? live_ : 0;
}

bool OwnerLane::harvest(std::uint32_t index, EndedLeases& ended) {
    const Record& record = records_[index];
    if (!Steps::is_done(lane_slot(index).word, record.generation)) return false;
    take_back(index, ended);
    CRASH_POINT(harvest_done);
    ++releases_seen_;
    return true;
}

/// relaxed: what proved the lease to be over comes after all lending.
void OwnerLane::take_back(std::uint32_t index, EndedLeases& ended) {
    LaneSlot& slot = lane_slot(index);
    const std::uint64_t lent_to = slot.lent_to.load(std::memory_order_relaxed);
    if (lent_to == 0) [[likely]] {
        Steps::take_back(slot.word, records_[index].generation);
    } else {
        Claims::end_lent(slot.word, records_[index].generation);
        CRASH_POINT(lent_lease_ended);
    }
    end(index, ended, lent_to);
}

void OwnerLane::end(std::uint32_t index, EndedLeases& ended, std::uint64_t lent_to) {
    Record& record = records_[index];
    ended.push_back({record.block, lent_to, claim_place(index_, index), record.generation});
    record.block = Block{};
    ++record.generation;
    --live_;
}

void OwnerLane::end_all(EndedLeases& ended) {
    for (std::uint32_t index = 0; index < lane_slot_count && live_ > 0; ++index) {
        if (records_[index].block.word == nullptr) continue;
        take_back(index, ended);
        CRASH_POINT(dead_lease_taken_back);
    }
}

void OwnerLane::harvest_tail(EndedLeases& ended) {
    for (std::uint32_t looked = 0; looked < leases_per_harvest && live_ > 0; ++looked) {
        if (records_[tail_].block.word != nullptr && !harvest(tail_, ended)) break;
        tail_ = (tail_ + 1) % lane_slot_count;
    }
}

/// One lease that is held for long at the tail hides all that were released behind it.
bool OwnerLane::is_behind() const {
    const std::uint32_t releases = slot().releases.load(std::memory_order_relaxed);
    return static_cast<std::int32_t>(releases - releases_seen_) > releases_ignored_max;
}

void OwnerLane::harvest_all(EndedLeases& ended) {
    // No release that this number counts is missed below, so await_release() waits for none that
    // was here.
    const std::uint32_t releases = Signal::count(slot().releases);
    for (std::uint32_t index = 0; index < lane_slot_count && live_ > 0; ++index) {
        if (records_[index].block.word != nullptr) (void)harvest(index, ended);
    }
    releases_seen_ = releases;
}

void OwnerLane::await_release(std::uint32_t client, std::int64_t timeout_ns) {
    std::uint32_t seen = 0;
    {
        const std::lock_guard guard(mutex_);
        if (!records_ || !same_tenancy(client, Tenancy::look(slot().tenancy))) return;
        seen = Signal::prepare_to_wait(slot().releases, slot().owner_waits, ++waiting_);
        if (seen != releases_seen_) return stop_waiting();
    }
    timespec timeout{};
    timeout.tv_sec = static_cast<std::time_t>(timeout_ns / 1'000'000'000);
    timeout.tv_nsec = static_cast<long>(timeout_ns % 1'000'000'000);
    ::syscall(SYS_futex, &slot().releases, FUTEX_WAIT, seen, &timeout, nullptr, 0);
    CRASH_POINT(await_ended);
    const std::lock_guard guard(mutex_);
    stop_waiting();
}

/// With the lock held. Other threads may go on waiting.
void OwnerLane::stop_waiting() {
    Signal::stop_waiting(slot().owner_waits, --waiting_);
    CRASH_POINT(await_withdrawn);
}

}  // namespace shmheap::detail
