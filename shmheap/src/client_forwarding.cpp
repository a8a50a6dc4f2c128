// A client's part in forwarding (lease/FORWARDING.md): lending what it holds, and taking up what
// others have lent to it.
#include <cerrno>
#include <cstring>

#include "client_core.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

ClaimSource source_of(const Reference& reference) {
    return {claim_place(client_index(reference.client), reference.lane_slot), reference.generation};
}

/// Word by word, each an acquire load: what is read afterwards is not read before.
void copy_acquiring(std::byte* to, std::span<const std::byte> from) {
    std::size_t done = 0;
    const auto is_word = [&] {
        return reinterpret_cast<std::uintptr_t>(from.data() + done) % sizeof(std::uint64_t) == 0 &&
               from.size() - done >= sizeof(std::uint64_t);
    };
    while (done < from.size()) {
        if (is_word()) {
            const std::uint64_t word = __atomic_load_n(
                reinterpret_cast<const std::uint64_t*>(from.data() + done), __ATOMIC_ACQUIRE);
            std::memcpy(to + done, &word, sizeof(word));
            done += sizeof(word);
        } else {
            const auto byte = __atomic_load_n(
                reinterpret_cast<const unsigned char*>(from.data() + done), __ATOMIC_ACQUIRE);
            to[done++] = static_cast<std::byte>(byte);
        }
    }
}

}  // namespace

void ClientCore::lend(const Reference& reference, std::uint32_t place) const {
    ClaimSteps<>::lend(lane_slot(reference.lane_slot).lent_to, place);
    CRASH_POINT(lease_lent);
}

/// The reference comes from another process, and is another client's.
Result<std::span<const std::byte>> ClientCore::check_lent(const Reference& reference) {
    Reference own = reference;
    own.client = handle();
    if (auto valid = check(own); !valid) return tl::unexpected(valid.error());
    if (client_index(reference.client) >= client_slot_count) {
        return fail(EPROTO, "claim what was forwarded of", file_.name());
    }
    return range_of(reference);
}

const std::atomic<std::uint64_t>& ClientCore::lent_word(const Reference& reference) const {
    const std::byte* lane = heap_.data() + client_area_offset +
                            client_index(reference.client) * client_area_stride + lane_offset;
    return reinterpret_cast<const LaneSlot*>(lane)[reference.lane_slot].word;
}

Result<std::span<const std::byte>> ClientCore::claim(const Reference& reference,
                                                     ClaimTicket& ticket) {
    const auto bytes = check_lent(reference);
    if (!bytes) return bytes;
    const auto taken = desk_.take(area_.data(), lent_word(reference), source_of(reference));
    // The owner that has ended the lease may have adopted the claim before it was withdrawn.
    if (!taken && taken.error().code == ESTALE) tell_owner();
    if (!taken) return tl::unexpected(taken.error());
    ticket = *taken;
    return bytes;
}

void ClientCore::unclaim(const ClaimTicket& ticket) {
    if (is_inherited()) return;
    if (desk_.give_back(area_.data(), ticket)) tell_owner();
}

/// The lease was held all the time if it still is, and so were the bytes what they are.
Result<std::vector<std::byte>> ClientCore::copy_lent(const Reference& reference) {
    const auto bytes = check_lent(reference);
    if (!bytes) return tl::unexpected(bytes.error());
    std::vector<std::byte> copy(bytes->size());
    copy_acquiring(copy.data(), *bytes);
    if (!ClaimSteps<>::is_held(lent_word(reference), reference.generation)) {
        return fail(ESTALE, "copy what was forwarded of", file_.name());
    }
    return copy;
}

}  // namespace shmheap::detail
