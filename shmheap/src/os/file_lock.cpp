#include "os/file_lock.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#include <array>
#include <cstdio>
#include <mutex>

#include "os/crash_point.hpp"
#include "os/error.hpp"

namespace shmheap::os {
namespace {

constexpr std::size_t pin_bytes = 4096;

struct ::flock lock_request(short type, std::uint64_t first, std::uint64_t count) {
    struct ::flock request {};
    request.l_type = type;
    request.l_whence = SEEK_SET;
    request.l_start = static_cast<off_t>(first);
    request.l_len = static_cast<off_t>(count);
    return request;
}

/// Held while a locked file is open: a child forked in between would inherit the descriptor, and
/// with it a lock that outlives its holder.
std::mutex& descriptor_mutex() {
    static auto* const instance = new std::mutex;
    return *instance;
}

[[gnu::constructor]] void keep_descriptors_from_forks() {
    pthread_atfork([] { descriptor_mutex().lock(); }, [] { descriptor_mutex().unlock(); },
                   [] { descriptor_mutex().unlock(); });
}

}  // namespace

Status try_lock(int fd, std::uint64_t byte) {
    auto request = lock_request(F_WRLCK, byte, 1);
    if (::fcntl(fd, F_OFD_SETLK, &request) == 0) return {};
    if (errno == EACCES) errno = EAGAIN;
    return error("lock file");
}

void unlock(int fd, std::uint64_t byte) {
    auto request = lock_request(F_UNLCK, byte, 1);
    ::fcntl(fd, F_OFD_SETLK, &request);
}

Result<std::optional<std::uint64_t>> find_write_lock(int fd, std::uint64_t first,
                                                     std::uint64_t count) {
    auto request = lock_request(F_RDLCK, first, count);
    if (::fcntl(fd, F_OFD_GETLK, &request) != 0) return error("query locks");
    if (request.l_type == F_UNLCK) return std::optional<std::uint64_t>{};
    // A stranger may have locked a range that only overlaps ours.
    const auto start = static_cast<std::uint64_t>(request.l_start);
    return std::optional<std::uint64_t>(start < first ? first : start);
}

Result<bool> is_locked(int fd, std::uint64_t byte) {
    auto request = lock_request(F_WRLCK, byte, 1);
    if (::fcntl(fd, F_OFD_GETLK, &request) != 0) return error("query locks");
    return request.l_type != F_UNLCK;
}

Result<HeldLock> HeldLock::acquire(int fd, std::uint64_t byte) {
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", fd);
    const std::lock_guard guard(descriptor_mutex());
    UniqueFd own(::open(path.data(), O_RDWR | O_CLOEXEC));
    if (!own) return error("reopen", path.data());
    CRASH_POINT(lock_file_reopened);
    if (auto locked = try_lock(own.get(), byte); !locked) {
        return tl::unexpected(locked.error());
    }
    CRASH_POINT(lock_taken);
    auto pin = Mapping::of_file(own.get(), 0, pin_bytes, Access::none);
    if (!pin) return tl::unexpected(pin.error());
    CRASH_POINT(lock_pinned);
    if (::madvise(pin->data(), pin->size(), MADV_DONTFORK) != 0)
        return error("keep lock from forks");
    CRASH_POINT(lock_kept_from_forks);
    return HeldLock(std::move(*pin));
}

}  // namespace shmheap::os
