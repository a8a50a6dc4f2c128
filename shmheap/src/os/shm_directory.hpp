/// The directory that heap files live in (/dev/shm, or what SHMHEAP_DIR says), opened once.
/// Names are relative to it and never contain a '/'. Move-only; calls from several threads are
/// safe.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace shmheap::os {

constexpr const char* default_shm_directory = "/dev/shm";

class ShmDirectory {
public:
    /// Errors: what open(2) says of the path, ENOTDIR among it.
    static Result<ShmDirectory> open(std::string path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Names of everything in the directory but "." and "..", in no order. Each call reads anew.
    [[nodiscard]] Result<std::vector<std::string>> names() const;

    /// Opens a file of the directory with `flags`, never following a symbolic link and never
    /// waiting (a FIFO). Errors: what openat(2) says; EINVAL for a name with a '/', "." or "..".
    [[nodiscard]] Result<UniqueFd> open_file(std::string_view name, int flags) const;

    /// The same for a name that may stand for anything: looks first, because to open a FIFO and
    /// close it ends whoever waits at its other end. Errors: also ENODEV for what is no regular
    /// file.
    [[nodiscard]] Result<UniqueFd> open_regular_file(std::string_view name, int flags) const;

    /// A new file without a name, mode 0600. Errors: EOPNOTSUPP where O_TMPFILE does not exist.
    [[nodiscard]] Result<UniqueFd> create_unnamed() const;

    /// Gives an unnamed file its name. Errors: EEXIST when the name is taken.
    [[nodiscard]] Status link(int fd, std::string_view name) const;

    [[nodiscard]] Status unlink(std::string_view name) const;

    /// Whether `name` still stands for the file that `identity` was read from.
    [[nodiscard]] bool names_file(std::string_view name, const struct stat& identity) const;

private:
    ShmDirectory(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::string path_;
    UniqueFd fd_;
};

}  // namespace shmheap::os
