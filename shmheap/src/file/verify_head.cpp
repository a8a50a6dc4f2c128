// The header and the counters of a heap, for verify().
#include <bit>

#include "alloc/kept_runs.hpp"
#include "file/inspect_blocks.hpp"
#include "file/verify_bytes.hpp"

namespace shmheap {
namespace {

constexpr std::uint64_t superblock_size_min = 256 * 1024;
constexpr std::uint64_t superblock_size_max = 64 * 1024 * 1024;
constexpr std::uint64_t payload_max = std::uint64_t{1} << 43;
/// Large blocks that threads may have counted, and not yet their bytes.
constexpr std::uint64_t large_under_way_max = thread_count_max * detail::KeptRuns::runs_max;
constexpr std::size_t counters_begin = offsetof(HeapHeader, counters);
constexpr std::size_t classes_end = offsetof(HeapCounters, class_blocks) + detail::class_count * 8;

std::uint64_t counter(std::span<const std::byte> head, std::size_t offset) {
    return load<std::uint64_t>(head, counters_begin + offset);
}

void verify_sizes(std::span<const std::byte> head, const HeapExtent& extent, Findings& findings) {
    const auto superblock = load<std::uint64_t>(head, offsetof(HeapHeader, superblock_size));
    const bool is_size = std::has_single_bit(superblock) && superblock >= superblock_size_min &&
                         superblock <= superblock_size_max;
    if (!is_size)
        report(findings, "header", "superblock size is no power of two from 256 KiB to 64 MiB",
               std::to_string(superblock));
    const std::uint64_t payload = extent.size_max - payload_offset;
    if (extent.size_max <= payload_offset || payload > payload_max ||
        (is_size && payload % superblock != 0)) {
        report(findings, "header", "maximal size is not that of a number of superblocks",
               std::to_string(extent.size_max));
    }
}

void verify_counters(std::span<const std::byte> head, const HeapExtent& extent,
                     Findings& findings) {
    const std::string place = "counters";
    const auto committed = counter(head, offsetof(HeapCounters, committed_bytes));
    if (committed % page_size != 0)
        report(findings, place, "committed bytes are no whole pages", std::to_string(committed));
    if (add_clamped(committed, client_area_offset) > extent.allocated_bytes)
        report(findings, place, "more bytes are committed than the file has memory",
               std::to_string(committed));
    const auto large = counter(head, offsetof(HeapCounters, large_bytes));
    if (large % page_size != 0)
        report(findings, place, "bytes of large blocks are no whole pages", std::to_string(large));
    const auto large_blocks = counter(head, offsetof(HeapCounters, large_blocks));
    if (large_blocks > large / page_size + large_under_way_max)
        report(findings, place, "more large blocks than their bytes have pages",
               std::to_string(large_blocks));
    const auto free = counter(head, offsetof(HeapCounters, free_bytes));
    const auto longest = counter(head, offsetof(HeapCounters, free_longest_bytes));
    if (free % page_size != 0 || longest % page_size != 0 || longest > free)
        report(findings, place, "free spans are no whole pages, or one is longer than all");
    if (counter(head, offsetof(HeapCounters, free_seen_at_ns)) == 0 && free != 0)
        report(findings, place, "free spans were never seen, and yet there are some");

    std::uint64_t out = large;
    for (std::size_t index = 0; index < detail::class_count; ++index) {
        const auto blocks = counter(head, offsetof(HeapCounters, class_blocks) + index * 8);
        out = add_clamped(out, multiply_clamped(blocks, detail::class_sizes[index]));
    }
    if (out > committed)
        report(findings, place, "blocks take more bytes than are committed", std::to_string(out));
}

/// What threads keep is out of the arena.
void verify_kept(std::span<const std::byte> head, Findings& findings) {
    const auto used =
        load<std::uint32_t>(head, counters_begin + offsetof(HeapCounters, thread_slots_used));
    std::array<std::uint64_t, detail::class_count> kept{};
    std::uint64_t kept_pages = 0;
    for (std::uint32_t thread = 0; thread < thread_count_max; ++thread) {
        const auto bytes = head.subspan(thread_counters_offset + thread * sizeof(ThreadCounters),
                                        sizeof(ThreadCounters));
        const auto place = [thread] { return "thread " + std::to_string(thread); };
        if (thread >= used && !is_zero(bytes))
            report(findings, place(), "counts, but is beyond the number of threads");
        constexpr std::size_t reserved = (detail::class_count + 1) * 2;
        constexpr std::size_t reserved_size = offsetof(ThreadCounters, large_pages) - reserved;
        if (!is_zero(bytes.subspan(reserved, reserved_size)))
            report(findings, place(), "reserved bytes are not zero");
        const auto runs = load<std::uint16_t>(bytes, detail::class_count * 2);
        const auto pages = load<std::uint32_t>(bytes, offsetof(ThreadCounters, large_pages));
        if (runs != 0 && pages <= runs)
            report(findings, place(), "keeps more large runs than pages", std::to_string(runs));
        if (runs >= detail::KeptRuns::runs_max || pages > detail::KeptRuns::pages_max)
            report(findings, place(), "keeps more large runs, or pages of them, than a thread may",
                   std::to_string(pages));
        kept_pages += pages;
        for (std::size_t index = 0; index < kept.size(); ++index)
            kept[index] += load<std::uint16_t>(bytes, index * 2);
    }
    if (kept_pages > counter(head, offsetof(HeapCounters, large_bytes)) / page_size)
        report(findings, "counters", "threads keep more pages of large blocks than there are",
               std::to_string(kept_pages));
    for (std::size_t index = 0; index < kept.size(); ++index) {
        const auto out = counter(head, offsetof(HeapCounters, class_blocks) + index * 8);
        if (kept[index] <= out) continue;
        report(findings, "counters",
               "threads keep more blocks of " + std::to_string(detail::class_sizes[index]) +
                   " bytes than there are",
               std::to_string(kept[index]));
    }
}

}  // namespace

void verify_head(std::span<const std::byte> head, const HeapExtent& extent, Findings& findings) {
    constexpr Range reserved[] = {
        {offsetof(HeapHeader, reserved_0), offsetof(HeapHeader, creator_start_ticks)},
        {offsetof(HeapHeader, reserved_1), counters_begin},
        {counters_begin + offsetof(HeapCounters, reserved_0),
         counters_begin + offsetof(HeapCounters, free_bytes)},
        {counters_begin + classes_end, page_size}};
    verify_reserved(head, reserved, "header", findings);
    verify_text(head.subspan(offsetof(HeapHeader, component), component_name_size),
                "component name", "header", findings);
    verify_text(head.subspan(offsetof(HeapHeader, tag), tag_size), "tag", "header", findings);
    verify_sizes(head, extent, findings);
    verify_counters(head, extent, findings);
    verify_kept(head, findings);
}

}  // namespace shmheap
