/// Who descends from whom, as /proc tells it: always of processes that are already known, never by
/// a walk over all of /proc. What it says may be old by the time it is read: whoever acts on it
/// holds a pidfd and checks again. Functions without state, any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace launcher {

/// Children of every thread of a process; none when it is gone.
std::vector<pid_t> children_of(pid_t pid);

/// Parent and process group; both 0 when the process is gone.
struct Kinship {
    pid_t parent = 0;
    pid_t group = 0;
};
Kinship kinship_of(pid_t pid);

/// Most of an execve(2) is over by then.
constexpr std::chrono::milliseconds undecided_delay{5};

/// The value of a variable in the environment that a process was started with. Empty when it has
/// none, has ended, or belongs to somebody else; nothing when it is just exchanging its program
/// for another, and with it its environment: ask again after `undecided_delay`.
std::optional<std::string> environment_value(pid_t pid, std::string_view name);

}  // namespace launcher
