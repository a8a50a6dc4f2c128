/// What shmclean does, without its options and its output: walks the directory or the names it was
/// given, decides and removes, and tells of each file what became of it. One run, one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reaper/remove.hpp"
#include "reaper/scan.hpp"

namespace reaper {

enum class CleanResult {
    unlinked,
    would_unlink,  ///< a dry run
    left,          ///< nobody asked for it, but it is worth a word: foreign or damaged
    refused,
    failed,
};

/// What became of one file.
struct CleanOutcome {
    std::string name;  ///< as it is: escape it before printing
    Verdict verdict = Verdict::other;
    CleanResult result = CleanResult::left;
    std::string message;  ///< what is wrong and the remedy, escaped; empty when all went well
};

struct CleanRequest {
    std::vector<std::string> names;  ///< empty: everything that is orphaned
    std::vector<std::string> among;  ///< of everything only these, if `names` is empty and this not
    bool force = false;
    bool dry_run = false;
};

/// Calls `tell` for each file that there is something to tell about, in order. One refused or
/// failed file does not stop the others. Returns whether everything asked for was done.
/// Errors: the directory cannot be read.
shmheap::Result<bool> run_clean(const shmheap::os::ShmDirectory& directory,
                                const CleanRequest& request,
                                const std::function<void(const CleanOutcome&)>& tell);

}  // namespace reaper
