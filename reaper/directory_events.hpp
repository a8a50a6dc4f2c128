/// What happens to the files of a directory, told by inotify(7) without anybody asking: which names
/// to look at, and when the list of names cannot be trusted any more. Owns one inotify instance;
/// move-only; one thread.
///
/// An event is a hint where to look, never a fact: what stands behind a name is found out by who
/// looks. So the order of events does not matter, and a batch is a set.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>

#include "os/shm_directory.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace reaper {

struct EventBatch {
    std::set<std::string> bound;    ///< a name came, went, or stands for another file by now
    std::set<std::string> touched;  ///< a file that may have become readable, or a heap, by now
    std::set<ino_t> let_go;         ///< who made the file does not have it open or mapped any more
    bool overflow = false;          ///< events were lost: the directory has to be read again
    bool moved = false;             ///< the path may stand for another directory by now
};

class DirectoryEvents {
public:
    /// Errors: what inotify_init1(2) and inotify_add_watch(2) say (EMFILE, ENOSPC: a limit of the
    /// user).
    static shmheap::Result<DirectoryEvents> open(const shmheap::os::ShmDirectory& directory);

    /// Readable when there is something to take.
    [[nodiscard]] int fd() const { return inotify_.get(); }

    /// Everything up to now, without waiting.
    EventBatch take();

private:
    DirectoryEvents(shmheap::os::UniqueFd inotify, int watched, int parent)
        : inotify_(std::move(inotify)), watched_(watched), parent_(parent) {}

    shmheap::os::UniqueFd inotify_;
    int watched_;  // the watch of the directory
    int parent_;   // that of the one it lies in; -1: that cannot be watched
};

}  // namespace reaper
