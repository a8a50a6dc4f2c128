#include "reaper/selection.hpp"

#include <algorithm>
#include <utility>

namespace reaper {
namespace {

/// What comes first has the smallest.
std::uint64_t rank(const FileRecord& record, SortKey key) {
    constexpr std::uint64_t second_ns = 1'000'000'000;
    switch (key) {
        case SortKey::name:
            return 0;
        case SortKey::size:
            return ~static_cast<std::uint64_t>(record.status.st_size);
        case SortKey::used:
            return ~used_bytes(record);
        case SortKey::age:
            if (record.format == Format::heap) return record.heap.created_at_ns;
            return static_cast<std::uint64_t>(record.status.st_mtim.tv_sec) * second_ns +
                   static_cast<std::uint64_t>(record.status.st_mtim.tv_nsec);
    }
    return 0;
}

}  // namespace

bool Selection::matches(const FileRecord& record) const {
    const bool is_heap = record.verdict != Verdict::other && record.verdict != Verdict::unreadable;
    if (!all && !is_heap) return false;
    if (user && record.status.st_uid != *user) return false;
    return !component || (record.format == Format::heap && record.heap.component() == *component);
}

std::vector<DirectoryEntry> in_order(std::vector<DirectoryEntry> entries,
                                     const Selection& selection, Scanner& scanner) {
    if (selection.key == SortKey::name) return entries;
    std::vector<std::pair<std::uint64_t, std::size_t>> ranks;
    FileRecord record;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        if (scanner.look(entries[index], record) && selection.matches(record))
            ranks.emplace_back(rank(record, selection.key), index);
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
