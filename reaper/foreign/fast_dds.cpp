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

/// What the lock file `name` says, if it exists.
void ask_lock(const Subject& subject, const std::string& name, Finding& finding) {
    const auto file = subject.directory.open_regular_file(name, O_RDONLY);
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    judge_by_lock(subject, file->get(), status, escape(name), finding);
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
    finding.evidence = "it has no lock file";
    const std::string base = base_of(subject.name, family->part);
    for (const char* suffix : {"_el", "_sl"}) {
        ask_lock(subject, base + suffix, finding);
        if (finding.owner == Life::alive) break;
    }
    return finding;
}

}  // namespace reaper::foreign
