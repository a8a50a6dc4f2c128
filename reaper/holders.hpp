/// Which processes have files of one file system mapped or open: one walk over /proc, for all
/// files at once. Mappings are found by device and inode in /proc/PID/maps, descriptors in
/// /proc/PID/fd; threads share both, so only processes are looked at. Files without a name are
/// found as well: they hold memory until the last of their holders goes.
///
/// Nobody is stopped or waited for: what a descriptor stands for is asked of the mount that
/// /proc/PID/fdinfo names, before the file itself is asked anything, so that a dead NFS server
/// behind a stranger's descriptor stops nobody. A walk is a snapshot of processes that run: who
/// opens or ends meanwhile may be missed or shown. One thread for each call.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "os/shm_directory.hpp"
#include "reaper/proc_file.hpp"

namespace reaper {

struct Holder {
    pid_t pid = 0;     ///< as /proc has it
    std::string name;  ///< the process's own ("comm"): escape it before printing
    bool maps = false;
    bool open = false;
};

struct HeldFile {
    struct Size {
        std::uint64_t file_bytes = 0;
        std::uint64_t allocated_bytes = 0;
    };

    bool deleted = false;         ///< it has no name any more
    std::string path;             ///< as the kernel shows the last name to a holder; may be empty
    std::optional<Size> size;     ///< nothing when it is only mapped and we may not ask
    std::vector<Holder> holders;  ///< by pid; never empty

    /// Whether those who have it are called as our tools are, which open a file for a moment to
    /// look at it, and map none. A name proves nothing: it is worth asking further, no more.
    [[nodiscard]] bool is_only_looked_at() const;
};

struct HeldFiles {
    std::unordered_map<ino_t, HeldFile> by_inode;
    unsigned unreadable = 0;  ///< processes that we see but may not, or could not, look into
    int lack = 0;             ///< why the last of them could not be, an errno value of lack.hpp
    ProcView view = ProcView::everyone;

    /// Null when no process that we could look into has it.
    [[nodiscard]] const HeldFile* find(ino_t inode) const;

    /// Whether what is not in here is held by nobody: every process was seen and looked into.
    [[nodiscard]] bool is_complete() const;
};

/// The held files of the file system that `directory` lies in (directories are left out), this
/// process's own among them. Errors: what fstat(2) says, and that descriptors or memory are lacking
/// to begin. Where /proc cannot be read nothing is found, and `view` is `nobody`.
shmheap::Result<HeldFiles> find_held_files(const shmheap::os::ShmDirectory& directory);

/// What of the processes was not looked into, for a message: "3 processes not readable; ..." or
/// empty. One line.
std::string blind_spot_text(const HeldFiles& held);

}  // namespace reaper
