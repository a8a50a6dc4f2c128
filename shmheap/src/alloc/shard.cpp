#include "alloc/shard.hpp"

#include <algorithm>
#include <new>

#include "os/assert.hpp"

namespace shmheap::detail {

Result<std::size_t> Shard::take(std::size_t size_class, std::span<Block> blocks, Growth growth) {
    Span*& first = first_[size_class];
    std::size_t taken = 0;
    while (taken < blocks.size()) {
        if (first == nullptr) {
            auto span = make_small_span(size_class, growth);
            if (!span && taken > 0) break;
            if (!span) return tl::unexpected(span.error());
            enlist(**span);
        }
        Span& span = *first;
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
        if (span.free_count == 0) delist(span);
    }
    return taken;
}

Result<Block> Shard::take_large(std::uint32_t pages, std::uint32_t alignment, Growth growth) {
    auto made = make_span(pages, alignment, growth);
    if (!made) return tl::unexpected(made.error());
    Span& span = **made;
    span.size_class = large_class;
    span.block_size = page_size;
    span.reciprocal = reciprocal_of(page_size);
    span.block_count = 1;
    span.words = span.single_word.data();
    span.words->store(block_cached, std::memory_order_relaxed);
    pages_.spans[span.first_page].store(&span, std::memory_order_relaxed);
    return Block{span.begin, span.words};
}

bool Shard::put(Span& span, const Block& block) {
    ASSERT(block.word->load(std::memory_order_relaxed) == block_cached);
    if (span.is_large()) return destroy_span(span);
    const auto index = static_cast<std::uint32_t>(block.word - span.words);
    block.word->store(block_free | span.free_head, std::memory_order_relaxed);
    span.free_head = index;
    ++span.free_count;
    if (!span.listed) enlist(span);
    if (span.free_count < span.block_count) return false;
    delist(span);
    return destroy_span(span);
}

/// A span without pages, or nullptr when private memory is out.
Span* Shard::unused_span() {
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
Result<Span*> Shard::make_span(std::uint32_t pages, std::uint32_t alignment, Growth growth) {
    Span* span = unused_span();
    if (span == nullptr) return fail(ENOMEM, "describe span", file_->name());
    auto first_page = runs_.allocate(pages, alignment, growth);
    if (!first_page) {
        span->next = unused_spans_;
        unused_spans_ = span;
        return tl::unexpected(first_page.error());
    }
    span->begin = pages_.payload + std::size_t{*first_page} * page_size;
    span->first_page = *first_page;
    span->page_count = pages;
    span->home = this;
    return span;
}

Result<Span*> Shard::make_small_span(std::size_t size_class, Growth growth) {
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
        pages_.spans[span.first_page + page].store(&span, std::memory_order_relaxed);
    }
    return &span;
}

bool Shard::destroy_span(Span& span) {
    const std::uint32_t entries = span.is_large() ? 1 : span.page_count;
    for (std::uint32_t page = 0; page < entries; ++page) {
        pages_.spans[span.first_page + page].store(nullptr, std::memory_order_relaxed);
    }
    const bool fell_empty = runs_.free(span.first_page, span.page_count);
    span.next = unused_spans_;
    unused_spans_ = &span;
    return fell_empty;
}

void Shard::enlist(Span& span) {
    Span*& first = first_[span.size_class];
    span.listed = true;
    span.previous = nullptr;
    span.next = first;
    if (first != nullptr) first->previous = &span;
    first = &span;
}

void Shard::delist(Span& span) {
    Span*& first = first_[span.size_class];
    span.listed = false;
    if (span.previous != nullptr) span.previous->next = span.next;
    if (span.next != nullptr) span.next->previous = span.previous;
    if (first == &span) first = span.next;
}

}  // namespace shmheap::detail
