#include "os/directory_stream.hpp"

#include <fcntl.h>

#include <cerrno>

#include "os/unique_fd.hpp"

namespace shmheap::os {

DirectoryStream open_directory_stream(int parent, const char* name, int flags) {
    UniqueFd fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
    if (!fd) return nullptr;
    DirectoryStream stream(::fdopendir(fd.get()));
    if (stream) (void)fd.release();  // closedir closes it
    return stream;
}

const dirent* next_entry(const DirectoryStream& stream) {
    errno = 0;
    return ::readdir(stream.get());
}

}  // namespace shmheap::os
