/// The one way in which the name of a dead owner's heap is removed, used by the launcher, by
/// shmclean, and by a creator that finds its name taken.
///
/// Rule: only the holder of the old inode's owner lock may unbind the name. So two cleaners and a
/// creator at one name can never remove a live heap: a live heap's lock cannot be had, and a name
/// that was rebound since is noticed, because the inode differs (FORMAT.md, "Cleaning").
#pragma once

#include <string_view>

#include "os/shm_directory.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

enum class CleanResult {
    removed,   ///< the owner was dead and the name is gone
    alive,     ///< somebody holds the owner's lock
    rebound,   ///< the name is gone, or stands for another file by now
    not_ours,  ///< no regular file with one link, or not a heap of ours
};

/// Removes `name` if it is a heap of ours whose owner is dead. Safe against everything that may
/// happen to the name meanwhile; from any thread.
/// Errors: what open, pread, fcntl and unlink say (EACCES, EPERM: not ours to remove).
Result<CleanResult> clean(const os::ShmDirectory& directory, std::string_view name);

}  // namespace shmheap
