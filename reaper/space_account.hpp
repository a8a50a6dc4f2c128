/// Where the memory of the directory's file system is: in files that have names, in files that were
/// removed and are still held, and elsewhere.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "os/shm_directory.hpp"
#include "reaper/holders.hpp"

namespace reaper {

/// A file without a name, of which somebody still has the memory.
struct DeletedFile {
    ino_t inode = 0;
    const HeldFile* held = nullptr;
};

/// used = named + deleted + remainder, always. What the remainder consists of is in neither list:
/// files that only processes hold which we may not look into, that were on their way through a
/// socket, or of a size that we may not ask for; and what lies beside the directory when that is
/// not the whole of its file system. Something that changed between two looks can make it negative.
struct SpaceAccount {
    std::uint64_t used_bytes = 0;     ///< what statvfs says
    std::uint64_t named_bytes = 0;    ///< below the directory, each file once
    std::uint64_t deleted_bytes = 0;  ///< of deleted files whose size is known
    unsigned unreadable_directories = 0;
    unsigned deleted_of_unknown_size = 0;

    [[nodiscard]] std::int64_t remainder_bytes() const {
        return static_cast<std::int64_t>(used_bytes - named_bytes - deleted_bytes);
    }
};

/// The largest first.
std::vector<DeletedFile> deleted_files(const HeldFiles& held);

/// Errors: what fstatvfs(2) says, or that descriptors or memory are lacking for the sum.
shmheap::Result<SpaceAccount> account_for_space(const shmheap::os::ShmDirectory& directory,
                                                const std::vector<DeletedFile>& deleted);

}  // namespace reaper
