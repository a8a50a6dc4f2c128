/// How much more memory a file may take before something worse than an error code happens: a full
/// file system (SIGBUS), RLIMIT_FSIZE (SIGXFSZ), the memory cgroup's limit (the OOM killer).
#pragma once

#include <cstdint>
#include <optional>

#include "shmheap/result.hpp"

namespace shmheap::os {

/// Whether `bytes` more may be committed to the file behind `fd`, so that it ends at `file_end`.
/// A snapshot: the file system can fill up right after, which fallocate then reports.
/// Errors: ENOSPC (file system), ENOMEM (cgroup, with 5 % in reserve), EFBIG (RLIMIT_FSIZE);
/// EMFILE and the like when a cgroup's limit was found before but cannot be looked at now.
Status check_growth(int fd, std::uint64_t bytes, std::uint64_t file_end);

/// Limit of the memory cgroup of this process, the tightest of its ancestors; nothing if unlimited.
std::optional<std::uint64_t> cgroup_memory_limit();

/// Size of the file system behind `fd` in bytes; 0 if it has no limit or cannot be asked.
std::uint64_t file_system_size(int fd);

}  // namespace shmheap::os
