/// A heap's parts put together: file, arena, lanes, and the caches of its threads. Heap (heap.hpp)
/// is its public face; process_heap.cpp keeps the one of this process.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "alloc/arena.hpp"
#include "alloc/thread_cache.hpp"
#include "file/caretaker.hpp"
#include "file/heap_file.hpp"
#include "lease/kept_things.hpp"
#include "lease/owner_claims.hpp"
#include "lease/owner_lane.hpp"
#include "os/fork_generation.hpp"
#include "shmheap/heap.hpp"

namespace shmheap::detail {

class HeapCore final : public Reclaimer {
public:
    static Result<std::unique_ptr<HeapCore>> create(const HeapOptions& options);
    ~HeapCore();
    HeapCore(const HeapCore&) = delete;
    HeapCore& operator=(const HeapCore&) = delete;

    [[nodiscard]] HeapFile& file() { return *file_; }
    [[nodiscard]] bool contains(const void* address) const {
        return static_cast<std::size_t>(static_cast<const std::byte*>(address) - payload_) <
               payload_size_;
    }
    /// Made by a process that this one was forked from: nothing may be done with it.
    [[nodiscard]] bool is_inherited() const { return fork_generation_ != os::fork_generation(); }

    [[nodiscard]] void* allocate(std::size_t bytes) noexcept;
    [[nodiscard]] void* allocate_aligned(std::size_t bytes, std::size_t alignment) noexcept;

    /// A block of this heap that is not simply live: leased, or freed wrongly, or without a cache.
    void free_slowly(std::byte* data);
    [[nodiscard]] std::size_t usable_size(const std::byte* block) const;

    Result<Reference> issue(const void* block, std::size_t offset, std::size_t bytes,
                            std::uint32_t client);
    Status revoke(const Reference& reference);

    /// See OwnerLane; for streams. `leased_at` gives the bytes of each of `count` messages, of
    /// which those before the first that is no live block of this heap are issued.
    template <class LeasedAt, class Publish>
    Result<std::size_t> issue_in_ring(std::size_t count, LeasedAt leased_at, std::uint32_t client,
                                      Publish publish) {
        std::array<Loan, lease_batch_max> loans;  // not initialised: untouched mostly
        std::size_t lent = 0;
        while (lent < std::min(count, lease_batch_max)) {
            const std::span<const std::byte> bytes = leased_at(lent);
            const auto loan = lend(bytes.data(), 0, bytes.size());
            if (!loan && lent == 0) return tl::unexpected(loan.error());
            if (!loan) break;
            loans[lent++] = *loan;
        }
        EndedLeases ended;
        Result<std::size_t> issued = std::size_t{0};
        if (OwnerLane* to = lane(client); to != nullptr) {
            issued = to->issue_in_ring(std::span(loans).first(lent), client, ended, publish);
        } else {
            issued = fail(ENOTCONN, "issue lease to client of", file_->name());
        }
        for (std::size_t i = issued.value_or(0); i < lent; ++i)
            ended.push_back(loans[i].block);
        drop_references(ended);
        return issued;
    }
    template <class Publish>
    Status publish_in_ring(std::uint32_t client, Publish publish) {
        return with_lane(client, [&](OwnerLane& of, EndedLeases& ended) {
            return of.publish_in_ring(client, ended, publish);
        });
    }
    template <class Open>
    Status open_ring(std::uint32_t client, Open open) {
        return with_lane(client, [&](OwnerLane& of, EndedLeases& ended) {
            return of.open_ring(client, ended, open);
        });
    }

    /// Keeps a thing until a live block is deallocated, by free_slowly(), and no lease on it is
    /// left.
    void keep_with(const std::byte* block, std::shared_ptr<const void> thing);

    /// Whether there are such things.
    [[nodiscard]] bool keeps_things() const { return kept_.any(); }

    /// Takes back what a client has released, whoever it is; what it still holds, or a dead one
    /// held, is for collect_client().
    void reclaim_client(std::uint32_t client);
    Result<std::size_t> collect_client(std::uint32_t client);
    [[nodiscard]] std::size_t leases_of(std::uint32_t client);
    void await_release(std::uint32_t client, std::int64_t timeout_ns);
    Result<std::size_t> collect();
    void reclaim() override;
    [[nodiscard]] HeapStats stats();
    [[nodiscard]] std::uint64_t leases_issued();

    /// Now and then, from the path of deallocate: see ThreadCache::tick.
    void look_after(ThreadCache& cache);

    /// A place for a thread's counters, or nullptr when all are taken.
    ThreadCounters* claim_thread_counters();
    void return_thread_counters(ThreadCounters* counters);
    [[nodiscard]] Arena& arena() { return *arena_; }

private:
    Status hire_caretaker(const HeapOptions& options);
    HeapCore(std::unique_ptr<HeapFile> file, std::unique_ptr<Arena> arena);

    /// Where a block lies, if it is the start of one; word is nullptr otherwise.
    struct Found {
        Span* span = nullptr;
        Block block{};
    };
    [[nodiscard]] Found find(const std::byte* data) const;
    void notice_loss();
    void* allocate_at_limit(std::size_t bytes, std::size_t alignment);
    Result<std::byte*> allocate_uncached(std::size_t bytes, std::size_t alignment);
    void release_block(Span& span, const Block& block);
    std::size_t drop_references(const EndedLeases& ended);
    bool adopt_claims(const EndedLease& lease);
    std::size_t collect_lane(std::uint32_t index);
    std::size_t collect_lanes();
    [[nodiscard]] OwnerLane* lane(std::uint32_t client);
    Result<Loan> lend(const void* block, std::size_t offset, std::size_t bytes);

    /// Leases what was lent; takes the loan back if that fails.
    template <class Issue>
    Result<Reference> issue_by(Issue issue, const Result<Loan>& loan, std::uint32_t client) {
        if (!loan) return tl::unexpected(loan.error());
        EndedLeases ended;
        OwnerLane* to = lane(client);
        auto reference = to != nullptr ? issue(*to, *loan, ended)
                                       : fail(ENOTCONN, "issue lease to client of", file_->name());
        if (!reference) ended.push_back(loan->block);
        drop_references(ended);
        return reference;
    }

    template <class Function>
    Status with_lane(std::uint32_t client, Function function) {
        if (is_inherited()) return fail(ECHILD, "use ring of", file_->name());
        OwnerLane* of = lane(client);
        if (of == nullptr) return fail(ENOTCONN, "use ring of client of", file_->name());
        EndedLeases ended;
        auto done = function(*of, ended);
        drop_references(ended);
        return done;
    }

    std::unique_ptr<HeapFile> file_;
    std::unique_ptr<Arena> arena_;
    std::byte* payload_;
    std::size_t payload_size_;
    std::uint32_t fork_generation_ = os::fork_generation();
    std::array<OwnerLane, client_slot_count> lanes_;
    std::array<OwnerClaims, client_slot_count> claims_;
    KeptThings kept_;
    std::mutex counters_mutex_;
    std::array<bool, thread_count_max> counters_taken_{};
    /// Blocks that were deallocated under a lease. For a moment one less than none, when the last
    /// lease ends before it was added.
    std::atomic<std::int64_t> blocks_awaiting_leases_{0};
    std::unique_ptr<Caretaker> caretaker_;  ///< last, so that it stops before anything else goes
};

/// The heap that allocate() may use without a closer look; nullptr before its birth, in a forked
/// child, and after the loss of its name.
extern constinit std::atomic<HeapCore*> process_core [[gnu::visibility("hidden")]];

}  // namespace shmheap::detail
