#include "reaper/reap.hpp"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "os/crash_point.hpp"
#include "os/shm_directory.hpp"
#include "reaper/remove.hpp"
#include "reaper/scan.hpp"

namespace reaper {
namespace {

using Clock = std::chrono::steady_clock;
using shmheap::Result;
using shmheap::os::ShmDirectory;

/// Between two questions whether the kernel has dropped a dead owner's lock.
constexpr std::chrono::milliseconds patience_pause{1};

bool may_be_heap(const DirectoryEntry& entry) {
    return is_heap_name(entry.name);
}

/// Whether the tag begins with the prefix, in whole elements: "demo/u/sink/1" does not select the
/// heaps of start number 12.
bool tag_matches(std::string_view tag, std::string_view prefix) {
    if (!tag.starts_with(prefix)) return false;
    return tag.size() == prefix.size() || prefix.empty() || prefix.back() == '/' ||
           tag[prefix.size()] == '/';
}

bool is_selected(const FileRecord& record, const HeapSelection& selection) {
    return record.format == Format::heap && record.status.st_uid == selection.uid &&
           tag_matches(record.heap.tag(), selection.tag_prefix);
}

/// Removes one orphaned heap and notes what happened. Somebody else who removes it first gets to
/// report it.
void remove_orphan(Scanner& scanner, const FileRecord& record, Clock::time_point started,
                   ReapOutcome& outcome) {
    const auto removed = remove_file(scanner, record, false);
    CRASH_POINT(reap_removed);
    if (!removed) {
        outcome.failures.push_back(removed.error());
        return;
    }
    if (*removed != Removal::removed) return;
    outcome.reaped.push_back({.heap = record.name,
                              .component = std::string(record.heap.component()),
                              .creator_pid = record.heap.creator_pid,
                              .bytes = record.allocated_bytes(),
                              .blocks_live = record.heap.blocks_live,
                              .clients = record.holders.clients,
                              .took = Clock::now() - started});
}

}  // namespace

Result<ReapOutcome> reap(const HeapSelection& selection, std::chrono::milliseconds patience,
                         KnownTags* known) {
    const auto started = Clock::now();
    auto directory = ShmDirectory::open(selection.directory);
    if (!directory) return tl::unexpected(directory.error());
    KnownTags none;
    KnownTags& tags = known != nullptr ? *known : none;
    tags.enter(*directory);
    Scanner scanner(*directory);
    auto waiting = scanner.entries([&](const DirectoryEntry& entry) {
        if (!may_be_heap(entry)) return false;
        const std::string* tag = tags.find(entry.inode);
        return tag == nullptr || tag_matches(*tag, selection.tag_prefix);
    });
    if (!waiting) return tl::unexpected(waiting.error());
    CRASH_POINT(reap_listed);

    // After each round only selected heaps are left whose lock is still held.
    ReapOutcome outcome;
    FileRecord record;
    while (true) {
        std::erase_if(*waiting, [&](const DirectoryEntry& entry) {
            if (!scanner.look(entry, record)) return true;
            if (record.format == Format::heap) tags.learn(record.status.st_ino, record.heap.tag());
            if (!is_selected(record, selection)) return true;
            CRASH_POINT(reap_looked);
            if (record.verdict == Verdict::orphaned)
                remove_orphan(scanner, record, started, outcome);
            return record.verdict != Verdict::live;
        });
        if (waiting->empty() || Clock::now() - started >= patience) return outcome;
        std::this_thread::sleep_for(patience_pause);
    }
}

Result<SweepOutcome> sweep(const std::string& directory_path, uid_t uid,
                           const std::function<bool(std::string_view tag)>& is_ours) {
    const auto started = Clock::now();
    auto directory = ShmDirectory::open(directory_path);
    if (!directory) return tl::unexpected(directory.error());
    Scanner scanner(*directory);
    const auto entries = scanner.entries();
    if (!entries) return tl::unexpected(entries.error());

    CRASH_POINT(sweep_listed);
    SweepOutcome outcome;
    FileRecord record;
    for (const DirectoryEntry& entry : *entries) {
        if (!may_be_heap(entry) || !scanner.look(entry, record)) continue;
        CRASH_POINT(sweep_looked);
        if (record.verdict != Verdict::orphaned) continue;
        const bool own = record.format == Format::heap && record.status.st_uid == uid &&
                         is_ours(record.heap.tag());
        if (own) {
            remove_orphan(scanner, record, started, outcome.own);
        } else {
            ++outcome.other_orphans;
        }
    }
    return outcome;
}

}  // namespace reaper
