/// The large blocks that wait in a thread for their next use, whole as they were allocated: few of
/// them and 1 MiB at most, of whatever sizes, last in first out. Only that thread touches them; how
/// many there are is published for onlookers.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "alloc/span.hpp"
#include "os/crash_point.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

class KeptRuns {
public:
    static constexpr std::size_t runs_max = 16;
    static constexpr std::uint32_t pages_max = 1024 * 1024 / page_size;

    /// Forgets what there was.
    void bind(ThreadCounters& published) {
        published_ = &published;
        count_ = 0;
        total_ = 0;
    }

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::uint32_t pages() const { return total_; }
    [[nodiscard]] bool has_room(std::uint32_t pages) const {
        return count_ < runs_max && total_ + pages <= pages_max;
    }

    /// Only if has_room().
    void push(std::uint32_t pages, Block block) {
        blocks_[count_] = block;
        pages_[count_] = pages;
        publish(count_ + 1, total_ + pages);
        CRASH_POINT(run_kept);
    }

    /// A run of that many pages or up to an eighth more; data is nullptr if none is kept.
    [[nodiscard]] Block take(std::size_t pages) {
        for (std::size_t place = count_; place-- > 0;) {
            if (pages_[place] - pages <= pages / 8) [[likely]]
                return remove(place);
        }
        return {};
    }

    /// The oldest `count` are no longer kept, once the caller has dealt with them.
    [[nodiscard]] std::span<const Block> oldest(std::size_t count) const {
        return {blocks_.data(), count};
    }
    /// Their common number of pages, or 0.
    [[nodiscard]] std::uint32_t common_pages(std::size_t count) const {
        const auto end = pages_.begin() + static_cast<std::ptrdiff_t>(count);
        const bool alike = std::all_of(pages_.begin(), end,
                                       [&](std::uint32_t pages) { return pages == pages_[0]; });
        return alike && count > 0 ? pages_[0] : 0;
    }
    /// Takes the oldest `count` out of the count that onlookers see; forget() must follow.
    void discount(std::size_t count) {
        std::uint32_t left = total_;
        for (std::size_t place = 0; place < count; ++place)
            left -= pages_[place];
        publish(count_ - count, left);
        CRASH_POINT(kept_run_flushed);
    }
    void forget(std::size_t count) {
        std::copy_n(blocks_.begin() + count, count_, blocks_.begin());
        std::copy_n(pages_.begin() + count, count_, pages_.begin());
    }

private:
    Block remove(std::size_t place) {
        const Block block = blocks_[place];
        publish(count_ - 1, total_ - pages_[place]);
        CRASH_POINT(kept_run_taken);
        for (; place < count_; ++place) {
            blocks_[place] = blocks_[place + 1];
            pages_[place] = pages_[place + 1];
        }
        return block;
    }

    void publish(std::size_t count, std::uint32_t total) {
        count_ = static_cast<std::uint32_t>(count);
        total_ = total;
        // relaxed: onlookers want the numbers alone.
        published_->large_pages.store(total, std::memory_order_relaxed);
        published_->class_blocks[large_class].store(
            static_cast<std::uint16_t>(count > 0 ? count - 1 : 0), std::memory_order_relaxed);
    }

    std::uint32_t count_ = 0;
    std::uint32_t total_ = 0;
    ThreadCounters* published_ = nullptr;
    std::array<std::uint32_t, runs_max> pages_{};
    std::array<Block, runs_max> blocks_{};
};

}  // namespace shmheap::detail
