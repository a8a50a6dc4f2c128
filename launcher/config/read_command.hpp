/// What a component runs, and where: the keys that say it (command, shell, working_dir, and PATH in
/// environment) mean something only together. Looks at the file system; main thread.
#pragma once

#include <string>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

/// Keys that were met, null where they were not.
struct CommandKeys {
    const Entry* command = nullptr;
    const Entry* working_dir = nullptr;
    bool is_shell = false;
};

/// Fills command, executable and working_directory of `descriptor`, whose environment is complete,
/// and refuses what is not there: a missing executable is found before anything is started.
void read_command(const ValueReader& reader, const Entry& component, const CommandKeys& keys,
                  Descriptor& descriptor);

/// A list of arguments as it is; empty when it is none, which has been told.
std::vector<std::string> read_arguments(const ValueReader& reader, const Entry& command);

/// The absolute path of `program`, the first of the arguments of `command`, as the component with
/// the working directory and environment of `descriptor` finds it; empty when there is none, which
/// has been told.
std::string read_executable(const ValueReader& reader, const Entry& command,
                            const std::string& program, const Descriptor& descriptor);

}  // namespace launcher
