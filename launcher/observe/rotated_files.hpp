/// The names of a log's rotated files, path.1 (the youngest) to path.N, each plain or compressed as
/// path.K.gz; and what is done with them. The file system is the only record. A crash between two
/// steps leaves a gap in the numbers, or a file in both forms, each whole; both are put right here.
///
/// Values and system calls; one thread for each log.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "launcher/config/descriptor.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class RotatedFiles {
public:
    RotatedFiles(std::string path, const Rotation& rotation)
        : path_(std::move(path)), rotation_(rotation) {}

    /// Removes what an earlier harrier did not finish.
    void clear_unfinished() const;

    /// `path` becomes path.1 and each of the others one more, the oldest goes if there are too
    /// many. Errors: path could not be renamed, and is where it was.
    [[nodiscard]] shmheap::Status move_up() const;

    /// Removes what was last written longer ago than max_age.
    void remove_expired(std::chrono::system_clock::time_point now) const;

    /// The youngest that is not compressed; no descriptor if there is none.
    [[nodiscard]] shmheap::os::UniqueFd next_to_compress() const;

    /// Where the compressed form is made.
    [[nodiscard]] std::string unfinished_path() const { return path_ + ".gz.tmp"; }

    /// What was made there takes the place of the file with this inode, if there still is one.
    void replace_by_compressed(ino_t inode) const;

private:
    [[nodiscard]] std::string plain(unsigned number) const;
    [[nodiscard]] std::string compressed(unsigned number) const { return plain(number) + ".gz"; }

    std::string path_;
    Rotation rotation_;
};

}  // namespace launcher
