/// The steps of a lease's life, each one atomic operation on its shared word, so that wherever a
/// process is killed the word says exactly how far the lease came.
///
///     state    who may step           to      how
///     FREE     owner: issue           ISSUED  store; the generation is the word's own
///     ISSUED   client: accept         HELD    compare-exchange, refused for another generation
///     ISSUED   owner: revoke          FREE+1  compare-exchange, lost against an accept
///     HELD     client: release        DONE    store
///     DONE     owner: harvest         FREE+1  store
///     any      owner: take back       FREE+1  store, after proof that the client is dead
///
/// Every step to FREE adds one to the generation. The owner's private record decides what is
/// issued; the word only answers "has the client ended my current generation?", and any value
/// that is no answer counts as held until the client is dead.
///
/// Templates over an atomics policy, so that a model checker can run these very steps.
#pragma once

#include <atomic>
#include <cstdint>

#include "shmheap/layout.hpp"

namespace shmheap::detail {

struct StandardAtomics {
    using Word = std::atomic<std::uint64_t>;
    using Count = std::atomic<std::uint32_t>;
    static constexpr std::memory_order relaxed = std::memory_order_relaxed;
    static constexpr std::memory_order acquire = std::memory_order_acquire;
    static constexpr std::memory_order release = std::memory_order_release;
    static constexpr std::memory_order acquire_release = std::memory_order_acq_rel;
    static constexpr std::memory_order sequential = std::memory_order_seq_cst;
};

template <class Atomics = StandardAtomics>
struct LeaseSteps {
    using Word = typename Atomics::Word;

    /// Owner. release: pairs with accept(), which makes the payload visible to the client.
    static void issue(Word& word, std::uint64_t generation) {
        word.store(lease_word(generation, LeaseState::issued), Atomics::release);
    }

    /// Client. acquire: pairs with issue(). False: revoked, or of another generation.
    [[nodiscard]] static bool accept(Word& word, std::uint64_t generation) {
        std::uint64_t expected = lease_word(generation, LeaseState::issued);
        return word.compare_exchange_strong(expected, lease_word(generation, LeaseState::held),
                                            Atomics::acquire, Atomics::relaxed);
    }

    /// Client. release: pairs with is_done(): what the client read stays before the block's reuse.
    static void release(Word& word, std::uint64_t generation) {
        word.store(lease_word(generation, LeaseState::done), Atomics::release);
    }

    /// Owner. acquire: pairs with release().
    [[nodiscard]] static bool is_done(const Word& word, std::uint64_t generation) {
        return word.load(Atomics::acquire) == lease_word(generation, LeaseState::done);
    }

    /// Owner. False: the client was first. relaxed: the owner gives nothing away and reads nothing
    /// of the client's.
    [[nodiscard]] static bool revoke(Word& word, std::uint64_t generation) {
        std::uint64_t expected = lease_word(generation, LeaseState::issued);
        return word.compare_exchange_strong(expected, lease_word(generation + 1, LeaseState::free),
                                            Atomics::relaxed, Atomics::relaxed);
    }

    /// Owner, after is_done() or after proof of the client's death. relaxed: the next issue() of
    /// this word publishes whatever matters.
    static void take_back(Word& word, std::uint64_t generation) {
        word.store(lease_word(generation + 1, LeaseState::free), Atomics::relaxed);
    }
};

}  // namespace shmheap::detail
