#include "reaper/unread_files.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reaper {

void UnreadFiles::note(const FileRecord& record) {
    if (record.verdict != Verdict::unreadable) return;
    if (is_heap_name(record.name) || !is_denial(record.error)) ++count_of_[record.error];
}

bool UnreadFiles::has_failures() const {
    return std::any_of(count_of_.begin(), count_of_.end(),
                       [](const auto& entry) { return !is_denial(entry.first); });
}

std::vector<std::string> UnreadFiles::complaints() const {
    std::vector<std::string> lines;
    for (const auto& [error, count] : count_of_) {
        lines.push_back(
            is_denial(error)
                ? fmt::format("{} heap(s) cannot be read by this user; run shminfo as root to see "
                              "them (--all shows them as other files)",
                              count)
                : fmt::format("{} file(s) cannot be read: {}; what is shown is not all", count,
                              unreadable_reason(error)));
    }
    return lines;
}

}  // namespace reaper
