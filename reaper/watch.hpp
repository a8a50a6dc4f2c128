/// `shmclean --watch`: removes heaps as they become orphaned, until a signal ends it. Says itself
/// when to look; what a look finds is judged and removed as in every other run (scan, clean_run),
/// so a wrong hint costs a look and never a heap.
///
/// | a heap is looked at when                                 | told by                           |
/// | -------------------------------------------------------- | --------------------------------- |
/// | its name appears, or its file is written or made readable | inotify                          |
/// | its owner ends, if we may open a pidfd of it             | that pidfd                        |
/// | its owner's lock goes                                    | inotify: the file is let go       |
/// | its owner ended, and the lock is held all the same       | time: 1 ms, doubled up to 2 s     |
/// | its owner cannot be watched by a pidfd                   | time: 2 s                         |
/// | it is orphaned and could not be removed, or is foreign   | time: 2 s, doubled up to 5 min    |
///
/// Without the last three, nothing wakes the process but events. Takes SIGTERM and SIGINT of the
/// calling thread, which must be the only one.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "reaper/clean_run.hpp"

namespace reaper {

/// Between two looks where nothing tells.
constexpr std::chrono::seconds watch_interval{2};

struct WatchOutput {
    std::function<void(const CleanOutcome&)> tell;   ///< as run_clean does, each failure once
    std::function<void(std::string_view)> announce;  ///< what became of the watching itself
};

struct WatchReport {
    int signal = 0;  ///< that ended it
    std::size_t removed = 0;
    std::size_t failed = 0;   ///< orphaned, still there, and not to be removed
    std::size_t watched = 0;  ///< heaps that were waited for at the end
};

/// Watches the directory that `path` stands for, whichever that is meanwhile: one that is removed
/// or mounted over is left, and taken up again when it is back.
/// Errors: the directory cannot be opened or read at the beginning, or the system is out of
/// descriptors then.
shmheap::Result<WatchReport> watch(const std::string& path, const WatchOutput& output);

}  // namespace reaper
