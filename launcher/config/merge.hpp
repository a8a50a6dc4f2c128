/// How one description overrides another: maps by key, everything else replaced. Pure; values keep
/// their positions, so that a mistake is told in the file where it stands.
#pragma once

#include "launcher/config/yaml_tree.hpp"

namespace launcher {

/// `base` with the keys of `overlay` added or, where both are maps, merged. A key that both have
/// keeps its position in `base` (a component stands where it was first described); keys that only
/// `overlay` has follow.
[[nodiscard]] Node merge(Node base, const Node& overlay);

}  // namespace launcher
