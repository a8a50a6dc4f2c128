/// The magazines of one thread: blocks that it freed or fetched and may hand out again without a
/// lock or an atomic read-modify-write. Only the thread that owns a cache touches it.
///
/// A magazine's capacity grows while it is used and the thread's budget lasts, and starts again
/// from nothing when trim() empties it, so that a thread keeps at most 256 KiB and one large run.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "alloc/arena.hpp"
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
    static constexpr std::size_t budget_bytes = 256 * 1024;
    static constexpr std::size_t magazine_blocks_max = 128;
    static constexpr std::size_t magazine_bytes_max = 64 * 1024;
    static constexpr std::uint32_t calls_between_ticks = 32;

    /// Binds the cache to a heap. Without `published` (more threads than the header has room for)
    /// nothing is kept, so that what is published stays exact.
    void bind(Reclaimer& heap, Arena& arena, ThreadCounters* published);
    /// Unbinds; what it holds is forgotten, so flush() first unless the heap is gone.
    void unbind();

    [[nodiscard]] Reclaimer* heap() const { return heap_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool contains(const void* address) const {
        return static_cast<std::size_t>(static_cast<const std::byte*>(address) - payload_) <
               payload_size_.load(std::memory_order_relaxed);
    }

    /// The span of an address that contains() holds for; see Arena::find.
    [[nodiscard]] Span* find(const std::byte* address) const { return arena_->find(address); }

    /// A block from a magazine, or from the arena with others for next time; nullptr when
    /// the arena has none.
    [[nodiscard]] std::byte* allocate_small(std::size_t size_class);
    [[nodiscard]] std::byte* allocate_large(std::size_t bytes);

    /// Frees a live block of a span of ours. False when it has leases or is not live at all: then
    /// the caller looks closer (HeapCore::free_slowly).
    [[nodiscard]] bool free(Span& span, std::byte* data);

    /// Keeps a block whose word says cached, as free() does.
    void keep(Span& span, Block block);

    /// True once in every calls_between_ticks frees: time to look after the heap.
    [[nodiscard]] bool tick() {
        if (--calls_left_ != 0) return false;
        calls_left_ = calls_between_ticks;
        return true;
    }

    /// True when the last time it said so is `interval` ago.
    [[nodiscard]] bool is_due(Arena::Clock::time_point now, std::chrono::milliseconds interval) {
        if (now < due_) return false;
        due_ = now + interval;
        return true;
    }

    /// Returns everything to the arena and lets the capacities start anew.
    void flush();

    [[nodiscard]] ThreadCounters* published() const { return published_; }

private:
    struct Magazine {
        std::uint32_t count = 0;
        std::uint32_t capacity = 0;
        Block* blocks = nullptr;
    };

    [[gnu::noinline]] std::byte* refill(std::size_t size_class);
    [[gnu::noinline]] void overflow(std::size_t size_class, Block block);
    void grow(std::size_t size_class);
    void shed(std::size_t size_class, std::size_t keep);
    [[gnu::noinline]] std::byte* take_large(std::uint32_t pages);
    void keep_large(Span& span);
    void publish(std::size_t size_class) {
        published_->class_blocks[size_class].store(
            static_cast<std::uint16_t>(magazines_[size_class].count), std::memory_order_relaxed);
        CRASH_POINT(magazine_count_published);
    }

    std::byte* payload_ = nullptr;
    /// Atomic, as heap_: a heap that ends unbinds the caches of threads that use others by now.
    std::atomic<std::size_t> payload_size_{0};
    std::uint32_t calls_left_ = calls_between_ticks;
    std::uint32_t large_pages_ = 0;  ///< of large_; 0: none is kept
    Arena::Clock::time_point due_{};
    Span* large_ = nullptr;
    ThreadCounters* published_ = nullptr;
    Arena* arena_ = nullptr;
    std::atomic<Reclaimer*> heap_{nullptr};
    std::size_t budget_ = 0;
    std::size_t budget_left_ = 0;
    ThreadCounters unpublished_{};
    std::array<Magazine, class_count> magazines_{};
    std::array<std::array<Block, magazine_blocks_max>, class_count> storage_;
};

inline std::byte* ThreadCache::allocate_small(std::size_t size_class) {
    Magazine& magazine = magazines_[size_class];
    if (magazine.count == 0) [[unlikely]]
        return refill(size_class);
    const Block block = magazine.blocks[--magazine.count];
    publish(size_class);
    block.word->store(block_live, std::memory_order_relaxed);
    allow_use(block.data, class_sizes[size_class]);
    return block.data;
}

inline std::byte* ThreadCache::allocate_large(std::size_t bytes) {
    const auto pages = static_cast<std::uint32_t>((bytes + page_size - 1) / page_size);
    if (large_pages_ != pages) [[unlikely]]
        return take_large(pages);
    large_pages_ = 0;
    published_->large_pages.store(0, std::memory_order_relaxed);
    CRASH_POINT(kept_run_taken);
    large_->single_word.store(block_live, std::memory_order_relaxed);
    allow_use(large_->begin, large_->bytes());
    return large_->begin;
}

inline bool ThreadCache::free(Span& span, std::byte* data) {
    const std::uint32_t index = span.index_of(static_cast<std::size_t>(data - span.begin));
    if (index == no_block) [[unlikely]]
        return false;
    BlockWord* word = span.words + index;
    // acquire: pairs with the release of the last lease's end, if it had leases.
    if (word->load(std::memory_order_acquire) != block_live) [[unlikely]]
        return false;
    word->store(block_cached, std::memory_order_relaxed);
    keep(span, {data, word});
    return true;
}

inline void ThreadCache::keep(Span& span, Block block) {
    forbid_use(block.data, span.usable_size());
    if (span.kind == SpanKind::large) return keep_large(span);
    Magazine& magazine = magazines_[span.size_class];
    if (magazine.count >= magazine.capacity) [[unlikely]]
        return overflow(span.size_class, block);
    // Member by member: a copy through the stack would be read wider than it was written, which
    // costs more than all the rest (no store forwarding).
    Block& place = magazine.blocks[magazine.count++];
    place.data = block.data;
    place.word = block.word;
    publish(span.size_class);
}

}  // namespace shmheap::detail
