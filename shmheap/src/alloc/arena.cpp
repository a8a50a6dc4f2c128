#include "alloc/arena.hpp"

#include <mutex>
#include <new>
#include <utility>

#include "os/assert.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

/// Bytes before the page table's first entry. Without them the entries of the first pages and the
/// counters that threads publish would have equal low address bits, and the processor would take
/// the load of the one for a reader of the store to the other: 9.9 instead of 5.9 ns for a pair.
constexpr std::size_t page_table_lead = 2240;

/// Asks the shard of the terms. At the heap's limit also the others, for what they have.
template <class Take>
auto take_from_any(std::array<Shard, Arena::shard_count>& shards, Terms terms, Take take) {
    const auto ask = [&](std::uint32_t shard, Growth growth) {
        const std::lock_guard guard(shards[shard]);
        return take(shards[shard], growth);
    };
    auto taken = ask(terms.shard, terms.growth);
    if (taken || terms.growth == Growth::forbidden) return taken;
    for (std::uint32_t step = 1; step < Arena::shard_count; ++step) {
        auto other = ask((terms.shard + step) % Arena::shard_count, Growth::forbidden);
        if (other) return other;
    }
    return taken;
}

}  // namespace

Arena::Arena(HeapFile& file, std::unique_ptr<SuperblockTable> superblocks, os::Mapping page_table)
    : file_(&file),
      superblocks_(std::move(superblocks)),
      page_table_(std::move(page_table)),
      pages_(reinterpret_cast<std::atomic<Span*>*>(page_table_.data() + page_table_lead)),
      payload_(file.data() + payload_offset),
      payload_size_(file.size_max() - payload_offset),
      shards_{{{file, *superblocks_, {pages_, payload_}},
               {file, *superblocks_, {pages_, payload_}},
               {file, *superblocks_, {pages_, payload_}},
               {file, *superblocks_, {pages_, payload_}}}} {}

Result<std::unique_ptr<Arena>> Arena::create(HeapFile& file) {
    auto superblocks = SuperblockTable::create(file);
    if (!superblocks) return tl::unexpected(superblocks.error());
    const std::size_t pages = (file.size_max() - payload_offset) / page_size;
    auto page_table =
        os::Mapping::private_memory(page_table_lead + pages * sizeof(std::atomic<Span*>));
    if (!page_table) return tl::unexpected(page_table.error());
    std::unique_ptr<Arena> arena(new (std::nothrow)
                                     Arena(file, std::move(*superblocks), std::move(*page_table)));
    if (!arena) return fail(ENOMEM, "describe heap", file.name());
    return arena;
}

// ---- small blocks

Result<std::size_t> Arena::take(std::size_t size_class, std::span<Block> blocks, Terms terms) {
    std::size_t shelved = shelves_[size_class].take(0, blocks);
    if (shelved > 0) {
        unreserve_on_shelf(shelved * class_sizes[size_class]);
        publish(size_class, static_cast<std::int64_t>(shelved));
        return shelved;
    }
    auto taken = take_from_any(shards_, terms, [&](Shard& shard, Growth growth) {
        return shard.take(size_class, blocks, growth);
    });
    if (taken) publish(size_class, static_cast<std::int64_t>(*taken));
    return taken;
}

void Arena::put(std::size_t size_class, std::span<const Block> blocks) {
    publish(size_class, -static_cast<std::int64_t>(blocks.size()));
    put_home(blocks);
}

void Arena::shelve(std::size_t size_class, std::span<const Block> blocks) {
    const std::size_t bytes = blocks.size() * class_sizes[size_class];
    if (!reserve_on_shelf(bytes)) return put(size_class, blocks);
    if (!shelves_[size_class].put(0, blocks)) {
        unreserve_on_shelf(bytes);
        return put(size_class, blocks);
    }
    // Only now, as when a magazine is emptied: an onlooker sees too many blocks live, never too
    // few.
    publish(size_class, -static_cast<std::int64_t>(blocks.size()));
    tell_caretaker();
}

/// To the shard of each; blocks that lie together often have the same.
void Arena::put_home(std::span<const Block> blocks) {
    bool fell_empty = false;
    std::unique_lock<Shard> guard;
    for (const Block& block : blocks) {
        Span& span = *find(block.data);
        if (guard.mutex() != span.home) {
            if (guard) guard.unlock();
            guard = std::unique_lock(*span.home);
        }
        fell_empty |= span.home->put(span, block);
    }
    if (guard) guard.unlock();
    if (fell_empty) tell_caretaker();
}

// ---- large blocks

Result<Block> Arena::take_large(std::uint32_t pages, std::uint32_t alignment, Terms terms) {
    auto block = take_from_any(shards_, terms, [&](Shard& shard, Growth growth) {
        return shard.take_large(pages, alignment, growth);
    });
    if (block) publish_large(1, std::int64_t{pages} * static_cast<std::int64_t>(page_size));
    return block;
}

void Arena::put_large(std::span<const Block> blocks) {
    std::int64_t bytes = 0;
    for (const Block& block : blocks)
        bytes += static_cast<std::int64_t>(find(block.data)->bytes());
    publish_large(-static_cast<std::int64_t>(blocks.size()), -bytes);
    put_home(blocks);
}

std::size_t Arena::take_shelved(std::uint32_t pages, std::span<Block> blocks) {
    const std::size_t taken = large_shelf_.take(pages, blocks);
    if (taken == 0) return 0;
    const std::size_t bytes = taken * pages * page_size;
    unreserve_on_shelf(bytes);
    publish_large(static_cast<std::int64_t>(taken), static_cast<std::int64_t>(bytes));
    return taken;
}

void Arena::shelve_large(std::uint32_t pages, std::span<const Block> blocks) {
    const std::size_t bytes = blocks.size() * pages * page_size;
    if (!reserve_on_shelf(bytes)) return put_large(blocks);
    if (!large_shelf_.put(pages, blocks)) {
        unreserve_on_shelf(bytes);
        return put_large(blocks);
    }
    publish_large(-static_cast<std::int64_t>(blocks.size()), -static_cast<std::int64_t>(bytes));
    tell_caretaker();
}

// ---- shelves

/// relaxed, here and below: a bound, which two threads at once may overstep by a batch each.
bool Arena::reserve_on_shelf(std::size_t bytes) {
    const auto more = static_cast<std::int64_t>(bytes);
    if (shelved_bytes_.load(std::memory_order_relaxed) + more > shelved_bytes_max) return false;
    shelved_bytes_.fetch_add(more, std::memory_order_relaxed);
    return true;
}

void Arena::unreserve_on_shelf(std::size_t bytes) {
    shelved_bytes_.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
}

/// What waits on a shelf counts as in the arena already.
void Arena::clear_shelves() {
    if (shelved_bytes_.load(std::memory_order_relaxed) == 0) return;
    for (std::size_t size_class = 0; size_class < class_count; ++size_class) {
        shelves_[size_class].drain([&](std::uint32_t, std::span<const Block> blocks) {
            unreserve_on_shelf(blocks.size() * class_sizes[size_class]);
            put_home(blocks);
        });
    }
    large_shelf_.drain([&](std::uint32_t pages, std::span<const Block> blocks) {
        unreserve_on_shelf(blocks.size() * pages * page_size);
        put_home(blocks);
    });
}

bool Arena::give_back(std::chrono::milliseconds delay) {
    // First, so that without a delay what falls empty by it counts as well.
    clear_shelves();
    const bool more = superblocks_->give_back(delay);
    publish_free();
    return more;
}

// ---- for onlookers

void Arena::publish(std::size_t size_class, std::int64_t blocks) {
    // relaxed, here and below: counters for readers of the header.
    file_->header().counters.class_blocks[size_class].fetch_add(static_cast<std::uint64_t>(blocks),
                                                                std::memory_order_relaxed);
    CRASH_POINT(class_blocks_published);
}

void Arena::publish_large(std::int64_t blocks, std::int64_t bytes) {
    HeapCounters& counters = file_->header().counters;
    counters.large_blocks.fetch_add(static_cast<std::uint64_t>(blocks), std::memory_order_relaxed);
    CRASH_POINT(large_blocks_published);
    counters.large_bytes.fetch_add(static_cast<std::uint64_t>(bytes), std::memory_order_relaxed);
    CRASH_POINT(large_bytes_published);
}

/// One shard after the other: each by itself is exact.
void Arena::publish_free() {
    FreePages free;
    for (Shard& shard : shards_) {
        const std::lock_guard guard(shard);
        shard.count_free(free);
    }
    superblocks_->count_free(free);
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    HeapCounters& counters = file_->header().counters;
    counters.free_bytes.store(free.pages * page_size, std::memory_order_relaxed);
    counters.free_longest_bytes.store(free.longest * page_size, std::memory_order_relaxed);
    counters.free_seen_at_ns.store(static_cast<std::uint64_t>(now.count()),
                                   std::memory_order_relaxed);
}

void Arena::tell_caretaker() {
    if (caretaker_ != nullptr) caretaker_->memory_fell_empty();
}

}  // namespace shmheap::detail
