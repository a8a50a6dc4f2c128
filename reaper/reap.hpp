/// scan, judge and remove in one: for one dead process and its descendants, and for the sweep at
/// start-up. Works from any thread; touches nothing but files in the shared memory directory.
///
/// A tag only *selects* heaps; whether the owner is dead is decided by its lock alone, so a wrong
/// selection can never remove a live heap (see reaper/DESIGN.md).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reaper/known_tags.hpp"
#include "shmheap/result.hpp"

namespace reaper {

/// What was removed for one dead process.
struct ReapReport {
    std::string heap;               ///< file name, relative to the shared memory directory
    std::string component;          ///< name from the heap's header, may be empty
    pid_t creator_pid = 0;          ///< in the creator's pid namespace
    std::uint64_t bytes = 0;        ///< allocated bytes of the file (st_blocks × 512)
    std::uint64_t blocks_live = 0;  ///< blocks that were allocated when the owner died
    unsigned clients = 0;           ///< live processes that still have the heap attached
    std::chrono::nanoseconds took{};
};

/// Which heaps belong to what died. A heap is selected when it is one of ours, its owner's uid is
/// `uid`, and its tag begins with `tag_prefix`, in whole elements: the prefix of start number 1
/// does not select the heaps of start number 12.
struct HeapSelection {
    std::string directory;   ///< absolute path of the shared memory directory
    std::string tag_prefix;  ///< "<application>/<instance uuid>/<component>/<start number>"
    uid_t uid = 0;
};

struct ReapOutcome {
    std::vector<ReapReport> reaped;
    std::vector<shmheap::Error> failures;  ///< heaps that are orphaned but could not be removed
};

/// Removes every selected heap whose owner is proven dead. A selected heap whose owner's lock is
/// still held is tried again for up to `patience` (the kernel may drop a lock some milliseconds
/// after the pidfd became readable) and then left: it is alive. What is `known`, if that is given,
/// is not read again, and what is read is added to it. Errors: the directory cannot be read.
shmheap::Result<ReapOutcome> reap(const HeapSelection& selection,
                                  std::chrono::milliseconds patience = std::chrono::milliseconds(0),
                                  KnownTags* known = nullptr);

struct SweepOutcome {
    ReapOutcome own;             ///< what was removed: orphans for which `is_ours(tag)` holds
    unsigned other_orphans = 0;  ///< orphans of others, only counted
};

/// The sweep at start-up: removes the orphaned heaps of `uid` for whose tag `is_ours` holds, and
/// counts the orphans of everybody else.
shmheap::Result<SweepOutcome> sweep(const std::string& directory, uid_t uid,
                                    const std::function<bool(std::string_view tag)>& is_ours);

}  // namespace reaper
