#include "lease/owner_claims.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "os/crash_point.hpp"
#include "os/file_lock.hpp"

namespace shmheap::detail {

void OwnerClaims::bind(HeapFile& file, std::uint32_t index) {
    file_ = &file;
    index_ = index;
}

ClientSlot& OwnerClaims::slot() const {
    return *reinterpret_cast<ClientSlot*>(file_->data() + client_area_offset +
                                          index_ * client_area_stride);
}

ClaimSlot& OwnerClaims::claim(std::uint32_t place) const {
    std::byte* claims =
        file_->data() + client_area_offset + index_ * client_area_stride + claims_offset;
    return reinterpret_cast<ClaimSlot*>(claims)[place];
}

/// Before the first touch, as with a lane.
Status OwnerClaims::open() {
    if (records_) return {};
    auto committed =
        file_->commit(client_area_offset + index_ * client_area_stride, client_area_stride);
    if (!committed) return committed;
    CRASH_POINT(claims_committed);
    records_.reset(new (std::nothrow) Record[claim_slot_count]);
    if (!records_) return fail(ENOMEM, "describe claims in", file_->name());
    return {};
}

/// Whether nobody has this place, whatever the lender says: then no claim counts, and the area
/// needs no memory. Whoever comes later finds the lease ended before it can have the right. When it
/// cannot be told, somebody may.
bool OwnerClaims::is_deserted() const {
    return file_->with_lock(os::client_lock_byte(index_), [] {}).has_value();
}

bool OwnerClaims::adopt(const EndedLease& lease, EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (!records_ && is_deserted()) return true;
    // Where there is no room for an area there is none, and nobody who could have claimed.
    if (const auto opened = open(); !opened) return opened.error().code == ENOSPC;
    const std::uint32_t used = std::min(Steps::used(slot().claims_used), claim_slot_count);
    for (std::uint32_t place = 0; place < used; ++place) {
        if (!adopt_at(place, lease, ended)) break;
    }
    return true;
}

/// The tenancy is looked at after the claim was seen, so that what is adopted is that tenant's: it
/// was new to us, and its claims began after it took its number. False: nobody is there.
bool OwnerClaims::adopt_at(std::uint32_t place, const EndedLease& lease, EndedLeases& ended) {
    ClaimSlot& slot = claim(place);
    const std::uint64_t word = Steps::look(slot.word);
    harvest(place, ended);
    if (claim_state(word) != ClaimState::claimed ||
        !(Steps::source(slot) == ClaimSource{lease.place, lease.generation})) {
        return true;
    }
    notice_tenant(ended);
    if (!is_tenanted(tenancy_)) return false;
    Record& record = records_[place];
    // One that claims anew without having finished loses what it claims.
    if (record.block.word != nullptr) return true;
    if (!Steps::adopt(slot.word, claim_generation(word))) return true;
    CRASH_POINT(claim_adopted);
    // relaxed: there is a reference already.
    lease.block.word->fetch_add(1, std::memory_order_relaxed);
    CRASH_POINT(adoption_counted);
    record = {.generation = claim_generation(word), .block = lease.block};
    ++live_;
    return true;
}

void OwnerClaims::notice_tenant(EndedLeases& ended) {
    const std::uint32_t now = Tenancy::look(slot().tenancy);
    if (now == tenancy_) return;
    end_all(ended);
    tenancy_ = now;
}

void OwnerClaims::collect(EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (live_ == 0) return;
    notice_tenant(ended);
    harvest_all(ended);
    take_back_if_dead(ended);
}

void OwnerClaims::collect_if_moved(EndedLeases& ended) {
    const std::lock_guard guard(mutex_);
    if (live_ == 0) return;
    const std::uint32_t releases = slot().releases.load(std::memory_order_relaxed);
    if (releases == releases_seen_) return;
    releases_seen_ = releases;
    harvest_all(ended);
}

std::uint32_t OwnerClaims::live() {
    const std::lock_guard guard(mutex_);
    return live_;
}

void OwnerClaims::harvest(std::uint32_t place, EndedLeases& ended) {
    Record& record = records_[place];
    if (record.block.word == nullptr) return;
    if (!Steps::take_back(claim(place).word, record.generation)) return;
    CRASH_POINT(claim_taken_back);
    end(record, ended);
}

void OwnerClaims::harvest_all(EndedLeases& ended) {
    for (std::uint32_t place = 0; place < claim_slot_count && live_ > 0; ++place)
        harvest(place, ended);
}

void OwnerClaims::end(Record& record, EndedLeases& ended) {
    ended.push_back(record.block);
    record.block = Block{};
    --live_;
}

/// The words are the next tenant's, who makes them free.
void OwnerClaims::end_all(EndedLeases& ended) {
    for (std::uint32_t place = 0; place < claim_slot_count && live_ > 0; ++place) {
        if (records_[place].block.word == nullptr) continue;
        end(records_[place], ended);
        CRASH_POINT(dead_claim_ended);
    }
}

/// As OwnerLane::take_back_if_dead; the lane, too, learns of the death by the tenancy.
void OwnerClaims::take_back_if_dead(EndedLeases& ended) {
    if (live_ == 0 || !is_tenanted(tenancy_)) return;
    (void)file_->with_lock(os::client_lock_byte(index_), [&] {
        notice_tenant(ended);
        if (!is_tenanted(tenancy_)) return;
        end_all(ended);
        tenancy_ = Tenancy::evict(slot().tenancy, tenancy_);
        CRASH_POINT(dead_claimant_evicted);
    });
}

}  // namespace shmheap::detail
