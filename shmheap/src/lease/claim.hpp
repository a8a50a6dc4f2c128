/// The steps of a claim: the right of a third process to a block that a client of its owner has
/// sent on (FORWARDING.md). A owns the block, B holds a lease on it, C reads it by a claim.
///
///     state     who may step             to       how
///     FREE      C: claim                 CLAIMED  which lease, then the word; then C looks whether
///                                                 the lease still is held, else it withdraws
///     CLAIMED   C: withdraw              FREE+1   compare-exchange, lost against an adoption
///     CLAIMED   A: adopt                 ADOPTED  compare-exchange; one reference on the block
///     ADOPTED   C: finish                DONE     store
///     DONE      A: take back             FREE+1   store
///     any       next tenant: clear       FREE+1   store, before it takes its number
///
/// At the end of a lease that was lent, A first makes its word FREE, then scans the claims of those
/// to whom B lent it, then drops the lease's reference. The store and the scan here, the claim and
/// the look at the lease there, are seq_cst: at least one of the two sees the other (the hand-shake
/// of hazard pointers, Michael 2004).
///
/// Templates over an atomics policy, so that a model checker can run these very steps.
#pragma once

#include <cstdint>

#include "lease/lane.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

/// Which lease a claim goes back to.
struct ClaimSource {
    std::uint64_t place = 0;  ///< claim_place()
    std::uint64_t generation = 0;

    friend bool operator==(const ClaimSource& left, const ClaimSource& right) {
        return left.place == right.place && left.generation == right.generation;
    }
};

template <class Atomics = StandardAtomics>
struct ClaimSteps {
    using Word = typename Atomics::Word;
    using Count = typename Atomics::Count;
    using Slot = ClaimSlotOf<Word>;

    // ---- B

    /// The holder of a lease, before it sends it on to the client in this place of the owner's.
    /// relaxed: whatever proves to the owner that the lease has ended comes after it.
    static void lend(Word& lent_to, std::uint32_t client) {
        lent_to.fetch_or(std::uint64_t{1} << client, Atomics::relaxed);
    }

    // ---- C

    /// Client, before it claims in a place where none of its kind has claimed yet: its successor
    /// clears no other places. seq_cst: as claim().
    static void use(Count& claims_used, std::uint32_t count) {
        if (claims_used.load(Atomics::relaxed) < count) {
            claims_used.store(count, Atomics::sequential);
        }
    }

    /// Client; the word is FREE of that generation. seq_cst: pairs with end_lent(); as a release,
    /// with look(), for the source.
    static void claim(Slot& slot, std::uint64_t generation, const ClaimSource& source) {
        slot.source.store(source.place, Atomics::relaxed);
        slot.source_generation.store(source.generation, Atomics::relaxed);
        slot.word.store(claim_word(generation, ClaimState::claimed), Atomics::sequential);
    }

    /// Client, after claim(). True: it has the right. seq_cst: pairs with end_lent().
    [[nodiscard]] static bool is_held(const Word& lease, std::uint64_t generation) {
        return lease.load(Atomics::sequential) == lease_word(generation, LeaseState::held);
    }

    /// Client. False: the owner has adopted it; then finish() ends it.
    /// release: pairs with look(): what the client read stays before the block's reuse.
    [[nodiscard]] static bool withdraw(Word& word, std::uint64_t generation) {
        std::uint64_t expected = claim_word(generation, ClaimState::claimed);
        return word.compare_exchange_strong(expected, claim_word(generation + 1, ClaimState::free),
                                            Atomics::release, Atomics::relaxed);
    }

    /// Client. release: pairs with is_done(): as withdraw().
    static void finish(Word& word, std::uint64_t generation) {
        word.store(claim_word(generation, ClaimState::done), Atomics::release);
    }

    /// A new tenant, with the slot's lock, before it takes its number. release: pairs with look():
    /// what the dead tenant read, which the lock orders before this, stays before the block's
    /// reuse.
    static void clear(Word& word) {
        const std::uint64_t found = word.load(Atomics::relaxed);
        if (claim_state(found) == ClaimState::free) return;
        word.store(claim_word(claim_generation(found) + 1, ClaimState::free), Atomics::release);
    }

    // ---- A

    /// Owner: as LeaseSteps::take_back, of a lease that was lent, before the scan. seq_cst: pairs
    /// with is_held().
    static void end_lent(Word& lease, std::uint64_t generation) {
        lease.store(lease_word(generation + 1, LeaseState::free), Atomics::sequential);
    }

    /// Owner, in a scan: how many places to look at. seq_cst: pairs with use().
    [[nodiscard]] static std::uint32_t used(const Count& claims_used) {
        return claims_used.load(Atomics::sequential);
    }

    /// Owner, in a scan. seq_cst: pairs with claim(); as an acquire, with withdraw().
    [[nodiscard]] static std::uint64_t look(const Word& word) {
        return word.load(Atomics::sequential);
    }

    /// Owner, after look(); to be believed only when the adopt() that follows is won.
    [[nodiscard]] static ClaimSource source(const Slot& slot) {
        return {slot.source.load(Atomics::relaxed), slot.source_generation.load(Atomics::relaxed)};
    }

    /// Owner, in a scan; it has a reference on the block. False: the client was first.
    /// acquire on failure: pairs with withdraw().
    [[nodiscard]] static bool adopt(Word& word, std::uint64_t generation) {
        std::uint64_t expected = claim_word(generation, ClaimState::claimed);
        return word.compare_exchange_strong(expected, claim_word(generation, ClaimState::adopted),
                                            Atomics::acquire, Atomics::acquire);
    }

    /// Owner. acquire: pairs with finish().
    [[nodiscard]] static bool is_done(const Word& word, std::uint64_t generation) {
        return word.load(Atomics::acquire) == claim_word(generation, ClaimState::done);
    }

    /// Owner, after is_done(). relaxed: the client owns the word from here on.
    static void take_back(Word& word, std::uint64_t generation) {
        word.store(claim_word(generation + 1, ClaimState::free), Atomics::relaxed);
    }
};

}  // namespace shmheap::detail
