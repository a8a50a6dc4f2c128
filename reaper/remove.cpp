#include "reaper/remove.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "file/cleaner.hpp"
#include "os/crash_point.hpp"
#include "os/error.hpp"
#include "os/file_lock.hpp"
#include "reaper/unheld.hpp"

namespace reaper {
namespace {

using shmheap::CleanResult;
using shmheap::Result;
using shmheap::Status;
using shmheap::os::ShmDirectory;

/// A lock on a file that was orphaned a moment ago is another cleaner's, who needs it for
/// microseconds: an owner never comes back.
constexpr int clean_attempts_max = 20;
constexpr std::chrono::milliseconds clean_pause{1};

Result<Removal> unlink(const ShmDirectory& directory, const std::string& name) {
    if (auto removed = directory.unlink(name); !removed) {
        if (removed.error().code == ENOENT) return Removal::gone;
        return tl::unexpected(removed.error());
    }
    CRASH_POINT(remove_name_removed);
    return Removal::removed;
}

/// Removes the name if it still stands for the file that was judged.
Result<Removal> unlink_judged(const ShmDirectory& directory, const FileRecord& record) {
    if (!directory.names_file(record.name, record.status)) return Removal::gone;
    CRASH_POINT(remove_name_compared);
    return unlink(directory, record.name);
}

Result<Removal> clean_heap(const ShmDirectory& directory, const FileRecord& record, bool force) {
    for (int attempt = 0; attempt < clean_attempts_max; ++attempt) {
        const auto cleaned = shmheap::clean(directory, record.name);
        if (!cleaned) {
            if (force && cleaned.error().code == EBUSY) return unlink_judged(directory, record);
            return tl::unexpected(cleaned.error());
        }
        switch (*cleaned) {
            case CleanResult::removed:
                return Removal::removed;
            case CleanResult::rebound:
            case CleanResult::not_ours:
                return Removal::gone;
            case CleanResult::alive:
                if (!directory.names_file(record.name, record.status)) return Removal::gone;
                break;
        }
        std::this_thread::sleep_for(clean_pause);
    }
    return Removal::alive;
}

/// There is no lock that would keep a REDHAWK heap as it was judged: look again, right before.
Result<Removal> remove_redhawk(Scanner& scanner, const FileRecord& record, bool force) {
    FileRecord now;
    if (!scanner.look({record.name, DT_UNKNOWN}, now)) return Removal::gone;
    if (now.status.st_dev != record.status.st_dev || now.status.st_ino != record.status.st_ino)
        return Removal::gone;
    if (now.verdict == Verdict::live) return Removal::alive;
    const bool may_go =
        now.format == record.format &&
        decide_removal(now.verdict, {.named = false, .force = force}) == Decision::remove;
    return may_go ? unlink_judged(scanner.directory(), record) : Removal::undecided;
}

bool is_same_time(const timespec& left, const timespec& right) {
    return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

/// One attempt. `alive` may be another cleaner that has it open for a moment.
Result<Removal> remove_judged_anew(Scanner& scanner, const FileRecord& record) {
    scanner.forget_living();
    FileRecord now;
    if (!scanner.look({record.name, DT_UNKNOWN}, now)) return Removal::gone;
    if (now.verdict == Verdict::unreadable)
        return Removal::alive;  // by a lease, as it could be read
    if (!now.foreign || now.foreign->type != record.foreign->type) return Removal::gone;
    if (now.foreign->owner != record.foreign->owner) return Removal::alive;
    // Whoever has written it since has use for it, and it is not as old as was asked for.
    if (!is_same_time(now.status.st_mtim, record.status.st_mtim) ||
        !is_same_time(now.status.st_ctim, record.status.st_ctim)) {
        return Removal::alive;
    }
    const UnheldProof proof(scanner.directory(), record.name, record.status);
    if (proof.answer() == Unheld::disproven) return Removal::alive;
    if (!scanner.directory().names_file(record.name, record.status)) return Removal::gone;
    if (proof.answer() == Unheld::proven && !proof.stands()) return Removal::alive;
    return unlink(scanner.directory(), record.name);
}

}  // namespace

Decision decide_removal(Verdict verdict, const RemovalRequest& request) {
    switch (verdict) {
        case Verdict::orphaned:
            return Decision::remove;
        case Verdict::foreign:
            if (request.force) return Decision::remove;
            break;
        case Verdict::live:
        case Verdict::damaged:
        case Verdict::other:
        case Verdict::unreadable:
            if (request.force && request.named) return Decision::remove;
            break;
    }
    return request.named ? Decision::refuse : Decision::leave;
}

Result<Removal> remove_file(Scanner& scanner, const FileRecord& record, bool force) {
    if (record.verdict != Verdict::orphaned) return unlink_judged(scanner.directory(), record);
    if (record.format == Format::heap) return clean_heap(scanner.directory(), record, force);
    return remove_redhawk(scanner, record, force);
}

Status check_removable(const ShmDirectory& directory, const FileRecord& record, bool force) {
    if (S_ISDIR(record.status.st_mode)) return shmheap::fail(EISDIR, "remove", record.name);
    struct stat folder {};
    if (::faccessat(directory.fd(), ".", W_OK | X_OK, AT_EACCESS) != 0 ||
        ::fstat(directory.fd(), &folder) != 0) {
        return shmheap::os::error("remove", record.name);
    }
    const uid_t user = ::geteuid();
    const bool is_owner = user == 0 || user == record.status.st_uid || user == folder.st_uid;
    if ((folder.st_mode & S_ISVTX) != 0 && !is_owner)
        return shmheap::fail(EPERM, "remove", record.name);
    if (record.verdict != Verdict::orphaned || record.format != Format::heap) return {};
    const auto file = directory.open_file(record.name, O_RDWR);
    if (!file && file.error().code == EWOULDBLOCK) return {};  // a lease, which passes
    if (!file) return tl::unexpected(file.error());
    const auto writer = shmheap::os::find_write_lock(file->get(), shmheap::os::owner_lock_byte, 1);
    if (!writer) return tl::unexpected(writer.error());
    if (*writer) return {};  // another cleaner's, which passes
    const auto locked = shmheap::os::is_locked(file->get(), shmheap::os::owner_lock_byte);
    if (!locked) return tl::unexpected(locked.error());
    return *locked && !force ? shmheap::fail(EBUSY, "lock", record.name) : Status{};
}

Result<Removal> remove_foreign(Scanner& scanner, const FileRecord& record) {
    for (int attempt = 1; attempt < unheld_attempts_max; ++attempt) {
        const auto removed = remove_judged_anew(scanner, record);
        if (!removed || *removed != Removal::alive) return removed;
        std::this_thread::sleep_for(unheld_pause);
    }
    return remove_judged_anew(scanner, record);
}

}  // namespace reaper
