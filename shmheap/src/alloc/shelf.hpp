/// A shelf: where a thread leaves blocks that it freed and has no room for, a batch at a time, for
/// a thread that needs some of the same kind. So a block that one thread allocates and another
/// frees changes hands without the arena's lock, at the price of copying its entry twice.
///
/// Each place holds one batch of one kind: a size class, or a number of pages. A place is claimed
/// by one compare-exchange, and whoever finds none that serves goes to the arena: nobody waits.
/// Thread-safety: every function may be called from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "alloc/span.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

template <std::size_t place_count, std::size_t batch_blocks_max>
class Shelf {
public:
    static constexpr std::size_t batch_max = batch_blocks_max;

    /// False, and nothing was done, when no place is free. `blocks`: 1 to batch_max.
    [[nodiscard]] bool put(std::uint32_t kind, std::span<const Block> blocks) {
        for (std::size_t place = 0; place < place_count; ++place) {
            if (!claim(place, empty)) continue;
            std::copy(blocks.begin(), blocks.end(), batches_[place].begin());
            release(place, filled(kind, blocks.size()));
            return true;
        }
        return false;
    }

    /// Fills `blocks` from one batch, and leaves there what does not fit. Returns how many.
    std::size_t take(std::uint32_t kind, std::span<Block> blocks) {
        for (std::size_t place = 0; place < place_count; ++place) {
            const std::uint64_t seen = states_[place].load(std::memory_order_relaxed);
            if (seen <= busy || kind_of(seen) != kind || !claim(place, seen)) continue;
            const std::size_t count = count_of(seen);
            const std::size_t taken = std::min(count, blocks.size());
            const std::size_t left = count - taken;
            std::copy_n(batches_[place].begin() + left, taken, blocks.begin());
            release(place, left == 0 ? empty : filled(kind, left));
            return taken;
        }
        return 0;
    }

    /// Calls consume(kind, blocks) for every batch that nobody has claimed, and empties its place.
    template <class Consume>
    void drain(Consume consume) {
        for (std::size_t place = 0; place < place_count; ++place) {
            const std::uint64_t seen = states_[place].load(std::memory_order_relaxed);
            if (seen <= busy || !claim(place, seen)) continue;
            consume(kind_of(seen), std::span<const Block>(batches_[place].data(), count_of(seen)));
            release(place, empty);
        }
    }

private:
    /// A place's state: empty, claimed by a thread, or kind and number of its blocks.
    static constexpr std::uint64_t empty = 0;
    static constexpr std::uint64_t busy = 1;

    static constexpr std::uint64_t filled(std::uint32_t kind, std::size_t count) {
        return std::uint64_t{kind} << 32 | count << 1;
    }
    static constexpr std::uint32_t kind_of(std::uint64_t state) {
        return static_cast<std::uint32_t>(state >> 32);
    }
    static constexpr std::size_t count_of(std::uint64_t state) {
        return static_cast<std::uint32_t>(state) >> 1;
    }

    [[nodiscard]] bool claim(std::size_t place, std::uint64_t expected) {
        if (states_[place].load(std::memory_order_relaxed) != expected) return false;
        // acquire: pairs with release(): the batch, and what was done to its blocks, is seen.
        return states_[place].compare_exchange_strong(expected, busy, std::memory_order_acquire,
                                                      std::memory_order_relaxed);
    }
    void release(std::size_t place, std::uint64_t state) {
        states_[place].store(state, std::memory_order_release);  // pairs with claim()
    }

    alignas(cache_line_size) std::array<std::atomic<std::uint64_t>, place_count> states_{};
    /// Not initialised: what is never used is never touched.
    alignas(cache_line_size) std::array<std::array<Block, batch_blocks_max>, place_count> batches_;
};

}  // namespace shmheap::detail
