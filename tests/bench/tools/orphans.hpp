/// A directory full of heaps whose owners are dead: copies of a real one that nobody has locked.
#pragma once

#include <filesystem>

#include "shmheap/result.hpp"

namespace bench {

/// Makes `count` heaps, in an existing directory. Errors: those of
/// Heap::create, and what the file system says.
shmheap::Status make_orphans(const std::filesystem::path& directory, int count);

}  // namespace bench
