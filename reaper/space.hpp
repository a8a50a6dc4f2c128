/// How much shared memory there is, and how much of it is free: what the file system says, which
/// counts files that were removed but are still mapped.
#pragma once

#include <cstdint>

#include "os/shm_directory.hpp"
#include "shmheap/result.hpp"

namespace reaper {

struct Space {
    std::uint64_t size_bytes = 0;
    std::uint64_t free_bytes = 0;  ///< for whoever is not root
    std::uint64_t used_bytes = 0;  ///< not the rest: some file systems keep blocks for root
};

/// Errors: what fstatvfs(2) says.
shmheap::Result<Space> read_space(const shmheap::os::ShmDirectory& directory);

}  // namespace reaper
