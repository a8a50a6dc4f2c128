/// How a heap is to be made: values that Heap::create checks. Plain data; from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "shmheap/result.hpp"

namespace shmheap {

/// When the pages of fresh memory are made present (a first touch costs a page fault).
enum class Prefault {
    none,        ///< at their first touch
    on_grow,     ///< by the thread that grows the heap
    background,  ///< by a helper thread, soon after
};

/// Which magazine a thread uses.
enum class Policy {
    thread,  ///< its own
    cpu,     ///< accepted, and the same as thread: src/alloc/DESIGN.md says why
};

struct HeapOptions {
    std::string directory = "/dev/shm";
    std::uint64_t size_max = 0;  ///< bytes; 0: half the file system and half the cgroup's limit
    std::uint64_t superblock_size = 2 * 1024 * 1024;  ///< bytes, a power of two, 256 KiB to 64 MiB
    unsigned mode = 0640;                             ///< no bits outside 0660; the umask applies
    Policy policy = Policy::thread;
    Prefault prefault = Prefault::none;
    bool background = false;  ///< a helper thread gives memory back while the process is idle
    std::string component;    ///< at most 71 bytes, kept in the header
    std::string tag;          ///< at most 247 bytes, kept in the header

    /// What the SHMHEAP_* variables say (read with secure_getenv).
    /// Errors: EINVAL with the variable's name and value when one cannot be understood.
    static Result<HeapOptions> from_environment();
};

}  // namespace shmheap
