#include "alloc/thread_cache.hpp"

#include <algorithm>
#include <utility>

#include "os/crash_point.hpp"

namespace shmheap::detail {

constinit ThreadCache no_cache{nullptr};

namespace {

constexpr std::size_t capacity_max(std::size_t size_class) {
    return std::clamp<std::size_t>(ThreadCache::magazine_bytes_max / class_sizes[size_class], 1,
                                   Magazine::blocks_max);
}

}  // namespace

void ThreadCache::bind(Reclaimer& heap, Arena& arena, ThreadCounters* published) {
    payload_ = arena.payload();
    payload_size_.store(arena.payload_size(), std::memory_order_relaxed);
    pages_ = arena.pages();
    arena_ = &arena;
    heap_.store(&heap, std::memory_order_relaxed);
    published_ = published != nullptr ? published : &unpublished_;
    budget_ = published != nullptr ? budget_bytes : 0;
    budget_left_ = budget_;
    large_pages_ = 0;
    large_count_ = 0;
    large_capacity_ = 0;
    for (std::size_t index = 0; index < magazines_.size(); ++index) {
        magazines_[index].count = 0;
        magazines_[index].capacity = 0;
        magazines_[index].published = &published_->class_blocks[index];
    }
}

void ThreadCache::unbind() {
    payload_size_.store(0, std::memory_order_relaxed);
    heap_.store(nullptr, std::memory_order_relaxed);
    arena_ = nullptr;
    published_ = nullptr;
}

std::byte* ThreadCache::allocate(std::size_t bytes) noexcept {
    if (bytes <= class_size_max) {
        if (std::byte* block = allocate_kept(bytes)) return block;
        const std::size_t size_class = size_class_of(bytes);
        return refill(size_class) ? allocate_kept(bytes) : nullptr;
    }
    if (std::byte* block = allocate_large_kept(bytes)) return block;
    if (bytes > payload_size_.load(std::memory_order_relaxed)) return nullptr;
    return fetch_large(static_cast<std::uint32_t>((bytes - 1) / page_size + 1));
}

/// Fills the upper half of an empty magazine, or as much as there is; false if there is nothing.
bool ThreadCache::refill(std::size_t size_class) {
    grow(size_class);
    Magazine& magazine = magazines_[size_class];
    const std::size_t wanted = std::max<std::size_t>((magazine.capacity + 1U) / 2, 1);
    std::array<Block, Magazine::blocks_max> blocks;
    const std::span<Block> room(blocks.data(), wanted);
    auto taken = arena_->take(size_class, room, Growth::forbidden);
    if (!taken) {
        heap()->reclaim();
        // What came back may lie in this very magazine, and more might have no room beside it.
        if (magazine.count != 0) return true;
        taken = arena_->take(size_class, room, Growth::allowed);
    }
    if (!taken) return false;
    // The first blocks of a fresh span come first.
    for (std::size_t each = *taken; each-- > 0;)
        magazine.push(blocks[each]);
    return true;
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

void ThreadCache::keep_small(std::size_t size_class, Block block) noexcept {
    Magazine& magazine = magazines_[size_class];
    if (magazine.count >= magazine.capacity) grow(size_class);
    if (magazine.count >= magazine.capacity) shed(size_class, magazine.capacity / 2);
    if (magazine.capacity == 0) return arena_->put(size_class, {&block, 1});
    magazine.push(block);
}

/// Returns the blocks that were not used for longest, all but `keep`.
void ThreadCache::shed(std::size_t size_class, std::size_t keep) {
    Magazine& magazine = magazines_[size_class];
    if (magazine.count <= keep) return;
    const std::size_t surplus = magazine.count - keep;
    std::array<Block, Magazine::blocks_max> blocks;
    for (std::size_t each = 0; each < surplus; ++each)
        blocks[each] = {magazine.data[each], magazine.words[each]};
    std::copy_n(magazine.data.begin() + surplus, keep, magazine.data.begin());
    std::copy_n(magazine.words.begin() + surplus, keep, magazine.words.begin());
    // Published first: a reader in between sees too many blocks live rather than too few.
    magazine.set_count(keep);
    arena_->put(size_class, {blocks.data(), surplus});
}

std::byte* ThreadCache::fetch_large(std::uint32_t pages) {
    auto taken = arena_->take_large(pages, 1, Growth::forbidden);
    if (!taken) {
        heap()->reclaim();
        taken = arena_->take_large(pages, 1, Growth::allowed);
    }
    if (!taken) return nullptr;
    taken->word->store(block_live, std::memory_order_relaxed);
    allow_use(taken->data, std::size_t{pages} * page_size);
    return taken->data;
}

/// Makes room for large blocks of this size, unless they are too large to be kept.
void ThreadCache::keep_large_first(Span& span, Block block) noexcept {
    const std::uint32_t pages = span.page_count;
    if (budget_ == 0 || pages > large_pages_max) return arena_->put_large(span);
    if (pages != large_pages_) {
        shed_large(0);
        large_pages_ = pages;
        large_capacity_ = std::min<std::uint32_t>(large_pages_max / pages, large_blocks_max);
    }
    if (large_count_ == large_capacity_) shed_large(large_capacity_ / 2);
    push_large(block);
}

/// Returns the large blocks that were not used for longest, all but `keep`.
void ThreadCache::shed_large(std::size_t keep) {
    if (large_count_ <= keep) return;
    const std::size_t surplus = large_count_ - keep;
    set_large_count(static_cast<std::uint32_t>(keep));
    CRASH_POINT(kept_run_flushed);
    for (std::size_t each = 0; each < surplus; ++each)
        arena_->put_large(*span_of(large_[each].data));
    std::copy_n(large_.begin() + surplus, keep, large_.begin());
}

void ThreadCache::flush() {
    for (std::size_t index = 0; index < class_count; ++index) {
        shed(index, 0);
        magazines_[index].capacity = 0;
    }
    budget_left_ = budget_;
    shed_large(0);
}

}  // namespace shmheap::detail
