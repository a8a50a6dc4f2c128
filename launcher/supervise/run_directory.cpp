#include "launcher/supervise/run_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "launcher/kept_path.hpp"
#include "os/crash_point.hpp"
#include "os/directory_stream.hpp"
#include "os/error.hpp"
#include "os/file_lock.hpp"

namespace launcher {
namespace {

using shmheap::fail;
using shmheap::Result;
using shmheap::Status;
using shmheap::os::UniqueFd;

constexpr const char* lock_name = "lock";
constexpr std::uint64_t lock_byte = 0;
constexpr int attempts_max = 16;  // an instance that ends may take the directory away meanwhile
constexpr int depth_max = 32;     // of what components may have built in the run directory

/// The folder that exists already, and the ones below it that are harrier's to make.
struct Location {
    std::string base;
    std::vector<std::string> below;
};

Location locate(std::string_view application) {
    const std::string name(application);
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (runtime != nullptr && runtime[0] == '/') return {runtime, {"harrier", name}};
    if (geteuid() == 0) return {"/run", {"harrier", name}};
    return {"/tmp", {"harrier-" + std::to_string(geteuid()), name}};
}

Result<UniqueFd> open_folder(int parent, const std::string& name, const std::string& path) {
    UniqueFd folder(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return shmheap::os::error("open run directory", path);
    return folder;
}

/// The one that is there, if it is ours and nobody else's to write in.
Result<UniqueFd> open_own_folder(int parent, const std::string& name, const std::string& path) {
    auto folder = open_folder(parent, name, path);
    if (!folder) return folder;
    CRASH_POINT(run_folder_opened);
    struct stat status {};
    if (fstat(folder->get(), &status) != 0) return shmheap::os::error("inspect", path);
    if (status.st_uid != geteuid()) return fail(EPERM, "use run directory of another user", path);
    if ((status.st_mode & 07777) != 0700 && fchmod(folder->get(), 0700) != 0)
        return shmheap::os::error("protect run directory", path);
    return folder;
}

/// Makes it, if there is none.
Result<UniqueFd> enter_folder(int parent, const std::string& name, const std::string& path) {
    if (mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST)
        return shmheap::os::error("make run directory", path);
    CRASH_POINT(run_folder_made);
    return open_own_folder(parent, name, path);
}

bool is_self(const char* name) {
    const std::string_view text(name);
    return text == "." || text == "..";
}

/// Whether a component that was to outlive its harrier has left something.
bool has_kept(int folder) {
    const auto entries = shmheap::os::open_directory_stream(folder, ".");
    while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) {
        if (std::string_view(entry->d_name).starts_with(kept_prefix)) return true;
    }
    return false;
}

/// Removes everything below `folder` but the lock at the top. Follows no link, and gives up what
/// it may not remove: a left-over file harms nobody.
void empty_folder(int folder, int depth) {
    const auto entries = shmheap::os::open_directory_stream(folder, ".");
    while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) {
        if (is_self(entry->d_name) || (depth == 0 && std::string_view(entry->d_name) == lock_name))
            continue;
        if (unlinkat(folder, entry->d_name, 0) == 0 || depth == depth_max) continue;
        const UniqueFd below(
            openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!below) continue;
        empty_folder(below.get(), depth + 1);
        unlinkat(folder, entry->d_name, AT_REMOVEDIR);
    }
}

std::string holder_of(int lock) {
    std::array<char, 32> text{};
    const ssize_t count = pread(lock, text.data(), text.size() - 1, 0);
    return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : "unknown";
}

/// The folder that run directories lie in.
Result<UniqueFd> enter_parent(const Location& location, const std::string& path) {
    const UniqueFd base(open(location.base.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!base) return shmheap::os::error("open", location.base);
    return enter_folder(base.get(), location.below[0], path);
}

/// Whether the locked file is still the one that the name stands for: an instance that ends
/// removes it before it drops its lock.
bool is_current(int directory, int lock) {
    struct stat held {};
    struct stat named {};
    return fstat(lock, &held) == 0 &&
           fstatat(directory, lock_name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

/// What the name of an application leads to.
struct Opened {
    UniqueFd parent;
    UniqueFd directory;
};

/// With the lock that is held in it, and nothing made.
Result<Opened> open_held(std::string_view application, int lock) {
    const Location location = locate(application);
    const std::string path = run_directory_path(application);
    const UniqueFd base(open(location.base.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!base) return shmheap::os::error("open", location.base);
    auto parent = open_own_folder(base.get(), location.below[0], path);
    if (!parent) return tl::unexpected(parent.error());
    auto directory = open_own_folder(parent->get(), location.below[1], path);
    if (!directory) return tl::unexpected(directory.error());
    if (!is_current(directory->get(), lock))
        return fail(ESTALE, "go on with instance lock in", path);
    return Opened{std::move(*parent), std::move(*directory)};
}

/// Takes the instance lock. ESTALE when the directory went away meanwhile: begin again.
Result<UniqueFd> take_lock(int directory, const std::string& path) {
    UniqueFd lock(
        openat(directory, lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
    CRASH_POINT(run_lock_opened);
    if (!lock && errno == ENOENT) return fail(ESTALE, "open instance lock in", path);
    if (!lock) return shmheap::os::error("open instance lock in", path);
    const Status locked = shmheap::os::try_lock(lock.get(), lock_byte);
    if (!locked && locked.error().code != EAGAIN)
        return fail(locked.error().code, "take instance lock in", path);
    if (!locked) return fail(EBUSY, "run a second instance", holder_of(lock.get()));
    CRASH_POINT(run_lock_taken);
    if (!is_current(directory, lock.get())) return fail(ESTALE, "take instance lock in", path);
    CRASH_POINT(run_lock_current);
    const std::string pid = std::to_string(getpid());
    if (ftruncate(lock.get(), 0) != 0 ||
        pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return shmheap::os::error("write instance lock in", path);
    CRASH_POINT(run_lock_written);
    return lock;
}

}  // namespace

std::string run_directory_path(std::string_view application) {
    const Location location = locate(application);
    std::filesystem::path path = location.base;
    for (const std::string& name : location.below)
        path /= name;
    return path.string();
}

Result<RunDirectory> RunDirectory::acquire(std::string_view application) {
    const Location location = locate(application);
    const std::string path = run_directory_path(application);
    auto parent = enter_parent(location, path);
    if (!parent) return tl::unexpected(parent.error());
    for (int attempt = 1;; ++attempt) {
        auto directory = enter_folder(parent->get(), location.below[1], path);
        if (!directory) return tl::unexpected(directory.error());
        auto lock = take_lock(directory->get(), path);
        if (lock) {
            if (!has_kept(directory->get())) empty_folder(directory->get(), 0);
            CRASH_POINT(run_directory_emptied);
            return RunDirectory(path, std::move(*parent), std::move(*directory), std::move(*lock));
        }
        if (lock.error().code != ESTALE || attempt == attempts_max)
            return tl::unexpected(lock.error());
    }
}

Result<RunDirectory> RunDirectory::resume(std::string_view application, UniqueFd lock) {
    auto opened = open_held(application, lock.get());
    if (!opened) return tl::unexpected(opened.error());
    return RunDirectory(run_directory_path(application), std::move(opened->parent),
                        std::move(opened->directory), std::move(lock));
}

Status RunDirectory::check() const {
    const std::string application = std::filesystem::path(path_).filename().string();
    return open_held(application, lock_.get()).map([](const Opened&) {});
}

void RunDirectory::clear() const {
    empty_folder(directory_.get(), 0);
}

RunDirectory::~RunDirectory() {
    if (!lock_ || is_left_) return;  // !lock_: moved from
    empty_folder(directory_.get(), 0);
    CRASH_POINT(run_end_emptied);
    unlinkat(directory_.get(), lock_name, 0);
    CRASH_POINT(run_lock_removed);
    // An instance that starts right now has its own lock file in it: then it stays, rightly.
    unlinkat(parent_.get(), std::filesystem::path(path_).filename().c_str(), AT_REMOVEDIR);
    CRASH_POINT(run_directory_removed);
}

bool RunDirectory::is_alive(const std::string& path) {
    const UniqueFd lock(
        open((path + '/' + lock_name).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!lock) return false;
    const auto held = shmheap::os::find_write_lock(lock.get(), lock_byte, 1);
    return !held || held->has_value();
}

}  // namespace launcher
