/// What shmclean does, without its options and its output: walks the directory or the names it was
/// given, decides and removes, and tells of each file what became of it. One run, one thread.
///
/// Other frameworks' files go last and together: first all of them are judged by their framework's
/// rule, then one walk over the processes shows who holds which, and only then each is judged once
/// more and removed. What others are judged by (lock files) goes after these.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reaper/clean_evidence.hpp"
#include "reaper/clean_filter.hpp"
#include "reaper/remove.hpp"
#include "reaper/scan.hpp"

namespace reaper {

enum class CleanStatus {
    unlinked,
    would_unlink,  ///< a dry run
    left,          ///< nobody asked for it, but it is worth a word: foreign or damaged
    refused,
    failed,
};

/// What there is to say of a file that goes.
struct CleanDetails {
    std::string type;  ///< "heap", "Fast DDS segment"
    std::string evidence;
    std::uint64_t file_bytes = 0;
    Returns returns;
};

/// What became of one file.
struct CleanOutcome {
    std::string name;  ///< as it is: escape it before printing
    Verdict verdict = Verdict::other;
    CleanStatus result = CleanStatus::left;
    std::string message;  ///< what is wrong and the remedy, escaped; empty when all went well
    std::optional<CleanDetails> details = {};  ///< if asked for, of what goes or would go
};

struct CleanRequest {
    /// Nothing: everything that is orphaned. A list, be it empty, means these alone.
    std::optional<std::vector<std::string>> names = {};
    /// Without names, if there are any here: of everything these alone.
    std::vector<std::string> among = {};
    bool force = false;
    bool dry_run = false;
    bool detailed = false;
    /// A heap's holders are told by its clients' locks: to look into every process takes too long
    /// where many heaps go one by one.
    bool asks_clients = false;
    CleanFilter filter = {};
    /// Asked before each removal; false leaves the file. Details are given to it.
    std::function<bool(const std::string& name, const CleanDetails& details)> confirm = {};
};

/// Calls `tell` for each file that there is something to tell about, in order. One refused or
/// failed file does not stop the others. Returns whether everything asked for was done.
/// Errors: the directory cannot be read.
shmheap::Result<bool> run_clean(const shmheap::os::ShmDirectory& directory,
                                const CleanRequest& request,
                                const std::function<void(const CleanOutcome&)>& tell);

}  // namespace reaper
