/// The floor for a tool that looks at every heap of a directory: open, fstat, pread of the header,
/// one question about the lock, close; and unlink, for one that removes.
#pragma once

#include <filesystem>

#include "shmheap/result.hpp"

namespace bench {

enum class Then { leave, remove };

/// How many files it looked at. Errors: what the file system says.
shmheap::Result<int> look_at_all(const std::filesystem::path& directory, Then then);

}  // namespace bench
