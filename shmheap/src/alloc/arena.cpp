#include "alloc/arena.hpp"

#include <algorithm>
#include <new>

#include "os/assert.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

/// Fully free spans that a class keeps for its next blocks.
constexpr std::uint32_t empty_spans_kept = 1;

/// Bytes before the page table's first entry. Without them the entries of the first pages and the
/// counters that threads publish would have equal low address bits, and the processor would take
/// the load of the one for a reader of the store to the other: 9.9 instead of 5.9 ns for a pair.
constexpr std::size_t page_table_lead = 2240;

}  // namespace

Arena::Arena(HeapFile& file, SuperblockTable superblocks, os::Mapping page_table)
    : file_(&file),
      superblocks_(std::move(superblocks)),
      page_table_(std::move(page_table)),
      pages_(reinterpret_cast<std::atomic<Span*>*>(page_table_.data() + page_table_lead)),
      payload_(file.data() + payload_offset),
      payload_size_(file.size_max() - payload_offset) {}

Result<std::unique_ptr<Arena>> Arena::create(HeapFile& file) {
    auto superblocks = SuperblockTable::create(file);
    if (!superblocks) return tl::unexpected(superblocks.error());
    const std::size_t pages = (file.size_max() - payload_offset) / page_size;
    auto page_table =
        os::Mapping::private_memory(page_table_lead + pages * sizeof(std::atomic<Span*>));
    if (!page_table) return tl::unexpected(page_table.error());
    return std::unique_ptr<Arena>(new Arena(file, std::move(*superblocks), std::move(*page_table)));
}

Result<std::size_t> Arena::take(std::size_t size_class, std::span<Block> blocks, Growth growth) {
    const std::lock_guard guard(mutex_);
    ClassState& state = classes_[size_class];
    std::size_t taken = 0;
    while (taken < blocks.size()) {
        if (state.first == nullptr) {
            auto span = make_small_span(size_class, growth);
            if (!span && taken > 0) break;
            if (!span) return tl::unexpected(span.error());
            enlist(state, **span);
            ++state.empty_spans;
        }
        Span& span = *state.first;
        if (span.free_count == span.block_count) --state.empty_spans;
        const std::size_t count = std::min<std::size_t>(span.free_count, blocks.size() - taken);
        for (std::size_t each = 0; each < count; ++each) {
            const Block block = span.block(span.free_head);
            const std::uint32_t word = block.word->load(std::memory_order_relaxed);
            ASSERT((word & block_free) != 0);
            span.free_head = word & lease_count_mask;
            block.word->store(block_cached, std::memory_order_relaxed);
            blocks[taken++] = block;
        }
        span.free_count -= static_cast<std::uint32_t>(count);
        if (span.free_count == 0) delist(state, span);
    }
    publish(size_class, static_cast<std::int64_t>(taken));
    return taken;
}

void Arena::put(std::size_t size_class, std::span<const Block> blocks) {
    const std::lock_guard guard(mutex_);
    ClassState& state = classes_[size_class];
    for (const Block& block : blocks)
        put_one(state, block);
    publish(size_class, -static_cast<std::int64_t>(blocks.size()));
}

void Arena::put_one(ClassState& state, const Block& block) {
    Span& span = *find(block.data);
    ASSERT(block.word->load(std::memory_order_relaxed) == block_cached);
    const auto index = static_cast<std::uint32_t>(block.word - span.words);
    block.word->store(block_free | span.free_head, std::memory_order_relaxed);
    span.free_head = index;
    ++span.free_count;
    if (!span.listed) enlist(state, span);
    if (span.free_count < span.block_count) return;
    if (state.empty_spans < empty_spans_kept) {
        ++state.empty_spans;
        if (caretaker_ != nullptr) caretaker_->memory_fell_empty();
        return;
    }
    delist(state, span);
    destroy_span(span);
}

Result<Block> Arena::take_large(std::uint32_t pages, std::uint32_t alignment, Growth growth) {
    const std::lock_guard guard(mutex_);
    auto made = make_span(pages, alignment, growth);
    if (!made) return tl::unexpected(made.error());
    Span& span = **made;
    span.size_class = large_class;
    span.block_size = page_size;
    span.reciprocal = reciprocal_of(page_size);
    span.block_count = 1;
    span.words = span.single_word.data();
    span.words->store(block_cached, std::memory_order_relaxed);
    pages_[span.first_page].store(&span, std::memory_order_relaxed);
    HeapCounters& counters = file_->header().counters;
    counters.large_blocks.fetch_add(1, std::memory_order_relaxed);
    CRASH_POINT(large_block_counted);
    counters.large_bytes.fetch_add(span.bytes(), std::memory_order_relaxed);
    CRASH_POINT(large_bytes_counted);
    return Block{span.begin, span.words};
}

void Arena::put_large(Span& span) {
    const std::lock_guard guard(mutex_);
    ASSERT(span.is_large());
    HeapCounters& counters = file_->header().counters;
    counters.large_blocks.fetch_sub(1, std::memory_order_relaxed);
    CRASH_POINT(large_block_discounted);
    counters.large_bytes.fetch_sub(span.bytes(), std::memory_order_relaxed);
    CRASH_POINT(large_bytes_discounted);
    destroy_span(span);
}

/// A span without pages, or nullptr when private memory is out.
Span* Arena::unused_span() {
    if (unused_spans_ == nullptr) {
        try {
            return &spans_.emplace_back();
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
    Span* span = unused_spans_;
    unused_spans_ = span->next;
    return span;
}

/// A span over a fresh run of pages, which does not stand in the page table yet.
Result<Span*> Arena::make_span(std::uint32_t pages, std::uint32_t alignment, Growth growth) {
    Span* span = unused_span();
    if (span == nullptr) return fail(ENOMEM, "describe span", file_->name());
    auto first_page = superblocks_.allocate(pages, alignment, growth);
    if (!first_page) {
        span->next = unused_spans_;
        unused_spans_ = span;
        return tl::unexpected(first_page.error());
    }
    span->begin = payload_ + std::size_t{*first_page} * page_size;
    span->first_page = *first_page;
    span->page_count = pages;
    return span;
}

Result<Span*> Arena::make_small_span(std::size_t size_class, Growth growth) {
    auto made = make_span(span_pages[size_class], 1, growth);
    if (!made) return made;
    Span& span = **made;
    const std::uint32_t size = class_sizes[size_class];
    span.size_class = static_cast<std::uint8_t>(size_class);
    span.block_size = size;
    span.block_count = static_cast<std::uint32_t>(span.bytes() / size);
    span.reciprocal = reciprocal_of(size);
    const std::uint32_t words = span.block_count + 1;
    if (span.word_capacity < words) {
        span.word_storage.reset(new (std::nothrow) BlockWord[words]);
        span.word_capacity = span.word_storage ? words : 0;
    }
    if (!span.word_storage) {
        destroy_span(span);
        return fail(ENOMEM, "describe blocks", file_->name());
    }
    span.words = span.word_storage.get();
    for (std::uint32_t index = 0; index < span.block_count; ++index) {
        const std::uint32_t next = index + 1 < span.block_count ? index + 1 : no_block;
        span.words[index].store(block_free | next, std::memory_order_relaxed);
    }
    span.words[span.block_count].store(block_free, std::memory_order_relaxed);
    span.free_head = 0;
    span.free_count = span.block_count;
    for (std::uint32_t page = 0; page < span.page_count; ++page) {
        pages_[span.first_page + page].store(&span, std::memory_order_relaxed);
    }
    return &span;
}

void Arena::destroy_span(Span& span) {
    const std::uint32_t entries = span.is_large() ? 1 : span.page_count;
    for (std::uint32_t page = 0; page < entries; ++page) {
        pages_[span.first_page + page].store(nullptr, std::memory_order_relaxed);
    }
    superblocks_.free(span.first_page, span.page_count, Clock::now());
    if (caretaker_ != nullptr && superblocks_.empty_count() > 0) caretaker_->memory_fell_empty();
    span.next = unused_spans_;
    unused_spans_ = &span;
}

void Arena::enlist(ClassState& state, Span& span) {
    span.listed = true;
    span.previous = nullptr;
    span.next = state.first;
    if (state.first != nullptr) state.first->previous = &span;
    state.first = &span;
}

void Arena::delist(ClassState& state, Span& span) {
    span.listed = false;
    if (span.previous != nullptr) span.previous->next = span.next;
    if (span.next != nullptr) span.next->previous = span.previous;
    if (state.first == &span) state.first = span.next;
}

void Arena::publish(std::size_t size_class, std::int64_t blocks) {
    // relaxed: a counter for readers of the header; only written under the lock.
    auto& counter = file_->header().counters.class_blocks[size_class];
    counter.store(counter.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(blocks),
                  std::memory_order_relaxed);
    CRASH_POINT(class_blocks_published);
}

bool Arena::give_back(std::chrono::milliseconds delay) {
    const std::lock_guard guard(mutex_);
    for (ClassState& state : classes_) {
        Span* span = state.first;
        while (state.empty_spans > 0 && span != nullptr) {
            Span* next = span->next;
            if (span->free_count == span->block_count) {
                --state.empty_spans;
                delist(state, *span);
                destroy_span(*span);
            }
            span = next;
        }
    }
    // Asked only now: without a delay, what has just become empty above counts as well.
    given_back_ += superblocks_.give_back(Clock::now(), delay);
    return superblocks_.empty_count() > 0;
}

std::uint64_t Arena::superblocks_committed() {
    const std::lock_guard guard(mutex_);
    return superblocks_.superblocks_committed();
}

std::uint64_t Arena::superblocks_given_back() {
    const std::lock_guard guard(mutex_);
    return given_back_;
}

}  // namespace shmheap::detail
