/// Calls that fail for want of descriptors or memory. Such a failure says nothing about what was
/// asked for: it is no answer, and its remedy is another one.
#pragma once

#include <cerrno>
#include <string_view>

namespace reaper {

/// Whether a value of errno is such a failure.
constexpr bool is_lack(int code) {
    return code == EMFILE || code == ENFILE || code == ENOMEM;
}

/// What helps, as an advice in a message; empty for other failures.
constexpr std::string_view lack_remedy(int code) {
    if (code == EMFILE) return "raise the limit of open files (ulimit -n)";
    if (code == ENFILE) return "raise the system's limit of open files (fs.file-max)";
    return code == ENOMEM ? "free some memory" : "";
}

}  // namespace reaper
