#include "launcher/supervise/orphans.hpp"

#include <unistd.h>

#include "launcher/supervise/process_tree.hpp"

namespace launcher {

void Orphans::refresh() {
    refreshed_at_ = tick();
    for (const pid_t pid : children_of(getpid())) {
        if (is_leader(pid) || orphans_.contains(pid)) continue;
        const auto orphan = orphans_.emplace(pid, find_tag(pid)).first;
        by_tag_[orphan->second].insert(pid);
    }
}

std::string Orphans::find_tag(pid_t pid) const {
    std::string tag = environment_value(pid, "SHMHEAP_TAG");
    if (!tag.empty()) return tag;
    const auto leader = leaders_.find(kinship_of(pid).group);
    return leader == leaders_.end() ? std::string() : leader->second;
}

std::vector<pid_t> Orphans::of(const std::string& tag) const {
    const auto found = by_tag_.find(tag);
    if (found == by_tag_.end()) return {};
    return {found->second.begin(), found->second.end()};
}

void Orphans::forget(pid_t pid) {
    const auto orphan = orphans_.find(pid);
    if (orphan == orphans_.end()) return;
    const auto family = by_tag_.find(orphan->second);
    family->second.erase(pid);
    if (family->second.empty()) by_tag_.erase(family);
    orphans_.erase(orphan);
}

std::string_view Orphans::tag_of(pid_t pid) const {
    const auto found = orphans_.find(pid);
    return found == orphans_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace launcher
