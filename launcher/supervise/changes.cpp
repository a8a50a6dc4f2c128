#include "launcher/supervise/changes.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace launcher {
namespace {

using Keys = std::vector<std::string_view>;

/// A key, and whether a value of it is the same in two descriptors.
struct Comparison {
    std::string_view key;
    bool needs_no_restart;
    bool (*is_same)(const Descriptor& before, const Descriptor& after);
};

/// Under the keys by which one signal and its time can be described, too.
bool is_one_step(const Descriptor& before, const Descriptor& after) {
    return before.stop_sequence.size() == 1 && after.stop_sequence.size() == 1;
}

bool same_environment(const Descriptor& before, const Descriptor& after) {
    return before.environment == after.environment;
}

bool same_logging(const Descriptor& before, const Descriptor& after) {
    const Logging& a = before.logging;
    const Logging& b = after.logging;
    return a.path == b.path && a.mode == b.mode && a.format == b.format &&
           a.rotation == b.rotation && a.on_full == b.on_full;
}

constexpr std::array<Comparison, 20> comparisons{{
    {"command", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.command == after.command && before.executable == after.executable;
     }},
    {"working_dir", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.working_directory == after.working_directory;
     }},
    {"environment", false, same_environment},
    {"depends_on", true,
     [](const Descriptor& before, const Descriptor& after) {
         return before.depends_on == after.depends_on;
     }},
    {"type", false,
     [](const Descriptor& before, const Descriptor& after) { return before.type == after.type; }},
    {"notify_access", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.notify_access == after.notify_access;
     }},
    {"ready", false,
     [](const Descriptor& before, const Descriptor& after) { return before.ready == after.ready; }},
    {"healthcheck", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.healthcheck == after.healthcheck;
     }},
    {"watchdog", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.watchdog == after.watchdog;
     }},
    {"watchdog_signal", true,
     [](const Descriptor& before, const Descriptor& after) {
         return before.watchdog_signal == after.watchdog_signal;
     }},
    {"restart", true,
     [](const Descriptor& before, const Descriptor& after) {
         return before.restart == after.restart;
     }},
    {"success_exit_codes", true,
     [](const Descriptor& before, const Descriptor& after) {
         return before.success_exits == after.success_exits;
     }},
    {"stop_signal", true,
     [](const Descriptor& before, const Descriptor& after) {
         return !is_one_step(before, after) ||
                before.stop_sequence.front().signal == after.stop_sequence.front().signal;
     }},
    {"stop_grace_period", true,
     [](const Descriptor& before, const Descriptor& after) {
         return !is_one_step(before, after) || before.stop_sequence.front().grace_period ==
                                                   after.stop_sequence.front().grace_period;
     }},
    {"stop_sequence", true,
     [](const Descriptor& before, const Descriptor& after) {
         return is_one_step(before, after) || before.stop_sequence == after.stop_sequence;
     }},
    {"kill_mode", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.kill_mode == after.kill_mode;
     }},
    {"on_supervisor_loss", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.on_supervisor_loss == after.on_supervisor_loss;
     }},
    {"heap", false,
     [](const Descriptor& before, const Descriptor& after) { return before.heap == after.heap; }},
    {"logging", false, same_logging},
    {"connections", false,
     [](const Descriptor& before, const Descriptor& after) {
         return before.connections == after.connections;
     }},
}};

/// Whom a restart carries along, and theirs: unchanged ones that run.
class Following {
public:
    void add(const Descriptor& descriptor) {
        for (const Dependency& dependency : descriptor.depends_on) {
            if (dependency.restart) followers_[dependency.component].push_back(&descriptor);
        }
    }

    /// By follower: whom it follows.
    std::unordered_map<std::string_view, std::string_view> from(
        std::vector<std::string_view> restarted,
        const std::unordered_set<std::string_view>& unchanged) const {
        std::unordered_map<std::string_view, std::string_view> found;
        while (!restarted.empty()) {
            const std::string_view followed = restarted.back();
            restarted.pop_back();
            const auto followers = followers_.find(followed);
            if (followers == followers_.end()) continue;
            for (const Descriptor* follower : followers->second) {
                if (!unchanged.contains(follower->name)) continue;
                if (found.emplace(follower->name, followed).second)
                    restarted.push_back(follower->name);
            }
        }
        return found;
    }

private:
    std::unordered_map<std::string_view, std::vector<const Descriptor*>> followers_;
};

}  // namespace

Keys changed_keys(const Descriptor& before, const Descriptor& after) {
    Keys changed;
    for (const Comparison& comparison : comparisons) {
        if (!comparison.is_same(before, after)) changed.push_back(comparison.key);
    }
    return changed;
}

bool needs_no_restart(std::string_view key) {
    return std::any_of(comparisons.begin(), comparisons.end(), [key](const Comparison& each) {
        return each.key == key && each.needs_no_restart;
    });
}

std::vector<Change> changes_between(const std::vector<std::shared_ptr<Component>>& current,
                                    const Application& next) {
    std::unordered_map<std::string_view, const Component*> before;
    Following following;
    std::unordered_set<std::string_view> unchanged;  // as far as its process is concerned
    for (const auto& component : current) {
        const Descriptor& descriptor = component->descriptor();
        if (!component->is_transient) {
            before.emplace(descriptor.name, component.get());
            continue;
        }
        following.add(descriptor);
        if (!is_final(component->state())) unchanged.insert(descriptor.name);
    }
    std::vector<Change> changes;
    std::vector<std::string_view> restarted;
    for (const Descriptor& descriptor : next.components) {
        following.add(descriptor);
        const auto found = before.find(descriptor.name);
        if (found == before.end()) {
            changes.push_back({.kind = Change::Kind::add, .component = descriptor.name});
            continue;
        }
        const Component& component = *found->second;
        before.erase(found);
        Keys keys = changed_keys(component.descriptor(), descriptor);
        const bool is_restarted =
            component.is_leaving || !std::all_of(keys.begin(), keys.end(), needs_no_restart);
        if (is_restarted) restarted.push_back(descriptor.name);
        if (!is_restarted && !is_final(component.state())) unchanged.insert(descriptor.name);
        if (!is_restarted && keys.empty()) continue;
        changes.push_back({.kind = is_restarted ? Change::Kind::restart : Change::Kind::update,
                           .component = descriptor.name,
                           .keys = std::move(keys)});
    }
    for (const auto& [name, followed] : following.from(std::move(restarted), unchanged))
        changes.push_back({.kind = Change::Kind::follow,
                           .component = std::string(name),
                           .followed = std::string(followed)});
    for (const auto& component : current) {
        const std::string& name = component->descriptor().name;
        if (before.contains(name))
            changes.push_back({.kind = Change::Kind::remove, .component = name});
    }
    return changes;
}

}  // namespace launcher
