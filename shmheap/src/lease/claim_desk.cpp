#include "lease/claim_desk.hpp"

#include <atomic>
#include <cerrno>

#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

ClaimSlot& slot_at(std::byte* area, std::uint32_t place) {
    return reinterpret_cast<ClaimSlot*>(area + claims_offset)[place];
}

std::atomic<std::uint32_t>& used(std::byte* area) {
    return reinterpret_cast<ClientSlot*>(area)->claims_used;
}

}  // namespace

void ClaimDesk::clear(std::byte* area, std::uint64_t generation) {
    for (std::uint32_t place = 0; place < claim_slot_count; ++place)
        Steps::clear(slot_at(area, place).word, generation);
}

/// The lowest place, so that the owner has few to look at.
Result<ClaimTicket> ClaimDesk::take(std::byte* area, const std::atomic<std::uint64_t>& lease,
                                    const ClaimSource& source) {
    ClaimTicket ticket;
    {
        const std::lock_guard guard(mutex_);
        std::uint64_t word = 0;
        for (; ticket.place < claim_slot_count; ++ticket.place) {
            word = slot_at(area, ticket.place).word.load(std::memory_order_relaxed);
            if (!taken_[ticket.place] && claim_state(word) == ClaimState::free) break;
        }
        if (ticket.place == claim_slot_count) return fail(EAGAIN, "claim what was forwarded");
        taken_[ticket.place] = true;
        ticket.generation = claim_generation(word);
        Steps::use(used(area), ticket.place + 1);
        CRASH_POINT(claim_place_counted);
    }
    Steps::claim(slot_at(area, ticket.place), ticket.generation, source);
    CRASH_POINT(claim_taken);
    if (Steps::is_held(lease, source.generation)) {
        CRASH_POINT(claim_checked);
        return ticket;
    }
    CRASH_POINT(claim_refused);
    (void)give_back(area, ticket);
    return fail(ESTALE, "claim what was forwarded");
}

bool ClaimDesk::give_back(std::byte* area, const ClaimTicket& ticket) {
    auto& word = slot_at(area, ticket.place).word;
    const bool adopted = !Steps::withdraw(word, ticket.generation);
    CRASH_POINT(claim_withdrawal_tried);
    if (adopted) {
        Steps::finish(word, ticket.generation);
        CRASH_POINT(claim_finished);
    }
    const std::lock_guard guard(mutex_);
    taken_[ticket.place] = false;
    return adopted;
}

}  // namespace shmheap::detail
