#include "file/inspect_blocks.hpp"

#include <algorithm>
#include <limits>

#include "file/bounded_read.hpp"
#include "shmheap/layout.hpp"

namespace shmheap {
namespace {

/// The part of a head that holds the counters of the first `thread_slots_used` threads.
std::span<const std::byte> thread_counters(std::span<const std::byte> head) {
    const auto used =
        load<std::uint32_t>(head, counter_offset(offsetof(HeapCounters, thread_slots_used)));
    const std::size_t room =
        head.size() < thread_counters_offset ? 0 : head.size() - thread_counters_offset;
    const auto count = std::min<std::size_t>(used, room / sizeof(ThreadCounters));
    return count == 0 ? std::span<const std::byte>{}
                      : head.subspan(thread_counters_offset, count * sizeof(ThreadCounters));
}

/// What of the blocks that are out of the arena waits with threads; the rest is live.
BlockCount divide(std::uint64_t out, std::uint64_t waiting) {
    const std::uint64_t cached = std::min(out, waiting);
    return {.live = out - cached, .cached = cached};
}

}  // namespace

std::uint64_t add_clamped(std::uint64_t left, std::uint64_t right) {
    std::uint64_t sum = 0;
    if (__builtin_add_overflow(left, right, &sum)) return std::numeric_limits<std::uint64_t>::max();
    return sum;
}

std::uint64_t multiply_clamped(std::uint64_t left, std::uint64_t right) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(left, right, &product))
        return std::numeric_limits<std::uint64_t>::max();
    return product;
}

BlockCounts count_blocks(std::span<const std::byte> head) {
    std::array<std::uint64_t, detail::class_count> in_magazines{};
    std::uint64_t large_kept = 0;
    std::uint64_t large_kept_bytes = 0;
    for (auto rest = thread_counters(head); !rest.empty();
         rest = rest.subspan(sizeof(ThreadCounters))) {
        const auto blocks = load<std::array<std::uint16_t, detail::class_count + 1>>(
            rest, offsetof(ThreadCounters, class_blocks));
        static_assert(sizeof blocks <= offsetof(ThreadCounters, large_pages));
        for (std::size_t index = 0; index < in_magazines.size(); ++index)
            in_magazines[index] += blocks[index];
        const auto pages = load<std::uint32_t>(rest, offsetof(ThreadCounters, large_pages));
        large_kept += pages != 0 ? blocks.back() + 1U : 0U;
        large_kept_bytes += std::uint64_t{pages} * page_size;
    }

    const auto word = [&head](std::size_t offset) {
        return load<std::uint64_t>(head, counter_offset(offset));
    };
    BlockCounts counts;
    for (std::size_t index = 0; index < detail::class_count; ++index)
        counts.classes[index] =
            divide(word(offsetof(HeapCounters, class_blocks) + index * 8), in_magazines[index]);
    // Whatever the counter says, no more blocks than the heap has pages.
    const auto pages = word(offsetof(HeapCounters, committed_bytes)) / page_size;
    counts.large = divide(std::min(word(offsetof(HeapCounters, large_blocks)), pages), large_kept);
    const auto bytes = divide(word(offsetof(HeapCounters, large_bytes)), large_kept_bytes);
    counts.large_live_bytes = bytes.live;
    counts.large_cached_bytes = bytes.cached;
    return counts;
}

std::uint64_t BlockCounts::live_blocks() const {
    std::uint64_t blocks = large.live;
    for (const BlockCount& each : classes)
        blocks = add_clamped(blocks, each.live);
    return blocks;
}

std::uint64_t BlockCounts::live_bytes() const {
    std::uint64_t bytes = large_live_bytes;
    for (std::size_t index = 0; index < classes.size(); ++index)
        bytes =
            add_clamped(bytes, multiply_clamped(classes[index].live, detail::class_sizes[index]));
    return bytes;
}

std::uint64_t BlockCounts::cached_bytes() const {
    std::uint64_t bytes = large_cached_bytes;
    for (std::size_t index = 0; index < classes.size(); ++index)
        bytes =
            add_clamped(bytes, multiply_clamped(classes[index].cached, detail::class_sizes[index]));
    return bytes;
}

std::uint64_t BlockUsage::unused_bytes() const {
    return committed_bytes - std::min(committed_bytes, blocks.live_bytes());
}

BlockUsage inspect_blocks(std::span<const std::byte> head) {
    const auto word = [&head](std::size_t offset) {
        return load<std::uint64_t>(head, counter_offset(offset));
    };
    BlockUsage usage;
    usage.committed_bytes = word(offsetof(HeapCounters, committed_bytes));
    usage.blocks = count_blocks(head);
    const auto seen_at_ns = word(offsetof(HeapCounters, free_seen_at_ns));
    if (seen_at_ns == 0) return usage;
    const auto free_bytes =
        std::min(word(offsetof(HeapCounters, free_bytes)), usage.committed_bytes);
    usage.free = {
        .bytes = free_bytes,
        .longest_bytes = std::min(word(offsetof(HeapCounters, free_longest_bytes)), free_bytes),
        .seen_at_ns = seen_at_ns};
    return usage;
}

}  // namespace shmheap
