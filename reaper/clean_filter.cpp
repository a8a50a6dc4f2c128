#include "reaper/clean_filter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reaper/account_names.hpp"
#include "reaper/escape.hpp"

namespace reaper {

bool is_chosen_foreign(const FileRecord& record, const CleanFilter& filter) {
    if (!record.foreign || !filter.foreign) return false;
    const auto& kinds = filter.foreign->kinds;
    return kinds.empty() ||
           std::find(kinds.begin(), kinds.end(), record.foreign->kind) != kinds.end();
}

std::string why_excluded(const FileRecord& record, const CleanFilter& filter,
                         std::chrono::seconds now) {
    auto user = filter.user;
    if (!user && is_chosen_foreign(record, filter)) user = filter.foreign_user;
    if (user && record.status.st_uid != *user)
        return fmt::format("it is not of user {}", escape(AccountNames(false).user(*user)));
    if (filter.component &&
        (record.format != Format::heap || record.heap.component() != *filter.component)) {
        return fmt::format("it is no heap of component {}", escape(*filter.component));
    }
    const std::chrono::seconds changed(
        std::max(record.status.st_mtim.tv_sec, record.status.st_ctim.tv_sec));
    if (filter.older_than && changed > now)
        return fmt::format("it was changed {} s in the future", (changed - now).count());
    if (filter.older_than && now - changed < *filter.older_than)
        return fmt::format("it was changed {} s ago", (now - changed).count());
    return {};
}

}  // namespace reaper
