/// Names of files as a pattern: `#` stands for one or more decimal digits, `%` for one lower-case
/// hexadecimal digit, `?` for one letter or digit, `*` for one or more characters of any kind;
/// everything else for itself. Pure; from any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace reaper::foreign {

bool matches(std::string_view name, std::string_view pattern);

/// The digits at the beginning of `text` as a pid; no value when they are none, or no pid.
std::optional<pid_t> leading_pid(std::string_view text);

}  // namespace reaper::foreign
