#include "os/identified_file.hpp"

#include <utility>

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
    if (fd_ && ::fstat(fd_.get(), &now) == 0 && same_file(now, identity_)) return now;
    (void)fd_.release();  // whatever has the number by now is not ours to close
    auto directory = ShmDirectory::open(directory_);
    auto again = directory ? directory->open_file(name_, flags_)
                           : Result<UniqueFd>(tl::unexpected(directory.error()));
    if (!again && is_absent(again.error().code)) return fail(ESTALE, "open anew", name_);
    if (!again) return tl::unexpected(again.error());
    if (::fstat(again->get(), &now) != 0 || !same_file(now, identity_)) {
        return fail(ESTALE, "open anew", name_);
    }
    fd_ = std::move(*again);
    return now;
}

}  // namespace shmheap::os
