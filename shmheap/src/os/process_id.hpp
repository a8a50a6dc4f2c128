/// Who a process is: its pid, when it started, and in which pid namespace. Only a second witness
/// and information for people; the proof that a process lives is its lock (os/file_lock.hpp).
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "shmheap/result.hpp"

namespace shmheap::os {

struct ProcessId {
    pid_t pid = 0;
    std::uint64_t start_ticks = 0;    ///< field 22 of /proc/PID/stat; 0 when unknown
    std::uint64_t pid_namespace = 0;  ///< inode of /proc/self/ns/pid; 0 when unknown
};

/// This process. What /proc does not tell is 0.
ProcessId own_process_id();

/// Start time of any process, in clock ticks since boot.
/// Errors: ENOENT when there is no such process, EPROTO when /proc cannot be understood.
Result<std::uint64_t> process_start_ticks(pid_t pid);

/// The umask of this process, read without changing it (umask(2) can only be read by setting it,
/// which other threads would notice). 0077 when /proc does not tell.
mode_t own_umask();

}  // namespace shmheap::os
