/// Fast DDS (eProsima), versions 2 (fastrtps_) and 3 (fastdds_): segments of participants, ports of
/// readers, their mutexes, and the pools of writers that share data. Segments and ports have a lock
/// file beside them, named with _el (exclusive) or _sl (shared), which their process keeps locked
/// with flock(2) as long as it lives and removes at its end. One that is there and not locked
/// belongs to the dead; one that is not there says nothing.
///
/// Source: Fast DDS, SharedMemManager.hpp, SharedMemGlobal.hpp (open_port_internal, is_zombie),
/// RobustExclusiveLock.hpp and RobustSharedLock.hpp; its own tool "fastdds shm clean" judges by the
/// same locks, but knows neither version 3's names nor data sharing. A writer that shares data has
/// its pool mapped as long as it lives (DataSharingPayloadPool, WriterPool), and no lock.
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "reaper/escape.hpp"
#include "reaper/foreign/boost_segment.hpp"
#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"
#include "reaper/foreign/semaphore.hpp"

namespace reaper::foreign {
namespace {

enum class Part { segment, port, lock, mutex, pool };

struct Family {
    std::string_view pattern;
    std::string_view type;
    Part part;
};

// Sixteen digits are the eight bytes of a UUID; the name of a pool has the GUID of its writer.
constexpr std::array families{
    Family{"fast*_port#", "Fast DDS port", Part::port},
    Family{"fast*_port#_?l", "Fast DDS port lock", Part::lock},
    Family{"sem.fast*_port#_mutex", "Fast DDS port mutex", Part::mutex},
    Family{"fast_datasharing_*_*.*.*.*", "Fast DDS data sharing pool", Part::pool},
    Family{"fast*_%%%%%%%%%%%%%%%%", "Fast DDS segment", Part::segment},
    Family{"fast*_%%%%%%%%%%%%%%%%_?l", "Fast DDS segment lock", Part::lock},
};

const Family* find_family(std::string_view name) {
    const bool is_pool = name.starts_with("fast_datasharing_");
    if (!is_pool && !name.starts_with("fastrtps_") && !name.starts_with("fastdds_") &&
        !name.starts_with("sem.fastrtps_") && !name.starts_with("sem.fastdds_")) {
        return nullptr;
    }
    for (const Family& family : families)
        if ((family.part == Part::pool) == is_pool && matches(name, family.pattern)) return &family;
    return nullptr;
}

bool has_right_content(const Subject& subject, Part part) {
    switch (part) {
        case Part::segment:
        case Part::port:
        case Part::pool:
            return is_boost_segment(subject);
        case Part::lock:
            return subject.size() == 0;
        case Part::mutex:
            return is_semaphore(subject);
    }
    return false;
}

/// The name without what a lock or a mutex has around it.
std::string base_of(std::string_view name, Part part) {
    constexpr std::string_view before = "sem.";
    constexpr std::string_view after = "_mutex";
    if (part == Part::lock) name.remove_suffix(3);
    if (part == Part::mutex) {
        name.remove_prefix(before.size());
        name.remove_suffix(after.size());
    }
    return std::string(name);
}

/// What the lock file `name` says. No value when there is none.
std::optional<Finding> ask_lock(const Subject& subject, const std::string& name) {
    Finding finding;
    const auto file = subject.directory.open_regular_file(name, O_RDONLY);
    if (!file && (file.error().code == ENOENT || file.error().code == ENODEV)) return {};
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0) {
        finding.evidence = fmt::format("{} cannot be read", escape(name));
        return finding;
    }
    judge_by_lock(subject, file->get(), status, escape(name), finding);
    if (status.st_uid == subject.status.st_uid) finding.judged_by.push_back(name);
    return finding;
}

/// What its two lock files say together: one that is locked proves that the owner lives; while one
/// cannot be judged, the other's being free proves nothing.
void ask_locks(const Subject& subject, const std::string& base, Finding& finding) {
    finding.evidence = "it has no lock file";
    bool is_first = true;
    for (const char* suffix : {"_el", "_sl"}) {
        auto lock = ask_lock(subject, base + suffix);
        if (!lock) continue;
        finding.judged_by.insert(finding.judged_by.end(), lock->judged_by.begin(),
                                 lock->judged_by.end());
        if (is_first || lock->owner == Life::alive ||
            (lock->owner == Life::unknown && finding.owner == Life::dead)) {
            finding.owner = lock->owner;
            finding.evidence = std::move(lock->evidence);
        }
        is_first = false;
    }
}

}  // namespace

std::optional<Finding> recognise_fast_dds(const Subject& subject) {
    const Family* family = find_family(subject.name);
    if (family == nullptr || !has_right_content(subject, family->part)) return {};
    Finding finding;
    finding.type = family->type;
    finding.tells_of_others = family->part == Part::lock;
    if (family->part == Part::pool) {
        finding.owner = Life::held;
        finding.evidence = "its writer has it mapped as long as it lives";
        return finding;
    }
    ask_locks(subject, base_of(subject.name, family->part), finding);
    // Its owner holds its own lock; the other one is not needed to tell that.
    if (family->part == Part::lock) finding.judged_by.clear();
    return finding;
}

}  // namespace reaper::foreign
