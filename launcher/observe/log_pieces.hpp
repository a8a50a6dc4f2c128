/// A log as it lies on the disk, for who reads it while somebody else writes and rotates: the file
/// itself and what was rotated away (rotated_files.hpp). Pieces are held open, so what happens to
/// their names afterwards does not matter. Values and system calls; from any thread.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

struct LogPiece {
    shmheap::os::UniqueFd file;
    bool is_compressed = false;
    struct stat status {};  ///< when it was opened
};

/// The youngest first; only regular files, none of them twice. Names move up while we look, the
/// oldest first; who goes through them in the other direction sees one twice, but misses none.
std::vector<LogPiece> open_pieces(const std::string& path, unsigned rotated_files_max);

/// Whether it is the same file, or the same content that was compressed meanwhile.
bool is_same(const LogPiece& one, const LogPiece& other);

/// A descriptor to read the lines from, with pread(2): the piece's own, or of a temporary file
/// that has no name. What is no gzip in spite of its name is taken as it is. Errors: what the file
/// system says, EIO for a gzip that is broken.
shmheap::Result<shmheap::os::UniqueFd> open_content(const LogPiece& piece);

}  // namespace launcher
