/// A file system of 8 MiB that only one process sees, and a file that takes it away. For root.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include <filesystem>
#include <functional>
#include <string>

#include "support.hpp"

namespace heap_test {

/// Runs `body` in a process of its own where `folder` is a file system of 8 MiB.
inline Ended on_small_file_system(const Folder& folder, const std::function<int()>& body) {
    return in_child([&] {
        if (::unshare(CLONE_NEWNS) != 0) return 50;
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 51;
        if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=8m") != 0) return 52;
        return body();
    });
}

/// Takes all but about `left` bytes of a file system away.
inline void fill(const std::string& path, std::uint64_t left) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    const auto free = std::filesystem::space(std::filesystem::path(path).parent_path()).available;
    if (free > left) (void)!::posix_fallocate(file.get(), 0, static_cast<off_t>(free - left));
}

}  // namespace heap_test
