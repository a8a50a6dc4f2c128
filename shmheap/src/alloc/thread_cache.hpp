/// The magazines of one thread: blocks that it freed or fetched and may hand out again without a
/// lock or an atomic read-modify-write. Only the thread that owns a cache touches it.
///
/// A magazine's capacity grows while it is used and the thread's budget lasts, and starts again
/// from nothing when flush() empties it, so that a thread keeps at most 256 KiB of small blocks.
/// Large blocks are kept in a place of their own, 1 MiB at most.
///
/// The functions that are inline are the whole of a usual allocate or deallocate. What they leave
/// out is out of line and noexcept, so that they need no stack frame.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "alloc/arena.hpp"
#include "alloc/kept_runs.hpp"
#include "alloc/magazine.hpp"
#include "alloc/poison.hpp"
#include "alloc/size_class.hpp"
#include "alloc/span.hpp"
#include "os/crash_point.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

/// Who can free blocks before the heap has to grow for a thread: whoever holds released leases.
class Reclaimer {
public:
    /// Frees what can be freed quickly, into the arena.
    virtual void reclaim() = 0;

protected:
    ~Reclaimer() = default;
};

class ThreadCache {
public:
    static constexpr std::size_t budget_bytes = 1024 * 1024;
    static constexpr std::size_t magazine_bytes_max = 128 * 1024;
    static constexpr std::uint32_t calls_between_ticks = 32;

    /// The magazines' places are left as they are.
    ThreadCache() {}  // NOLINT(modernize-use-equals-default): that would make them all zero
    /// For no_cache: all of it zero.
    constexpr explicit ThreadCache(std::nullptr_t /*no heap*/) : magazines_{} {}
    ThreadCache(const ThreadCache&) = delete;
    ThreadCache& operator=(const ThreadCache&) = delete;

    /// Binds the cache to a heap. Without `published` (more threads than the header has room for)
    /// nothing is kept, so that what is published stays exact.
    void bind(Reclaimer& heap, Arena& arena, ThreadCounters* published);
    /// Unbinds; what it holds is forgotten, so flush() first unless the heap is gone.
    void unbind();

    /// nullptr if it is bound to none.
    [[nodiscard]] Reclaimer* heap() const { return heap_.load(std::memory_order_relaxed); }

    /// A block of at most class_size_max bytes from a magazine; nullptr when that is empty.
    [[nodiscard]] std::byte* allocate_kept(std::size_t bytes);
    /// The same for more bytes than that.
    [[nodiscard]] std::byte* allocate_large_kept(std::size_t bytes);

    /// A block of any size, if need be from the arena with others for next time; nullptr when the
    /// arena has none.
    [[nodiscard]] std::byte* allocate(std::size_t bytes) noexcept;

    enum class Freed {
        kept,     ///< done
        no_room,  ///< nothing was done: its magazine is full, see free_without_room()
        refused,  ///< not a live block of this heap, or one with leases: HeapCore::free_slowly()
    };

    /// Frees a block into its magazine.
    [[nodiscard]] Freed free(std::byte* data);

    /// Frees a block of which free() said so.
    void free_without_room(std::byte* data);

    /// Keeps a block whose word says cached, as free() does, making room if need be.
    void keep(Span& span, Block block);

    /// True after calls_between_ticks frees: time to look after the heap, and to ask is_due().
    [[nodiscard]] bool tick() { return --calls_left_ == 0; }

    /// Starts the count of frees anew. True when the last time it said so is `interval` ago.
    [[nodiscard]] bool is_due(Arena::Clock::time_point now, std::chrono::milliseconds interval) {
        calls_left_ = calls_between_ticks;
        if (now < due_) return false;
        due_ = now + interval;
        return true;
    }

    /// Returns everything to the arena and lets the capacities start anew.
    void flush();

    [[nodiscard]] ThreadCounters* published() const { return published_; }

private:
    [[nodiscard]] Span* span_of(const std::byte* data) const {
        return pages_[static_cast<std::size_t>(data - payload_) / page_size].load(
            std::memory_order_relaxed);
    }
    bool refill(std::size_t size_class);
    std::byte* fetch_large(std::uint32_t pages);
    void grow(std::size_t size_class);
    enum class Shed { to_shelf, to_arena };
    void shed(std::size_t size_class, std::size_t keep, Shed where);
    void keep_small(std::size_t size_class, Block block) noexcept;
    void keep_large(Span& span, Block block) noexcept;
    void make_room_for(std::uint32_t pages);
    [[nodiscard]] Terms terms(Growth growth) const { return {growth, shard_}; }

    /// That of large_class has no room. First, where the compiler needs no offset to them.
    std::array<Magazine, large_class + 1> magazines_;
    std::byte* payload_ = nullptr;
    /// Atomic, as heap_: a heap that ends unbinds the caches of threads that use others by now.
    std::atomic<std::size_t> payload_size_{0};
    const std::atomic<Span*>* pages_ = nullptr;  ///< of the arena, see Arena::find
    std::atomic<Reclaimer*> heap_{nullptr};
    std::uint32_t calls_left_ = calls_between_ticks;
    std::uint32_t shard_ = 0;  ///< of the arena: where it allocates
    KeptRuns large_;
    Arena::Clock::time_point due_{};
    ThreadCounters* published_ = nullptr;
    Arena* arena_ = nullptr;
    std::size_t budget_ = 0;
    std::size_t budget_left_ = 0;
    ThreadCounters unpublished_{};
};

/// The cache of a thread that has none: it is empty and contains no address.
extern constinit ThreadCache no_cache;

inline std::byte* ThreadCache::allocate_kept(std::size_t bytes) {
    const std::size_t size_class = size_class_of(bytes);
    Magazine& magazine = magazines_[size_class];
    if (magazine.count == 0) [[unlikely]]
        return nullptr;
    std::byte* block = magazine.take_live();
    allow_use(block, class_sizes[size_class]);
    return block;
}

inline ThreadCache::Freed ThreadCache::free(std::byte* data) {
    const auto offset = static_cast<std::size_t>(data - payload_);
    if (offset >= payload_size_.load(std::memory_order_relaxed)) [[unlikely]]
        return Freed::refused;
    Span* span = pages_[offset / page_size].load(std::memory_order_relaxed);
    if (span == nullptr) [[unlikely]]
        return Freed::refused;
    const Span::Place place = span->place_of(data);
    if (!place.is_start()) [[unlikely]]
        return Freed::refused;
    BlockWord* word = span->words + place.index();
    // acquire: pairs with the release of the last lease's end, if it had leases.
    if (word->load(std::memory_order_acquire) != block_live) [[unlikely]]
        return Freed::refused;
    Magazine& magazine = magazines_[span->size_class];
    if (magazine.count >= magazine.capacity) [[unlikely]]
        return Freed::no_room;
    forbid_use(data, span->usable_size());
    magazine.push({data, word});
    word->store(block_cached, std::memory_order_relaxed);
    return Freed::kept;
}

inline std::byte* ThreadCache::allocate_large_kept(std::size_t bytes) {
    const std::size_t pages = (bytes - 1) / page_size + 1;
    const Block block = large_.take(pages);
    if (block.data == nullptr) return nullptr;
    block.word->store(block_live, std::memory_order_relaxed);
    allow_use(block.data, span_of(block.data)->bytes());
    return block.data;
}

inline void ThreadCache::free_without_room(std::byte* data) {
    Span& span = *span_of(data);
    BlockWord* word = span.words + span.place_of(data).index();
    word->store(block_cached, std::memory_order_relaxed);
    keep(span, {data, word});
}

inline void ThreadCache::keep(Span& span, Block block) {
    forbid_use(block.data, span.usable_size());
    if (span.is_large()) return keep_large(span, block);
    keep_small(span.size_class, block);
}

}  // namespace shmheap::detail
