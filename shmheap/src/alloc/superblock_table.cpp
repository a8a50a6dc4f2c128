#include "alloc/superblock_table.hpp"

#include <algorithm>
#include <bit>

#include "alloc/poison.hpp"
#include "os/assert.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

constexpr std::uint32_t no_run = ~0U;
constexpr std::uint32_t bits_per_word = 64;

/// Where the free run that reaches up to `page` begins; `page` itself when the one before is taken.
std::uint32_t free_begin(const std::uint64_t* words, std::uint32_t page) {
    while (page > 0) {
        const std::uint32_t shift = (page - 1) % bits_per_word;
        const std::uint64_t before = words[(page - 1) / bits_per_word]
                                     << (bits_per_word - 1 - shift);
        const auto ones = static_cast<std::uint32_t>(std::countl_one(before));
        page -= ones;
        if (ones <= shift) break;
    }
    return page;
}

/// Where the free run that starts at `page` ends; `page` itself when it is taken.
std::uint32_t free_end(const std::uint64_t* words, std::uint32_t page, std::uint32_t page_count) {
    while (page < page_count) {
        const std::uint32_t shift = page % bits_per_word;
        const auto ones =
            static_cast<std::uint32_t>(std::countr_one(words[page / bits_per_word] >> shift));
        page += ones;
        if (ones < bits_per_word - shift) break;
    }
    return page;
}

}  // namespace

SuperblockTable::SuperblockTable(HeapFile& file, os::Mapping superblocks, os::Mapping bitmaps)
    : file_(&file),
      superblocks_(std::move(superblocks)),
      bitmaps_(std::move(bitmaps)),
      superblock_size_(file.header().superblock_size),
      pages_per_superblock_(static_cast<std::uint32_t>(superblock_size_ / page_size)),
      bitmap_words_(pages_per_superblock_ / bits_per_word),
      count_((file.size_max() - payload_offset) / superblock_size_) {}

Result<SuperblockTable> SuperblockTable::create(HeapFile& file) {
    const HeapHeader& header = file.header();
    const std::size_t pages = (file.size_max() - payload_offset) / page_size;
    const std::size_t count = pages * page_size / header.superblock_size;
    auto superblocks = os::Mapping::private_memory(count * sizeof(Superblock));
    if (!superblocks) return tl::unexpected(superblocks.error());
    auto bitmaps = os::Mapping::private_memory(pages / 8);
    if (!bitmaps) return tl::unexpected(bitmaps.error());
    return SuperblockTable(file, std::move(*superblocks), std::move(*bitmaps));
}

Result<std::uint32_t> SuperblockTable::allocate(std::uint32_t pages, std::uint32_t alignment,
                                                Growth growth) {
    if (pages > pages_per_superblock_ / 2) return allocate_whole(pages, growth);
    std::size_t fallback = count_;  // the lowest empty, else the lowest absent superblock
    for (std::size_t index = 0; index < high_water_; ++index) {
        if (at(index).large_pages != 0 || at(index).longest_free < pages) {
            if (fallback == count_ && is_absent(index)) fallback = index;
            continue;
        }
        if (is_empty(index)) {
            if (fallback == count_ || is_absent(fallback)) fallback = index;
            continue;
        }
        const std::uint32_t first = find_run(index, pages, alignment);
        if (first == no_run) continue;
        mark(index, first, pages, false);
        return static_cast<std::uint32_t>(index) * pages_per_superblock_ + first;
    }
    if (fallback == count_) {
        if (high_water_ == count_) return fail(ENOMEM, "grow heap beyond its limit", file_->name());
        fallback = high_water_;
    }
    if (auto grown = commit(fallback, pages_per_superblock_, growth); !grown) {
        return tl::unexpected(grown.error());
    }
    high_water_ = std::max(high_water_, fallback + 1);
    if (is_empty(fallback)) --empty_count_;
    mark(fallback, 0, pages, false);
    return static_cast<std::uint32_t>(fallback) * pages_per_superblock_;
}

Result<std::uint32_t> SuperblockTable::allocate_whole(std::uint32_t pages, Growth growth) {
    const std::size_t needed = (pages + pages_per_superblock_ - 1) / pages_per_superblock_;
    std::size_t first = 0;
    std::size_t length = 0;
    for (std::size_t index = 0; index < count_ && length < needed; ++index) {
        if (!is_absent(index) && !is_empty(index)) {
            length = 0;
            continue;
        }
        if (length++ == 0) first = index;
    }
    if (length < needed) return fail(ENOMEM, "grow heap beyond its limit", file_->name());

    for (std::size_t index = first; index < first + needed; ++index) {
        const auto left = pages - static_cast<std::uint32_t>(index - first) * pages_per_superblock_;
        if (auto grown = commit(index, std::min(left, pages_per_superblock_), growth); !grown) {
            // What was committed so far stays as empty superblocks and is given back like them.
            return tl::unexpected(grown.error());
        }
        high_water_ = std::max(high_water_, index + 1);
    }
    for (std::size_t index = first; index < first + needed; ++index) {
        if (is_empty(index)) --empty_count_;
        at(index).large_pages = pages;
        at(index).free_pages = 0;
        at(index).longest_free = 0;
    }
    return static_cast<std::uint32_t>(first) * pages_per_superblock_;
}

/// Puts memory behind the first `pages` pages. A superblock that was absent becomes an empty one.
Status SuperblockTable::commit(std::size_t index, std::uint32_t pages, Growth growth) {
    Superblock& superblock = at(index);
    const std::uint32_t before = superblock.committed_pages;
    if (pages <= before) return {};
    if (growth == Growth::forbidden) return fail(EAGAIN, "grow heap", file_->name());
    const std::uint64_t start = payload_offset + index * superblock_size_;
    const std::uint64_t missing = start + std::uint64_t{before} * page_size;
    const std::uint64_t missing_bytes = std::uint64_t{pages - before} * page_size;
    if (auto committed = file_->commit(missing, missing_bytes); !committed) {
        // Some steps of it may have succeeded. Whoever else is short of memory needs them more.
        file_->give_back(missing, missing_bytes);
        return committed;
    }
    file_->prefault(start + std::uint64_t{before} * page_size,
                    std::uint64_t{pages - before} * page_size);
    superblock.committed_pages = pages;
    publish_committed(static_cast<std::int64_t>(pages) - before);
    ++commits_;
    if (before == 0) set_empty(index, Clock::now());
    return {};
}

void SuperblockTable::set_empty(std::size_t index, Clock::time_point now) {
    Superblock& superblock = at(index);
    superblock.large_pages = 0;
    superblock.free_pages = pages_per_superblock_;
    superblock.longest_free = pages_per_superblock_;
    superblock.empty_since = now;
    std::fill_n(bitmap(index), bitmap_words_, ~std::uint64_t{0});
    ++empty_count_;
}

void SuperblockTable::free(std::uint32_t first_page, std::uint32_t pages, Clock::time_point now) {
    const std::size_t index = first_page / pages_per_superblock_;
    if (at(index).large_pages != 0) {
        ASSERT(at(index).large_pages == pages);
        const std::size_t needed = (pages + pages_per_superblock_ - 1) / pages_per_superblock_;
        for (std::size_t each = index; each < index + needed; ++each)
            set_empty(each, now);
        return;
    }
    mark(index, first_page % pages_per_superblock_, pages, true);
    if (is_empty(index)) {
        at(index).empty_since = now;
        ++empty_count_;
    }
}

std::size_t SuperblockTable::give_back(Clock::time_point now, std::chrono::milliseconds delay) {
    std::size_t given = 0;
    for (std::size_t index = 0; index < high_water_ && empty_count_ > 0; ++index) {
        Superblock& superblock = at(index);
        if (!is_empty(index) || now - superblock.empty_since < delay) continue;
        allow_use(file_->data() + payload_offset + index * superblock_size_, superblock_size_);
        file_->give_back(payload_offset + index * superblock_size_,
                         std::uint64_t{superblock.committed_pages} * page_size);
        publish_committed(-static_cast<std::int64_t>(superblock.committed_pages));
        superblock = Superblock{};
        --empty_count_;
        ++given;
    }
    while (high_water_ > 0 && is_absent(high_water_ - 1))
        --high_water_;
    return given;
}

/// First fit within one superblock. When nothing fits, `longest_free` learns the truth.
std::uint32_t SuperblockTable::find_run(std::size_t index, std::uint32_t pages,
                                        std::uint32_t alignment) {
    const std::uint64_t* words = bitmap(index);
    const auto base = static_cast<std::uint32_t>(index) * pages_per_superblock_;
    std::uint32_t longest = 0;
    std::uint32_t position = 0;
    while (position < pages_per_superblock_) {
        const std::uint64_t ahead = words[position / bits_per_word] >> position % bits_per_word;
        if (ahead == 0) {
            position = (position / bits_per_word + 1) * bits_per_word;
            continue;
        }
        const std::uint32_t begin = position + static_cast<std::uint32_t>(std::countr_zero(ahead));
        const std::uint32_t end = free_end(words, begin, pages_per_superblock_);
        const std::uint32_t aligned = (base + begin + alignment - 1) / alignment * alignment - base;
        if (aligned + pages <= end) return aligned;
        longest = std::max(longest, end - begin);
        position = end;
    }
    at(index).longest_free = longest;
    return no_run;
}

void SuperblockTable::mark(std::size_t index, std::uint32_t first, std::uint32_t pages, bool free) {
    std::uint64_t* words = bitmap(index);
    Superblock& superblock = at(index);
    std::uint32_t position = first;
    std::uint32_t left = pages;
    while (left > 0) {
        const std::uint32_t shift = position % bits_per_word;
        const std::uint32_t count = std::min(left, bits_per_word - shift);
        const std::uint64_t ones =
            count == bits_per_word ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        std::uint64_t& word = words[position / bits_per_word];
        ASSERT((word & ones << shift) == (free ? 0 : ones << shift));
        word ^= ones << shift;
        position += count;
        left -= count;
    }
    if (!free) {
        superblock.free_pages -= pages;
        return;
    }
    superblock.free_pages += pages;
    // The run may have joined its neighbours: measure it in both directions, a word at a time.
    const std::uint32_t begin = free_begin(words, first);
    const std::uint32_t end = free_end(words, first + pages, pages_per_superblock_);
    superblock.longest_free = std::max(superblock.longest_free, end - begin);
}

void SuperblockTable::publish_committed(std::int64_t pages) {
    // relaxed: a counter for readers of the header; only written under the arena's lock.
    auto& counter = file_->header().counters.committed_bytes;
    counter.store(counter.load(std::memory_order_relaxed) +
                      static_cast<std::uint64_t>(pages * static_cast<std::int64_t>(page_size)),
                  std::memory_order_relaxed);
    CRASH_POINT(committed_bytes_published);
}

}  // namespace shmheap::detail
