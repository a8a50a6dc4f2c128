/// What /proc tells about processes that may be the creator of a REDHAWK heap, whose only trace of
/// it is a pid. Our own heaps need none of this: their owner holds a lock.
///
/// One table serves one scan and one thread: processes of nested pid namespaces are looked up once,
/// when first needed. Nothing here fails: what cannot be found out is said to be unknown.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

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
    const std::unordered_multimap<pid_t, pid_t>& nested();

    std::optional<bool> sees_everyone_;
    /// Pid in a nested namespace → pid in ours.
    std::optional<std::unordered_multimap<pid_t, pid_t>> nested_;
};

}  // namespace reaper
