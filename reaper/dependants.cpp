#include "reaper/dependants.hpp"

#include <fmt/format.h>

#include "reaper/escape.hpp"

namespace reaper {

shmheap::Result<Dependants> Dependants::find(Scanner& scanner,
                                             const std::set<std::string>& spared) {
    const auto entries = scanner.entries();
    if (!entries) return tl::unexpected(entries.error());
    Dependants found;
    FileRecord record;
    for (const DirectoryEntry& entry : *entries) {
        if (spared.contains(entry.name) || !scanner.look(entry, record)) continue;
        const bool is_seen = record.status.st_mode != 0;
        if (record.verdict == Verdict::unreadable && is_seen)
            found.unread_.emplace(record.status.st_uid, record.name);
        if (!record.foreign) continue;
        for (const std::string& witness : record.foreign->judged_by)
            found.judged_by_.emplace(witness, record.name);
    }
    return found;
}

std::string Dependants::why_needed(const std::string& name, uid_t user) const {
    if (const auto judged = judged_by_.find(name); judged != judged_by_.end())
        return fmt::format("{} is judged by it", escape(judged->second));
    if (const auto unread = unread_.find(user); unread != unread_.end())
        return fmt::format("{}, which cannot be looked at, may be judged by it",
                           escape(unread->second));
    return {};
}

}  // namespace reaper
