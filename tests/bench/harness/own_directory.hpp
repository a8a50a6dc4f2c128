/// A directory below /dev/shm for all that a benchmark makes. It owns a janitor, a child process
/// that removes the directory when the benchmark ends, however it ends: by return, signal or crash.
///
/// Create it first in main(): the janitor must not inherit other children's pipes.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <utility>

#include "shmheap/result.hpp"

namespace bench {

class OwnDirectory {
public:
    /// Errors: what mkdtemp, pipe and fork say.
    static shmheap::Result<OwnDirectory> create();

    /// Lets the janitor remove the directory and waits until it has.
    ~OwnDirectory();
    OwnDirectory(OwnDirectory&& other) noexcept
        : path_(std::move(other.path_)),
          janitor_(std::exchange(other.janitor_, -1)),
          alive_fd_(std::exchange(other.alive_fd_, -1)) {}
    OwnDirectory& operator=(OwnDirectory&&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// A directory in it, emptied if it exists. Errors: what the file system says.
    [[nodiscard]] shmheap::Result<std::filesystem::path> fresh(const char* name) const;

private:
    OwnDirectory(std::filesystem::path path, pid_t janitor, int alive_fd)
        : path_(std::move(path)), janitor_(janitor), alive_fd_(alive_fd) {}

    std::filesystem::path path_;
    pid_t janitor_;
    int alive_fd_;  ///< the kernel closes it with the benchmark: the janitor's signal
};

}  // namespace bench
