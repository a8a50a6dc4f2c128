#include "launcher/supervise/orphans.hpp"

#include <unistd.h>

#include "launcher/supervise/process_tree.hpp"

namespace launcher {
namespace {

constexpr std::chrono::seconds undecided_max{1};  // an exec on a dead disk is nobody's

}  // namespace

void Orphans::refresh(TimePoint now) {
    refreshed_at_ = tick();
    std::map<pid_t, TimePoint> undecided;
    for (const pid_t pid : children_of(getpid())) {
        if (is_leader(pid) || orphans_.contains(pid)) continue;
        auto tag = find_tag(pid);
        if (!tag) {
            const auto before = undecided_.find(pid);
            const TimePoint since = before == undecided_.end() ? now : before->second;
            if (now - since < undecided_max) {
                undecided.emplace(pid, since);
                continue;
            }
            tag.emplace();
        }
        by_tag_[*tag].insert(pid);
        orphans_.emplace(pid, std::move(*tag));
    }
    undecided_ = std::move(undecided);
}

std::optional<std::string> Orphans::find_tag(pid_t pid) const {
    auto tag = environment_value(pid, "SHMHEAP_TAG");
    if (tag && !tag->empty()) return tag;
    const auto leader = leaders_.find(kinship_of(pid).group);
    if (leader != leaders_.end()) return leader->second;
    return tag;
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
