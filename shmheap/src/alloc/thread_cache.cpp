#include "alloc/thread_cache.hpp"

#include <algorithm>
#include <utility>

#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

/// Large runs up to this size are kept for the next allocation of their size (one a thread).
constexpr std::uint32_t large_pages_kept_max = 1024 * 1024 / page_size;

constexpr std::size_t capacity_max(std::size_t size_class) {
    return std::clamp<std::size_t>(ThreadCache::magazine_bytes_max / class_sizes[size_class], 1,
                                   ThreadCache::magazine_blocks_max);
}

}  // namespace

void ThreadCache::bind(Reclaimer& heap, Arena& arena, ThreadCounters* published) {
    payload_ = arena.payload();
    payload_size_.store(arena.payload_size(), std::memory_order_relaxed);
    arena_ = &arena;
    heap_.store(&heap, std::memory_order_relaxed);
    published_ = published != nullptr ? published : &unpublished_;
    budget_ = published != nullptr ? budget_bytes : 0;
    budget_left_ = budget_;
    large_ = nullptr;
    large_pages_ = 0;
    for (std::size_t index = 0; index < class_count; ++index) {
        magazines_[index] = {0, 0, storage_[index].data()};
    }
}

void ThreadCache::unbind() {
    payload_size_.store(0, std::memory_order_relaxed);
    heap_.store(nullptr, std::memory_order_relaxed);
    arena_ = nullptr;
    published_ = nullptr;
}

std::byte* ThreadCache::refill(std::size_t size_class) {
    grow(size_class);
    Magazine& magazine = magazines_[size_class];
    const std::size_t wanted = std::max<std::size_t>((magazine.capacity + 1U) / 2, 1);
    const std::span<Block> room(magazine.blocks, wanted);
    auto taken = arena_->take(size_class, room, Growth::forbidden);
    if (!taken) {
        heap()->reclaim();
        // What came back may lie in this very magazine, where it must not be written over.
        if (magazine.count != 0) return allocate_small(size_class);
        taken = arena_->take(size_class, room, Growth::allowed);
    }
    if (!taken) return nullptr;
    // The first blocks of a fresh span come first.
    std::reverse(magazine.blocks, magazine.blocks + *taken);
    magazine.count = static_cast<std::uint32_t>(*taken);
    const Block block = magazine.blocks[--magazine.count];
    publish(size_class);
    block.word->store(block_live, std::memory_order_relaxed);
    allow_use(block.data, class_sizes[size_class]);
    return block.data;
}

void ThreadCache::grow(std::size_t size_class) {
    Magazine& magazine = magazines_[size_class];
    const std::size_t size = class_sizes[size_class];
    const std::size_t wanted = std::clamp<std::size_t>(
        magazine.capacity * 2U, std::min<std::size_t>(4, capacity_max(size_class)),
        capacity_max(size_class));
    const std::size_t affordable = magazine.capacity + budget_left_ / size;
    const std::size_t capacity = std::min(wanted, affordable);
    if (capacity <= magazine.capacity) return;
    budget_left_ -= (capacity - magazine.capacity) * size;
    magazine.capacity = static_cast<std::uint32_t>(capacity);
}

void ThreadCache::overflow(std::size_t size_class, Block block) {
    Magazine& magazine = magazines_[size_class];
    grow(size_class);
    if (magazine.count >= magazine.capacity) shed(size_class, magazine.capacity / 2);
    if (magazine.capacity == 0) return arena_->put(size_class, {&block, 1});
    magazine.blocks[magazine.count++] = block;
    publish(size_class);
}

/// Returns the blocks that were not used for longest, all but `keep`.
void ThreadCache::shed(std::size_t size_class, std::size_t keep) {
    Magazine& magazine = magazines_[size_class];
    if (magazine.count <= keep) return;
    const std::size_t surplus = magazine.count - keep;
    // Published first: a reader in between sees too many blocks live rather than too few.
    magazine.count = static_cast<std::uint32_t>(keep);
    publish(size_class);
    arena_->put(size_class, {magazine.blocks, surplus});
    std::copy(magazine.blocks + surplus, magazine.blocks + surplus + keep, magazine.blocks);
}

std::byte* ThreadCache::take_large(std::uint32_t pages) {
    auto block = arena_->take_large(pages, 1, Growth::forbidden);
    if (!block) {
        heap()->reclaim();
        block = arena_->take_large(pages, 1, Growth::allowed);
    }
    if (!block) return nullptr;
    block->word->store(block_live, std::memory_order_relaxed);
    allow_use(block->data, std::size_t{pages} * page_size);
    return block->data;
}

void ThreadCache::keep_large(Span& span) {
    if (budget_ == 0 || span.page_count > large_pages_kept_max) return arena_->put_large(span);
    Span* before = large_pages_ != 0 ? large_ : nullptr;
    large_ = &span;
    large_pages_ = span.page_count;
    published_->large_pages.store(large_pages_, std::memory_order_relaxed);
    CRASH_POINT(run_kept);
    if (before != nullptr) arena_->put_large(*before);
}

void ThreadCache::flush() {
    for (std::size_t index = 0; index < class_count; ++index) {
        shed(index, 0);
        magazines_[index].capacity = 0;
    }
    budget_left_ = budget_;
    if (std::exchange(large_pages_, 0) == 0) return;
    published_->large_pages.store(0, std::memory_order_relaxed);
    CRASH_POINT(kept_run_flushed);
    arena_->put_large(*large_);
}

}  // namespace shmheap::detail
