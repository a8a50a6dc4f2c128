/// Who starts the components and clears up behind them: harrier, or as little as possible.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "harness/own_directory.hpp"
#include "shmheap/result.hpp"

namespace bench {

/// What is to be run: `count` times the same component, which announces itself in `fifo`. With
/// `heap_bytes` each has a heap in `heaps`, and is started again when it has ended.
struct Application {
    int count = 1;
    std::filesystem::path fifo;
    std::filesystem::path heaps;
    std::size_t heap_bytes = 0;
};

/// A supervisor at work; its end ends everything that it started.
class Supervision {
public:
    Supervision() = default;
    virtual ~Supervision() = default;
    Supervision(const Supervision&) = delete;
    Supervision& operator=(const Supervision&) = delete;

    /// Called after a component was killed. A supervisor that acts by itself does nothing here.
    virtual shmheap::Status after_kill(pid_t pid) = 0;
};

using Supervise = shmheap::Result<std::unique_ptr<Supervision>> (*)(const Application& application,
                                                                    const OwnDirectory& directory);

/// `harrier run` of a file written for the application.
shmheap::Result<std::unique_ptr<Supervision>> supervise_with_harrier(const Application& application,
                                                                     const OwnDirectory& directory);

/// A loop of posix_spawn, which knows beforehand what it will have to remove.
shmheap::Result<std::unique_ptr<Supervision>> supervise_bare(const Application& application,
                                                             const OwnDirectory& directory);

}  // namespace bench
