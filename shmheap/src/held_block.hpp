/// What a Received keeps: a lease of its own, or a claim by what somebody else's lease has lent.
/// Ended by the destructor, in whichever thread that is.
#pragma once

#include <memory>
#include <optional>

#include "client_core.hpp"
#include "shmheap/client.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

struct HeldBlock {
    std::shared_ptr<Client> client;
    Reference reference;
    std::optional<ClaimTicket> ticket;  ///< of a claim

    HeldBlock(std::shared_ptr<Client> of, const Reference& by, std::optional<ClaimTicket> claim)
        : client(std::move(of)), reference(by), ticket(claim) {}
    HeldBlock(const HeldBlock&) = delete;
    HeldBlock& operator=(const HeldBlock&) = delete;

    /// In a forked child: the parent's, not ours, and nothing is done.
    ~HeldBlock() {
        if (ticket) {
            core_of(*client).unclaim(*ticket);
        } else {
            (void)client->release(reference);
        }
    }
};

}  // namespace shmheap::detail
