/// Who starts the components and clears up behind them: harrier, as little as possible, or another
/// supervisor.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/own_directory.hpp"
#include "shmheap/result.hpp"

namespace bench {

/// What is to be run: `count` times the same component.
struct Application {
    enum class Component {
        stays,  ///< announces itself in `fifo` and waits. With `heap_bytes` it has a heap in
                ///< `heaps`, and is started again, without a delay, when it has ended
        fails,  ///< ends at once with status 1, and is started again as by default
    };
    Component component = Component::stays;
    int count = 1;
    std::filesystem::path fifo = {};
    std::filesystem::path heaps = {};
    std::size_t heap_bytes = 0;

    /// The program of a component, an absolute path without symbolic links.
    [[nodiscard]] std::filesystem::path program() const;
};

/// A supervisor at work; its end ends everything that it started.
class Supervision {
public:
    Supervision() = default;
    virtual ~Supervision() = default;
    Supervision(const Supervision&) = delete;
    Supervision& operator=(const Supervision&) = delete;

    /// Called after a component was killed. A supervisor that acts by itself does nothing here.
    virtual shmheap::Status after_kill(pid_t /*pid*/) { return {}; }
    /// Tells it to stop as a user does; returns when all is gone, the supervisor included.
    virtual shmheap::Status stop() = 0;
    /// The topmost of the processes that supervise; 0 when that is the benchmark itself.
    [[nodiscard]] virtual pid_t root() const = 0;
};

using Supervise = shmheap::Result<std::unique_ptr<Supervision>> (*)(const Application& application,
                                                                    const OwnDirectory& directory);

/// `harrier run` of a file written for the application.
shmheap::Result<std::unique_ptr<Supervision>> supervise_with_harrier(const Application& application,
                                                                     const OwnDirectory& directory);

/// A loop of posix_spawn, which knows beforehand what it will have to remove. No component that
/// fails.
shmheap::Result<std::unique_ptr<Supervision>> supervise_bare(const Application& application,
                                                             const OwnDirectory& directory);

struct Subject {
    const char* name;
    Supervise supervise;
    bool is_program = true;     ///< has processes of its own, which can be looked at
    bool clears_heaps = false;  ///< removes the heap of a component that was killed
};

/// harrier, bare-spawn, and those of supervisord, s6 and runit that are installed.
std::vector<Subject> subjects();

}  // namespace bench
