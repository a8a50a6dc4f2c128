/// Paths of a description as the kernel will see them, and whether what is to be executed is there.
/// Only looks at the file system; from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace launcher {

/// `path` as an absolute one, counted from the absolute `folder`.
[[nodiscard]] std::string resolved(std::string_view path, std::string_view folder);

struct ExecutableSearch {
    std::string_view command;            ///< argv[0], not empty
    std::string_view working_directory;  ///< absolute; a command with a '/' counts from here
    std::optional<std::string> path;     ///< PATH as the component will have it, if it has one
};

/// The absolute path of what execvp would execute in the component's place; else what is wrong, in
/// words.
[[nodiscard]] tl::expected<std::string, std::string> find_executable(
    const ExecutableSearch& search);

}  // namespace launcher
