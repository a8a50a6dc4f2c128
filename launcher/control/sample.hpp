/// What a process uses at this moment, from /proc and from the head of its heap file, which is read
/// and never mapped. A sample takes some ten system calls and waits for nobody.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "file/inspect.hpp"
#include "os/shm_directory.hpp"
#include "shmheap/result.hpp"

namespace launcher {

struct HeapSample {
    std::uint64_t size_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t leases = 0;  ///< of the streams and clients that live
};

struct ProcessSample {
    std::uint64_t cpu_time_ms = 0;  ///< user and system, since its start
    std::uint64_t age_ms = 0;       ///< since its start, in steps of a tick of the kernel
    std::uint64_t rss_bytes = 0;
    std::uint64_t threads = 0;
    std::uint64_t fds = 0;
    std::optional<HeapSample> heap = {};
};

/// Takes samples with the one buffer that it owns. One thread.
class Sampler {
public:
    /// Where heaps lie; there may be no such directory, and then there are no heaps.
    explicit Sampler(const std::string& shm_directory);

    /// Nothing when there is no such process any more. The pid stands for the process that is
    /// meant: it has not been collected.
    std::optional<ProcessSample> take(pid_t pid);

private:
    std::optional<HeapSample> inspect_heap(pid_t pid);

    shmheap::Result<shmheap::os::ShmDirectory> heaps_;
    std::unique_ptr<shmheap::FileHead> head_ = std::make_unique<shmheap::FileHead>();
};

}  // namespace launcher
