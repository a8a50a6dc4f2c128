/// What a process and everything below it uses, read from /proc while it runs. Nothing is stopped
/// for that: what begins or ends during the look may be missed.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "harness/load.hpp"

namespace bench {

/// `root` first, then its children, their children, and so on.
std::vector<pid_t> process_tree(pid_t root);

/// Sums over the processes of a tree.
struct TreeUsage {
    Seconds processor{};        ///< of the processes themselves, by their processor-time clocks
    Seconds ended_children{};   ///< of the children that they have collected; in ticks of 10 ms
    double switches = 0;        ///< voluntary context switches, of all threads
    double resident_bytes = 0;  ///< VmRSS: a page that two processes share counts twice
};

/// Of the tree without the processes that execute `component`, an absolute path without symbolic
/// links: of those that supervise.
TreeUsage usage_of_supervisors(pid_t root, const std::filesystem::path& component);

}  // namespace bench
