/// harrier's children that it did not start: descendants of components that lost their own parent
/// and were given to harrier, the subreaper. Says which component's start each belongs to.
///
/// A child's pid stays its own until harrier collects it, so what was found out once about a child
/// holds until forget(). Reads /proc; collects and signals nobody. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "launcher/clock.hpp"

namespace launcher {

class Orphans {
public:
    /// A leader that harrier started; its pid is its own until remove_leader().
    void add_leader(pid_t pid, std::string tag) { leaders_.emplace(pid, std::move(tag)); }
    void remove_leader(pid_t pid) { leaders_.erase(pid); }
    [[nodiscard]] bool is_leader(pid_t pid) const { return leaders_.contains(pid); }

    /// Lists harrier's children afresh. New ones are attributed by the tag in their environment,
    /// and if they have none by their process group, whose number is its leader's pid. One that is
    /// just within execve(2) and has left the group bears neither for that moment: undecided, and
    /// nobody's when that lasts for a second.
    void refresh(TimePoint now);

    /// How many could not be attributed at the last refresh and may be at one a moment later.
    [[nodiscard]] std::size_t undecided() const { return undecided_.size(); }

    /// Counts refreshes and events alike; an answer is fresh when it is younger than the question.
    [[nodiscard]] std::uint64_t refreshed_at() const { return refreshed_at_; }
    std::uint64_t tick() { return ++ticks_; }

    /// The orphans of one start of a component, as of the last refresh.
    [[nodiscard]] std::vector<pid_t> of(const std::string& tag) const;

    /// All of them, as of the last refresh.
    [[nodiscard]] const std::unordered_map<pid_t, std::string>& all() const { return orphans_; }

    /// The tag of an orphan; empty when it is unknown or nobody's.
    [[nodiscard]] std::string_view tag_of(pid_t pid) const;

    /// It has been collected.
    void forget(pid_t pid);

private:
    [[nodiscard]] std::optional<std::string> find_tag(pid_t pid) const;

    std::unordered_map<pid_t, std::string> leaders_;
    std::unordered_map<pid_t, std::string> orphans_;  // pid → tag
    std::unordered_map<std::string, std::set<pid_t>> by_tag_;
    std::map<pid_t, TimePoint> undecided_;  // pid → since when
    std::uint64_t ticks_ = 0;
    std::uint64_t refreshed_at_ = 0;
};

}  // namespace launcher
