/// Says that something has happened in one of some folders, to look at files again: a hint by
/// inotify(7). Where there is none (no folder yet, no watch left, a network) nothing is said, so
/// look from time to time all the same. Owns the descriptor; one thread.
#pragma once

#include <string>

#include "os/unique_fd.hpp"

namespace launcher {

class FolderWatch {
public:
    FolderWatch();

    /// The folder of this file. Again and again, for it may be made later.
    void watch_folder_of(const std::string& path);

    /// Readable when something has happened since clear(); -1 when there is no hint to be had.
    [[nodiscard]] int descriptor() const { return notifier_.get(); }
    void clear();

private:
    shmheap::os::UniqueFd notifier_;
};

}  // namespace launcher
