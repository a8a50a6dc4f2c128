/// How the application that runs differs from another one: what `apply` does, and why. Pure; reads
/// the states of components and changes none.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/component.hpp"

namespace launcher {

/// The keys of a component whose values differ, in the order of harrier.yaml(5); where in the files
/// they stand does not count. `connections` stands for those of the component's ports.
[[nodiscard]] std::vector<std::string_view> changed_keys(const Descriptor& before,
                                                         const Descriptor& after);

/// A process that runs takes such a change over: nothing of it was in what it was started with.
[[nodiscard]] bool needs_no_restart(std::string_view key);

struct Change {
    enum class Kind {
        add,      ///< described now
        remove,   ///< described no more
        restart,  ///< described otherwise: is stopped, and started
        update,   ///< described otherwise, in keys that need no restart
        follow,   ///< is restarted because one is that it depends on with `restart: true`
    };
    Kind kind = Kind::add;
    std::string component;
    std::vector<std::string_view> keys = {};  ///< restart, update
    std::string followed = {};                ///< follow: whom
};

/// In the order of the files; then who follows, and who is removed. Transient components may
/// follow, and are passed over otherwise.
[[nodiscard]] std::vector<Change> changes_between(
    const std::vector<std::shared_ptr<Component>>& current, const Application& next);

}  // namespace launcher
