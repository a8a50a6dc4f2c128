/// Programs as files: which one a path leads to at a moment, so far as that can be told without
/// reading it, and by which path the program that runs was started. Any thread.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <string>

#include "shmheap/result.hpp"

namespace launcher {

/// Equal as long as nobody has replaced or written to the file.
struct ProgramFile {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size_bytes = 0;
    timespec modified = {};
    timespec changed = {};  ///< its mode or owner, too
};
bool operator==(const ProgramFile& one, const ProgramFile& other);

/// Errors: what stat(2) says.
[[nodiscard]] shmheap::Result<ProgramFile> find_program(const std::string& path);

/// The path by which this program was started, made absolute, with its links as they are: it may
/// lead to another version later. Call it before the current directory changes. The program's own
/// file where that path leads elsewhere by now.
[[nodiscard]] std::string path_of_this_program();

}  // namespace launcher
