#include "reaper/selection.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

namespace reaper {
namespace {

std::int64_t nanoseconds_of(const timespec& time) {
    constexpr std::int64_t second_ns = 1'000'000'000;
    using Limits = std::numeric_limits<std::int64_t>;
    if (time.tv_sec <= Limits::min() / second_ns) return Limits::min();
    if (time.tv_sec >= Limits::max() / second_ns) return Limits::max();
    return time.tv_sec * second_ns + time.tv_nsec;
}

std::int64_t since(const FileRecord& record) {
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    if (record.format != Format::heap) return nanoseconds_of(record.status.st_mtim);
    return static_cast<std::int64_t>(
        std::min(record.heap.created_at_ns, static_cast<std::uint64_t>(last)));
}

}  // namespace

bool Selection::matches(const FileRecord& record) const {
    const bool is_heap = record.verdict != Verdict::other && record.verdict != Verdict::unreadable;
    if (!all && !is_heap) return false;
    if (user && record.status.st_uid != *user) return false;
    return !component || (record.format == Format::heap && record.heap.component() == *component);
}

Measures measures_of(const FileRecord& record) {
    return {.file_bytes = static_cast<std::uint64_t>(record.status.st_size),
            .used_bytes = used_bytes(record),
            .since_ns = since(record)};
}

std::uint64_t rank(const Measures& measures, SortKey key) {
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    switch (key) {
        case SortKey::name:
            return 0;
        case SortKey::size:
            return ~measures.file_bytes;
        case SortKey::used:
            return ~measures.used_bytes;
        case SortKey::age:
            return static_cast<std::uint64_t>(measures.since_ns) ^ sign;
    }
    return 0;
}

std::vector<DirectoryEntry> in_order(std::vector<DirectoryEntry> entries,
                                     const Selection& selection, Scanner& scanner) {
    if (selection.key == SortKey::name) return entries;
    std::vector<std::pair<std::uint64_t, std::size_t>> ranks;
    FileRecord record;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        if (scanner.look(entries[index], record) && selection.matches(record))
            ranks.emplace_back(rank(measures_of(record), selection.key), index);
    }
    std::sort(ranks.begin(), ranks.end());
    std::vector<DirectoryEntry> ordered;
    ordered.reserve(ranks.size());
    for (const auto& [value, index] : ranks)
        ordered.push_back(std::move(entries[index]));
    return ordered;
}

std::uint64_t used_bytes(const FileRecord& record) {
    return record.format == Format::heap ? record.heap.used_bytes : record.redhawk.used_bytes;
}

std::uint64_t heap_bytes(const FileRecord& record) {
    return record.format == Format::heap ? record.heap.committed_bytes : record.redhawk.heap_bytes;
}

}  // namespace reaper
