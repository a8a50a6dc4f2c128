#include "launcher/observe/rotated_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "os/error.hpp"

namespace launcher {
namespace {

std::optional<struct stat> status_of(const std::string& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return std::nullopt;
    return status;
}

}  // namespace

std::string RotatedFiles::plain(unsigned number) const {
    return path_ + '.' + std::to_string(number);
}

void RotatedFiles::clear_unfinished() const {
    unlink(unfinished_path().c_str());
    for (unsigned number = 1; number <= rotation_.files_max; ++number) {
        if (status_of(plain(number)) && status_of(compressed(number)))
            unlink(plain(number).c_str());  // the compressed one has its name since it is whole
    }
}

shmheap::Status RotatedFiles::move_up() const {
    unsigned free = 1;
    while (free <= rotation_.files_max && (status_of(plain(free)) || status_of(compressed(free))))
        ++free;
    if (free > rotation_.files_max) {
        free = rotation_.files_max;
        unlink(plain(free).c_str());
        unlink(compressed(free).c_str());
    }
    for (unsigned number = free; number > 1; --number) {
        std::rename(plain(number - 1).c_str(), plain(number).c_str());
        std::rename(compressed(number - 1).c_str(), compressed(number).c_str());
    }
    // Something that could not be moved would be written over.
    if (status_of(plain(1)) || status_of(compressed(1)))
        return shmheap::fail(EEXIST, "rotate log", path_);
    if (std::rename(path_.c_str(), plain(1).c_str()) != 0)
        return shmheap::os::error("rotate log", path_);
    return {};
}

void RotatedFiles::remove_expired(std::chrono::system_clock::time_point now) const {
    if (!rotation_.age_max) return;
    const auto is_expired = [&](const std::string& path) {
        const auto status = status_of(path);
        if (!status) return false;
        const auto written = std::chrono::seconds(status->st_mtim.tv_sec) +
                             std::chrono::nanoseconds(status->st_mtim.tv_nsec);
        return now.time_since_epoch() - written > *rotation_.age_max;
    };
    for (unsigned number = 1; number <= rotation_.files_max; ++number) {
        for (const std::string& path : {plain(number), compressed(number)}) {
            if (is_expired(path)) unlink(path.c_str());
        }
    }
}

shmheap::os::UniqueFd RotatedFiles::next_to_compress() const {
    shmheap::os::UniqueFd file;
    for (unsigned number = 1; rotation_.compress && !file && number <= rotation_.files_max;
         ++number) {
        file.reset(open(plain(number).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    }
    return file;
}

void RotatedFiles::replace_by_compressed(ino_t inode) const {
    for (unsigned number = 1; number <= rotation_.files_max; ++number) {
        const auto status = status_of(plain(number));
        if (!status || status->st_ino != inode) continue;
        if (std::rename(unfinished_path().c_str(), compressed(number).c_str()) == 0)
            unlink(plain(number).c_str());
        return;
    }
    unlink(unfinished_path().c_str());  // it was the oldest, and went
}

}  // namespace launcher
