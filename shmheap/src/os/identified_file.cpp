#include "os/identified_file.hpp"

#include <utility>

#include "os/crash_point.hpp"
#include "os/error.hpp"
#include "os/shm_directory.hpp"

namespace shmheap::os {
namespace {

bool same_file(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// What open(2) says of a name that does not lead to a regular file of ours, now and forever.
bool is_absent(int code) {
    return code == ENOENT || code == ENOTDIR || code == ELOOP || code == EISDIR || code == ENXIO;
}

}  // namespace

Result<IdentifiedFile> IdentifiedFile::adopt(UniqueFd fd, std::string directory, std::string name,
                                             int flags) {
    struct stat identity {};
    if (::fstat(fd.get(), &identity) != 0) return error("inspect", name);
    return IdentifiedFile(std::move(fd), identity, std::move(directory), std::move(name), flags);
}

Result<struct stat> IdentifiedFile::look() {
    struct stat now {};
    if (fd_) {
        const bool is_open = ::fstat(fd_.get(), &now) == 0;
        if (is_open && same_file(now, identity_)) return now;
        // EBADF alone says that it is closed; after any other error it is still ours.
        if (!is_open && errno != EBADF) return error("inspect", name_);
    }
    (void)fd_.release();  // whatever has the number by now is not ours to close
    CRASH_POINT(descriptor_found_lost);
    auto directory = ShmDirectory::open(directory_);
    auto again = directory ? directory->open_file(name_, flags_)
                           : Result<UniqueFd>(tl::unexpected(directory.error()));
    if (!again && is_absent(again.error().code)) return fail(ESTALE, "open anew", name_);
    if (!again) return tl::unexpected(again.error());
    if (::fstat(again->get(), &now) != 0) return error("inspect", name_);
    if (!same_file(now, identity_)) return fail(ESTALE, "open anew", name_);
    fd_ = std::move(*again);
    CRASH_POINT(file_opened_anew);
    return now;
}

}  // namespace shmheap::os
