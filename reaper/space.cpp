#include "reaper/space.hpp"

#include <sys/statvfs.h>

#include "os/error.hpp"

namespace reaper {

shmheap::Result<Space> read_space(const shmheap::os::ShmDirectory& directory) {
    struct statvfs file_system {};
    if (::fstatvfs(directory.fd(), &file_system) != 0)
        return shmheap::os::error("inspect file system of", directory.path());
    const std::uint64_t fragment = file_system.f_frsize;
    return Space{.size_bytes = file_system.f_blocks * fragment,
                 .free_bytes = file_system.f_bavail * fragment,
                 .used_bytes = (file_system.f_blocks - file_system.f_bfree) * fragment};
}

}  // namespace reaper
