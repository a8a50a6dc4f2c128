/// What stands in the environment of a component's processes. Pure but for reading `environ`.
#pragma once

#include <string>
#include <vector>

#include "launcher/config/descriptor.hpp"

namespace launcher {

/// What tells one start of a component from every other.
struct Identity {
    std::string tag;                 ///< "<application>/<instance uuid>/<component>/<start number>"
    std::string run_directory;       ///< absolute
    std::string notify_socket = {};  ///< absolute path; empty for none
};

/// harrier's own environment as NAME=value, without what concerns harrier alone: what its own
/// service manager or an outer harrier said to it, and to nobody else.
std::vector<std::string> inherited_environment();

/// `inherited`, changed by the descriptor's `environment`, then by the heap settings and the
/// identity, which nothing overrides.
std::vector<std::string> component_environment(const std::vector<std::string>& inherited,
                                               const Descriptor& descriptor,
                                               const Identity& identity);

/// The value of a name in a list of NAME=value; null when it is not there.
const char* find_variable(const std::vector<std::string>& environment, std::string_view name);

}  // namespace launcher
