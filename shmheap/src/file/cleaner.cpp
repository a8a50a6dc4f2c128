#include "file/cleaner.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "file/inspect.hpp"
#include "os/crash_point.hpp"
#include "os/error.hpp"
#include "os/file_lock.hpp"

namespace shmheap {
namespace {

/// What openat says of a name that is no regular file.
bool is_no_file(int code) {
    return code == ELOOP || code == EISDIR || code == ENXIO || code == ENODEV;
}

/// A lock that was released between the attempt and the question is tried for again.
constexpr int lock_attempts_max = 3;

/// True when this descriptor holds the owner's lock now, false when a writer does: the owner, or
/// another cleaner. Errors: EBUSY when all that is in the way is a reader's lock.
Result<bool> take_owner_lock(int fd, std::string_view name) {
    for (int attempt = 0; attempt < lock_attempts_max; ++attempt) {
        const auto locked = os::try_lock(fd, os::owner_lock_byte);
        CRASH_POINT(clean_lock_tried);
        if (locked) return true;
        if (locked.error().code != EAGAIN) return fail(locked.error().code, "lock", name);
        const auto writer = os::find_write_lock(fd, os::owner_lock_byte, 1);
        if (!writer) return fail(writer.error().code, "query the lock of", name);
        CRASH_POINT(clean_writer_looked_for);
        if (*writer) return false;
    }
    return fail(EBUSY, "take the owner's lock, which a reader blocks, of", name);
}

}  // namespace

Result<CleanResult> clean(const os::ShmDirectory& directory, std::string_view name) {
    const auto file = directory.open_file(name, O_RDWR);
    if (!file) {
        if (file.error().code == ENOENT) return CleanResult::rebound;
        if (is_no_file(file.error().code)) return CleanResult::not_ours;
        return tl::unexpected(file.error());
    }
    CRASH_POINT(clean_file_opened);
    struct stat status {};
    if (::fstat(file->get(), &status) != 0) return os::error("inspect", name);
    CRASH_POINT(clean_file_inspected);
    if (!S_ISREG(status.st_mode)) return CleanResult::not_ours;
    if (status.st_nlink == 0) return CleanResult::rebound;
    if (status.st_nlink != 1) return CleanResult::not_ours;

    FileHead head;
    const auto inspection = inspect(file->get(), status, head);
    if (!inspection) return fail(inspection.error().code, "read", name);
    CRASH_POINT(clean_head_read);
    if (inspection->content != Content::heap) return CleanResult::not_ours;

    const auto locked = take_owner_lock(file->get(), name);
    if (!locked) return tl::unexpected(locked.error());
    if (!*locked) return CleanResult::alive;
    CRASH_POINT(clean_owner_locked);
    // From here to the end this process holds the old inode's owner lock: nobody else may unbind
    // the name, and a name that stands for another file by now is left alone.
    if (!directory.names_file(name, status)) return CleanResult::rebound;
    CRASH_POINT(clean_name_compared);
    if (auto removed = directory.unlink(name); !removed) {
        if (removed.error().code == ENOENT) return CleanResult::rebound;
        return tl::unexpected(removed.error());
    }
    CRASH_POINT(clean_name_removed);
    return CleanResult::removed;
}

}  // namespace shmheap
