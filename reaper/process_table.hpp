/// What /proc tells about processes that may be the creator of a REDHAWK heap, whose only trace of
/// it is a pid. Our own heaps need none of this: their owner holds a lock.
///
/// One table serves one scan and one thread: processes of nested pid namespaces are looked up when
/// first needed, and anew for a file that was born since, whose creator may be as young. Nothing
/// here fails: what cannot be found out is said to be unknown.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <unordered_map>
#include <vector>

#include "reaper/judge.hpp"

namespace reaper {

class ProcessTable {
public:
    /// Facts about the processes that have, in their own pid namespace or in ours, the pid of the
    /// creator of the file behind `fd`, whose fstat is `status`. The last one is the first that
    /// makes the heap live, if one does.
    CreatorFacts find_creator(pid_t creator_pid, int fd, const struct stat& status);

private:
    bool sees_everyone();
    /// As they were at some time after `born`, in time since 1970.
    const std::unordered_multimap<pid_t, pid_t>& nested_at(std::chrono::nanoseconds born);

    std::optional<bool> sees_everyone_;
    /// Pid in a nested namespace → pid in ours.
    std::optional<std::unordered_multimap<pid_t, pid_t>> nested_;
    std::chrono::nanoseconds nested_looked_up_at_{0};  ///< since 1970, when the look began
};

}  // namespace reaper
