#include "launcher/supervise/orphans.hpp"

#include <unistd.h>

#include "launcher/supervise/process_tree.hpp"

namespace launcher {

void Orphans::refresh() {
    refreshed_at_ = tick();
    for (const pid_t pid : children_of(getpid())) {
        if (!is_leader(pid) && !orphans_.contains(pid)) orphans_.emplace(pid, find_tag(pid));
    }
}

std::string Orphans::find_tag(pid_t pid) const {
    std::string tag = environment_value(pid, "SHMHEAP_TAG");
    if (!tag.empty()) return tag;
    const auto leader = leaders_.find(kinship_of(pid).group);
    return leader == leaders_.end() ? std::string() : leader->second;
}

std::vector<pid_t> Orphans::of(std::string_view tag) const {
    std::vector<pid_t> pids;
    for (const auto& [pid, orphan_tag] : orphans_) {
        if (orphan_tag == tag) pids.push_back(pid);
    }
    return pids;
}

std::string_view Orphans::tag_of(pid_t pid) const {
    const auto found = orphans_.find(pid);
    return found == orphans_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace launcher
