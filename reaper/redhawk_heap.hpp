/// Heaps that REDHAWK left in the directory (file format version 1), recognised and read, never
/// written. As with our own heaps everything is input: read with pread, checked, then used.
/// No state; from any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "file/inspect.hpp"

namespace reaper {

struct RedhawkRecord {
    pid_t creator_pid = 0;         ///< in the creator's pid namespace, whichever that was; positive
    unsigned attached = 0;         ///< as the file says: never corrected when a process crashed
    std::uint64_t heap_bytes = 0;  ///< sum of the superblocks' data
    std::uint64_t used_bytes = 0;
};

struct RedhawkInspection {
    shmheap::Content content = shmheap::Content::other;
    RedhawkRecord heap;  ///< when content is heap
    std::string damage;  ///< when content is damaged
};

/// Reads a file of `file_size` bytes that begins with `head` (with the first superblock's header,
/// as far as the file goes). One system call for each superblock after the first, 65,536 at most.
/// Errors: what pread(2) says.
shmheap::Result<RedhawkInspection> inspect_redhawk(int fd, std::span<const std::byte> head,
                                                   std::uint64_t file_size);

}  // namespace reaper
