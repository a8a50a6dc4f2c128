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
    // The counters of a heap's threads lie in a row that starts on a page.
    shard_ = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(published) /
                                        sizeof(ThreadCounters) % Arena::shard_count);
    large_.bind(*published_);
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
    auto taken = arena_->take(size_class, room, terms(Growth::forbidden));
    if (!taken) {
        heap()->reclaim();
        // What came back may lie in this very magazine, and more might have no room beside it.
        if (magazine.count != 0) return true;
        taken = arena_->take(size_class, room, terms(Growth::allowed));
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
    if (magazine.count >= magazine.capacity)
        shed(size_class, magazine.capacity / 2, Shed::to_shelf);
    if (magazine.capacity == 0) return arena_->put(size_class, {&block, 1});
    magazine.push(block);
}

/// Returns the blocks that were not used for longest, all but `keep`.
void ThreadCache::shed(std::size_t size_class, std::size_t keep, Shed where) {
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
    if (where == Shed::to_shelf) return arena_->shelve(size_class, {blocks.data(), surplus});
    arena_->put(size_class, {blocks.data(), surplus});
}

/// From another thread's, with others for next time, or one from the arena.
std::byte* ThreadCache::fetch_large(std::uint32_t pages) {
    std::array<Block, Arena::large_batch_blocks_max> blocks;
    std::size_t count = 0;
    if (budget_ != 0 && pages <= KeptRuns::pages_max && large_.has_room(pages)) {
        const std::size_t room = std::min<std::size_t>(
            (KeptRuns::pages_max - large_.pages()) / pages, KeptRuns::runs_max - large_.count());
        count = arena_->take_shelved(pages, {blocks.data(), std::min(room, blocks.size())});
    }
    if (count == 0) {
        auto taken = arena_->take_large(pages, 1, terms(Growth::forbidden));
        if (!taken) {
            heap()->reclaim();
            taken = arena_->take_large(pages, 1, terms(Growth::allowed));
        }
        if (!taken) return nullptr;
        blocks[count++] = *taken;
    }
    const Block block = blocks[--count];
    for (std::size_t each = 0; each < count; ++each)
        large_.push(pages, blocks[each]);
    block.word->store(block_live, std::memory_order_relaxed);
    allow_use(block.data, std::size_t{pages} * page_size);
    return block.data;
}

void ThreadCache::keep_large(Span& span, Block block) noexcept {
    const std::uint32_t pages = span.page_count;
    if (budget_ == 0 || pages > KeptRuns::pages_max) return arena_->put_large({&block, 1});
    if (!large_.has_room(pages)) make_room_for(pages);
    large_.push(pages, block);
}

/// Sheds the older half of the large blocks, and more if need be: to the shelf what another thread
/// may well want as it is, else to the arena.
void ThreadCache::make_room_for(std::uint32_t pages) {
    while (!large_.has_room(pages)) {
        const std::size_t surplus = (large_.count() + 1) / 2;
        const std::uint32_t common = large_.common_pages(surplus);
        const auto blocks = large_.oldest(surplus);
        large_.discount(surplus);
        const bool is_batch = surplus >= 4 || common * surplus >= KeptRuns::pages_max / 4;
        if (common != 0 && is_batch) {
            arena_->shelve_large(common, blocks);
        } else {
            arena_->put_large(blocks);
        }
        large_.forget(surplus);
    }
}

void ThreadCache::flush() {
    for (std::size_t index = 0; index < class_count; ++index) {
        shed(index, 0, Shed::to_arena);
        magazines_[index].capacity = 0;
    }
    budget_left_ = budget_;
    const std::size_t count = large_.count();
    if (count == 0) return;
    const auto blocks = large_.oldest(count);
    large_.discount(count);
    arena_->put_large(blocks);
}

}  // namespace shmheap::detail
