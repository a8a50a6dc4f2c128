/// A list of names out of a file or standard input, as find -print0 and others write it. Throws
/// nothing.
#pragma once

#include <string>
#include <vector>

#include "shmheap/result.hpp"

namespace reaper {

/// The names in `path` ("-": standard input), one a line, or each ended by a NUL byte. Empty ones
/// are left out. Errors: what open(2) and read(2) say; EFBIG beyond 64 MiB.
shmheap::Result<std::vector<std::string>> read_names(const std::string& path, char separator);

}  // namespace reaper
