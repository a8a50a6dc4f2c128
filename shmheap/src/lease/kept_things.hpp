/// Things that are kept until a block of the heap has no lease any more and is free again: what the
/// bytes of such a block speak of must stay as long as somebody may read them (FORWARDING.md).
/// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace shmheap::detail {

/// Over all heaps of this process: whether it is worth to look for leases that have ended. relaxed
/// wherever it is used: it only counts.
inline constinit std::atomic<std::size_t> things_kept_in_process{0};

class KeptThings {
public:
    using Thing = std::shared_ptr<const void>;

    KeptThings() = default;
    ~KeptThings() { things_kept_in_process.fetch_sub(things_.size(), std::memory_order_relaxed); }
    KeptThings(const KeptThings&) = delete;
    KeptThings& operator=(const KeptThings&) = delete;

    /// The block is live, and no thing is kept with it.
    void keep(const std::byte* block, Thing thing) {
        const std::lock_guard guard(mutex_);
        things_.emplace(block, std::move(thing));
        count_.store(things_.size(), std::memory_order_relaxed);
        things_kept_in_process.fetch_add(1, std::memory_order_relaxed);
    }

    /// For who is about to free the block: what is to be let go after that, outside of all locks.
    /// relaxed: who frees a block comes after who has kept something with it.
    Thing take(const std::byte* block) {
        if (count_.load(std::memory_order_relaxed) == 0) [[likely]]
            return nullptr;
        const std::lock_guard guard(mutex_);
        const auto found = things_.find(block);
        if (found == things_.end()) return nullptr;
        Thing thing = std::move(found->second);
        things_.erase(found);
        count_.store(things_.size(), std::memory_order_relaxed);
        things_kept_in_process.fetch_sub(1, std::memory_order_relaxed);
        return thing;
    }

    [[nodiscard]] bool any() const { return count_.load(std::memory_order_relaxed) != 0; }

private:
    std::mutex mutex_;
    std::atomic<std::size_t> count_{0};
    std::unordered_map<const std::byte*, Thing> things_;
};

}  // namespace shmheap::detail
