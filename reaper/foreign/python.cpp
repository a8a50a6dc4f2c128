/// Python's multiprocessing: shared memory, psm_ and eight digits, mode 0600; semaphores, which are
/// glibc's (sem.), those of multiprocessing as sem.mp-. Shared memory may be closed by everybody
/// and opened again by its name, and what keeps account of it is another process of the application
/// (the resource tracker, in its memory alone): no owner can be proven dead. A semaphore of
/// multiprocessing is mapped by its maker as long as that uses it. It loses its name as soon as it
/// is made where children are forked; where they are spawned, which then open it, with its maker's
/// object.
///
/// Source: CPython, Lib/multiprocessing/shared_memory.py (_make_filename, _mode),
/// Lib/multiprocessing/synchronize.py (SemLock.__init__, _cleanup). The content of shared memory is
/// the application's: nothing tells it but name, kind and mode.
#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"
#include "reaper/foreign/semaphore.hpp"

namespace reaper::foreign {
namespace {

std::optional<Finding> recognise_semaphore(const Subject& subject) {
    if (!is_semaphore(subject)) return {};
    Finding finding;
    if (subject.name.starts_with("sem.mp-")) {
        finding.type = "Python semaphore";
        finding.owner = Life::held;
        finding.evidence = "its maker has it mapped as long as it has a name";
    } else {
        finding.type = "POSIX semaphore";
        finding.evidence = "a semaphore keeps no record of who uses it";
    }
    return finding;
}

}  // namespace

std::optional<Finding> recognise_python(const Subject& subject) {
    constexpr mode_t permissions = 07777;
    constexpr mode_t mode = 0600;
    if (subject.name.starts_with("sem.")) return recognise_semaphore(subject);
    if (!matches(subject.name, "psm_%%%%%%%%") || subject.size() == 0) return {};
    if ((subject.status.st_mode & permissions) != mode) return {};
    Finding finding;
    finding.type = "Python shared memory";
    finding.evidence = "Python keeps no record of its owner in shared memory";
    return finding;
}

}  // namespace reaper::foreign
