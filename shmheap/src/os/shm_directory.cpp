#include "os/shm_directory.hpp"

#include <fcntl.h>

#include <array>
#include <cstdio>

#include "os/directory_stream.hpp"
#include "os/error.hpp"

namespace shmheap::os {
namespace {

constexpr mode_t birth_mode = 0600;

bool is_plain_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

}  // namespace

Result<ShmDirectory> ShmDirectory::open(std::string path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return error("open directory", path);
    return ShmDirectory(std::move(path), std::move(fd));
}

Result<std::vector<std::string>> ShmDirectory::names() const {
    const auto stream = open_directory_stream(fd_.get(), ".");
    if (!stream) return error("open directory", path_);

    std::vector<std::string> found;
    while (const dirent* entry = next_entry(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") found.emplace_back(name);
    }
    if (errno != 0) return error("read directory", path_);
    return found;
}

Result<UniqueFd> ShmDirectory::open_file(std::string_view name, int flags) const {
    if (!is_plain_name(name)) return fail(EINVAL, "open", name);
    UniqueFd file(::openat(fd_.get(), std::string(name).c_str(),
                           flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return error("open", name);
    return file;
}

Result<UniqueFd> ShmDirectory::open_regular_file(std::string_view name, int flags) const {
    if (!is_plain_name(name)) return fail(EINVAL, "open", name);
    struct stat status {};
    if (::fstatat(fd_.get(), std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return error("open", name);
    if (!S_ISREG(status.st_mode)) return fail(ENODEV, "open", name);
    return open_file(name, flags);
}

Result<UniqueFd> ShmDirectory::create_unnamed() const {
    UniqueFd file(::openat(fd_.get(), ".", O_RDWR | O_TMPFILE | O_CLOEXEC, birth_mode));
    if (!file) return error("create file in", path_);
    return file;
}

Status ShmDirectory::link(int fd, std::string_view name) const {
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", fd);
    if (::linkat(AT_FDCWD, path.data(), fd_.get(), std::string(name).c_str(), AT_SYMLINK_FOLLOW) !=
        0) {
        return error("name file", name);
    }
    return {};
}

Status ShmDirectory::unlink(std::string_view name) const {
    if (!is_plain_name(name)) return fail(EINVAL, "remove", name);
    if (::unlinkat(fd_.get(), std::string(name).c_str(), 0) != 0) return error("remove", name);
    return {};
}

bool ShmDirectory::names_file(std::string_view name, const struct stat& identity) const {
    struct stat now {};
    if (::fstatat(fd_.get(), std::string(name).c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    return now.st_dev == identity.st_dev && now.st_ino == identity.st_ino;
}

}  // namespace shmheap::os
