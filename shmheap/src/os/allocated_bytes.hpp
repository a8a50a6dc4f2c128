/// How much memory a file takes, which may be less than its size.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace shmheap::os {

/// In bytes; stat(2) counts in blocks of 512, whatever the file system's are.
inline std::uint64_t allocated_bytes(const struct stat& status) {
    constexpr std::uint64_t stat_block_bytes = 512;
    return static_cast<std::uint64_t>(status.st_blocks) * stat_block_bytes;
}

}  // namespace shmheap::os
