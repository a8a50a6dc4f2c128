#include "alloc/superblock_table.hpp"

#include <algorithm>
#include <mutex>
#include <new>

#include "alloc/poison.hpp"
#include "os/assert.hpp"
#include "os/crash_point.hpp"

namespace shmheap::detail {

SuperblockTable::SuperblockTable(HeapFile& file, os::Mapping superblocks, os::Mapping bitmaps)
    : file_(&file),
      superblocks_(std::move(superblocks)),
      bitmaps_(std::move(bitmaps)),
      superblock_size_(file.header().superblock_size),
      pages_per_superblock_(static_cast<std::uint32_t>(superblock_size_ / page_size)),
      count_((file.size_max() - payload_offset) / superblock_size_) {}

Result<std::unique_ptr<SuperblockTable>> SuperblockTable::create(HeapFile& file) {
    const HeapHeader& header = file.header();
    const std::size_t pages = (file.size_max() - payload_offset) / page_size;
    const std::size_t count = pages * page_size / header.superblock_size;
    auto superblocks = os::Mapping::private_memory(count * sizeof(Superblock));
    if (!superblocks) return tl::unexpected(superblocks.error());
    auto bitmaps = os::Mapping::private_memory(pages / 8);
    if (!bitmaps) return tl::unexpected(bitmaps.error());
    std::unique_ptr<SuperblockTable> table(
        new (std::nothrow) SuperblockTable(file, std::move(*superblocks), std::move(*bitmaps)));
    if (!table) return fail(ENOMEM, "describe superblocks", file.name());
    return table;
}

/// The lowest empty, else the lowest absent one; count_ if there is none.
std::size_t SuperblockTable::first_available() const {
    std::size_t absent = count_;
    for (std::size_t index = 0; index < high_water_; ++index) {
        if (at(index).state == State::empty) return index;
        if (absent == count_ && at(index).state == State::absent) absent = index;
        if (absent != count_ && empty_count_ == 0) break;
    }
    return absent != count_ ? absent : std::min(high_water_, count_);
}

Result<std::uint32_t> SuperblockTable::acquire(Growth growth) {
    const std::lock_guard guard(mutex_);
    const std::size_t index = first_available();
    if (index == count_) return fail(ENOMEM, "grow heap beyond its limit", file_->name());
    if (auto grown = commit(index, pages_per_superblock_, growth); !grown) {
        return tl::unexpected(grown.error());
    }
    set_taken(index, State::held);
    return static_cast<std::uint32_t>(index);
}

void SuperblockTable::release(std::uint32_t index) {
    const std::lock_guard guard(mutex_);
    ASSERT(at(index).state == State::held);
    set_empty(index);
}

Result<std::uint32_t> SuperblockTable::allocate_whole(std::uint32_t pages, Growth growth) {
    const std::lock_guard guard(mutex_);
    const std::size_t needed = (pages + pages_per_superblock_ - 1) / pages_per_superblock_;
    std::size_t first = 0;
    std::size_t length = 0;
    for (std::size_t index = 0; index < count_ && length < needed; ++index) {
        if (!is_available(index)) {
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
    }
    for (std::size_t index = first; index < first + needed; ++index) {
        set_taken(index, State::whole);
        at(index).whole_pages = pages;
    }
    return static_cast<std::uint32_t>(first) * pages_per_superblock_;
}

void SuperblockTable::free_whole(std::uint32_t index, std::uint32_t pages) {
    const std::lock_guard guard(mutex_);
    const std::size_t needed = (pages + pages_per_superblock_ - 1) / pages_per_superblock_;
    for (std::size_t each = index; each < index + needed; ++each) {
        ASSERT(at(each).state == State::whole);
        ASSERT(at(each).whole_pages == pages);
        set_empty(each);
    }
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
    file_->prefault(missing, missing_bytes);
    superblock.committed_pages = pages;
    publish_committed(static_cast<std::int64_t>(pages) - before);
    ++commits_;
    if (superblock.state == State::absent) set_empty(index);
    high_water_ = std::max(high_water_, index + 1);
    return {};
}

void SuperblockTable::set_empty(std::size_t index) {
    Superblock& superblock = at(index);
    superblock.state = State::empty;
    superblock.whole_pages = 0;
    superblock.empty_since = Clock::now();
    ++empty_count_;
}

void SuperblockTable::set_taken(std::size_t index, State state) {
    ASSERT(at(index).state == State::empty);
    at(index).state = state;
    --empty_count_;
}

bool SuperblockTable::give_back(std::chrono::milliseconds delay) {
    const std::lock_guard guard(mutex_);
    const auto now = Clock::now();
    for (std::size_t index = 0; index < high_water_ && empty_count_ > 0; ++index) {
        Superblock& superblock = at(index);
        if (superblock.state != State::empty || now - superblock.empty_since < delay) continue;
        allow_use(file_->data() + payload_offset + index * superblock_size_, superblock_size_);
        file_->give_back(payload_offset + index * superblock_size_,
                         std::uint64_t{superblock.committed_pages} * page_size);
        publish_committed(-static_cast<std::int64_t>(superblock.committed_pages));
        superblock = Superblock{};
        --empty_count_;
        ++given_back_;
    }
    while (high_water_ > 0 && at(high_water_ - 1).state == State::absent)
        --high_water_;
    return empty_count_ > 0;
}

/// Empty superblocks that lie together can become one large block.
void SuperblockTable::count_free(FreePages& free) {
    const std::lock_guard guard(mutex_);
    std::uint64_t together = 0;
    for (std::size_t index = 0; index < high_water_ && empty_count_ > 0; ++index) {
        const Superblock& superblock = at(index);
        if (superblock.state != State::empty) {
            together = 0;
            continue;
        }
        free.pages += superblock.committed_pages;
        together += superblock.committed_pages;
        free.longest = std::max(free.longest, together);
        if (superblock.committed_pages < pages_per_superblock_) together = 0;
    }
}

std::uint64_t SuperblockTable::used_bytes() {
    const std::lock_guard guard(mutex_);
    return high_water_ * superblock_size_;
}

std::uint64_t SuperblockTable::superblocks_committed() {
    const std::lock_guard guard(mutex_);
    return commits_;
}

std::uint64_t SuperblockTable::superblocks_given_back() {
    const std::lock_guard guard(mutex_);
    return given_back_;
}

void SuperblockTable::publish_committed(std::int64_t pages) {
    // relaxed: a counter for readers of the header; only written under the lock.
    auto& counter = file_->header().counters.committed_bytes;
    counter.store(counter.load(std::memory_order_relaxed) +
                      static_cast<std::uint64_t>(pages * static_cast<std::int64_t>(page_size)),
                  std::memory_order_relaxed);
    CRASH_POINT(committed_bytes_published);
}

}  // namespace shmheap::detail
