/// A component that no file describes, but a command line: its command, and further keys as
/// KEY=VALUE, where the key is one of harrier.yaml(5), with dots for maps within maps, and the
/// value is YAML. Read by what reads files, so the same is told of mistakes. Looks at the file
/// system and at the environment; from one thread at a time.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/diagnostic.hpp"
#include "launcher/config/expand.hpp"

namespace launcher {

struct LaunchText {
    std::string name = {};
    std::vector<std::string> command = {};   ///< as it is, without expansion; none: a setting is
    std::vector<std::string> settings = {};  ///< "restart.policy=always", later ones override
    std::string folder = {};                 ///< absolute; relative paths count from here
};

/// Places name the setting, as "--set restart.policy". What is needed of other components is not
/// looked at.
[[nodiscard]] tl::expected<Descriptor, std::vector<Diagnostic>> read_launch(
    const LaunchText& text, const EnvironmentLookup& environment);

}  // namespace launcher
