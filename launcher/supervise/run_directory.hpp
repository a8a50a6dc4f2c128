/// The run directory of an application: where its instance lock lies, and whatever components put
/// there (they find it as HARRIER_RUN_DIR). Whoever holds the lock is *the* instance of this name
/// and user; the kernel drops it when harrier dies, so a directory without a lock is a left-over.
///
/// Every step down the path refuses symbolic links and folders of others, so nobody can lead
/// harrier elsewhere, not even from /tmp. Removes the directory when destroyed. Main thread.
#pragma once

#include <string>
#include <string_view>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class RunDirectory {
public:
    /// Makes the directory and takes the lock; what a killed instance left in it is removed, unless
    /// something of a component that was to outlive it is there: then clear() is the caller's.
    /// Errors: EBUSY when another instance runs, whose pid is then in the subject; EPERM when part
    /// of the path belongs to somebody else; what mkdir(2) and open(2) say.
    static shmheap::Result<RunDirectory> acquire(std::string_view application);

    /// Goes on with that of another program of this process, which held this lock; nothing in it is
    /// touched. Errors: as acquire(), and ESTALE when it has been replaced.
    static shmheap::Result<RunDirectory> resume(std::string_view application,
                                                shmheap::os::UniqueFd lock);

    /// Whether resume() would succeed now. Errors: as resume().
    [[nodiscard]] shmheap::Status check() const;

    /// The descriptor that is locked.
    [[nodiscard]] int lock() const { return lock_.get(); }

    RunDirectory(RunDirectory&&) noexcept = default;
    RunDirectory& operator=(RunDirectory&&) = delete;
    ~RunDirectory();

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Removes everything in it but the lock.
    void clear() const;

    /// From now on nothing in it is removed: somebody lives on who counts on it.
    void leave() { is_left_ = true; }

    /// Whether the instance whose run directory `path` is holds its lock.
    static bool is_alive(const std::string& path);

private:
    RunDirectory(std::string path, shmheap::os::UniqueFd parent, shmheap::os::UniqueFd directory,
                 shmheap::os::UniqueFd lock)
        : path_(std::move(path)),
          parent_(std::move(parent)),
          directory_(std::move(directory)),
          lock_(std::move(lock)) {}

    std::string path_;
    shmheap::os::UniqueFd parent_;
    shmheap::os::UniqueFd directory_;
    shmheap::os::UniqueFd lock_;
    bool is_left_ = false;
};

/// Where the run directory of an application lies: below $XDG_RUNTIME_DIR, else /run as root, else
/// /tmp/harrier-<uid>.
std::string run_directory_path(std::string_view application);

}  // namespace launcher
