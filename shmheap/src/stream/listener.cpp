#include "stream/listener.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "os/crash_point.hpp"
#include "os/error.hpp"
#include "os/fork_generation.hpp"

namespace shmheap::stream {
namespace {

constexpr int backlog = 16;

/// The lock is held for some system calls: who has it for longer has been stopped, or is no
/// listener at all.
constexpr std::chrono::seconds lock_patience(2);
constexpr std::chrono::nanoseconds lock_interval = std::chrono::milliseconds(1);

/// Unlocks explicitly: a copy of the descriptor in a forked child would keep the lock.
class DirectoryLock {
public:
    static Result<DirectoryLock> take(const SocketPath& path) {
        const auto deadline = std::chrono::steady_clock::now() + lock_patience;
        while (::flock(path.directory_fd(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EINTR && errno != EWOULDBLOCK) {
                return os::error("lock the directory of stream", path.path());
            }
            if (std::chrono::steady_clock::now() >= deadline) {
                return fail(EBUSY, "lock the directory of stream", path.path());
            }
            const timespec interval = {.tv_sec = 0, .tv_nsec = lock_interval.count()};
            ::nanosleep(&interval, nullptr);
        }
        return DirectoryLock(path.directory_fd());
    }
    DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    DirectoryLock& operator=(DirectoryLock&& other) = delete;
    ~DirectoryLock() {
        if (fd_ >= 0) ::flock(fd_, LOCK_UN);
    }

private:
    explicit DirectoryLock(int fd) : fd_(fd) {}

    int fd_;
};

/// Whether the name may be bound: nothing has it, or the socket of somebody who no longer listens.
Status check_free(const SocketPath& path) {
    struct stat status {};
    if (::fstatat(path.directory_fd(), path.name().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return {};
        return os::error("listen", path.path());
    }
    if (!S_ISSOCK(status.st_mode)) return fail(EEXIST, "listen", path.path());
    auto probe = open_socket();
    if (!probe) return tl::unexpected(probe.error());
    if (::fcntl(probe->get(), F_SETFL, O_NONBLOCK) != 0) return os::error("listen", path.path());
    // A full backlog (EAGAIN) and a socket of another type (EPROTOTYPE) are somebody's, too.
    const int code = connect_socket(probe->get(), path.address(path.name()));
    if (code == ECONNREFUSED || code == ENOENT) return {};
    if (code == EACCES || code == EPERM) return fail(code, "listen", path.path());
    return fail(EADDRINUSE, "listen", path.path());
}

/// Where the socket of `name` is bound before it takes that name: the same each time, so that what
/// a killed listener left there is replaced by the next one, and short enough for every address
/// (FNV-1a). The directory's lock keeps others from it.
std::string temporary_name(const std::string& name) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char each : name)
        hash = (hash ^ static_cast<unsigned char>(each)) * 1099511628211U;
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), ".%016llx", static_cast<unsigned long long>(hash));
    return std::string(text.data());
}

void remove_left_over(const SocketPath& path, const std::string& temporary) {
    struct stat status {};
    if (::fstatat(path.directory_fd(), temporary.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return;
    }
    if (S_ISSOCK(status.st_mode)) ::unlinkat(path.directory_fd(), temporary.c_str(), 0);
}

/// Listens first and takes the name afterwards: who sees the name can connect.
Status bind_and_rename(const SocketPath& path, int socket) {
    const std::string temporary = temporary_name(path.name());
    remove_left_over(path, temporary);
    CRASH_POINT(listener_left_over_removed);
    const sockaddr_un address = path.address(temporary);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        return os::error("bind stream", path.path());
    }
    CRASH_POINT(listener_bound);
    if (::listen(socket, backlog) == 0 &&
        ::renameat(path.directory_fd(), temporary.c_str(), path.directory_fd(),
                   path.name().c_str()) == 0) {
        CRASH_POINT(listener_named);
        return {};
    }
    const auto error = os::error("listen", path.path());
    ::unlinkat(path.directory_fd(), temporary.c_str(), 0);
    return error;
}

}  // namespace

Listener::Listener(SocketPath path, os::UniqueFd socket)
    : path_(std::move(path)), socket_(std::move(socket)), fork_generation_(os::fork_generation()) {}

Result<Listener> Listener::bind(const std::string& path) {
    auto socket_path = SocketPath::open(path, O_RDONLY);
    if (!socket_path) return tl::unexpected(socket_path.error());
    auto socket = open_socket();
    if (!socket) return tl::unexpected(socket.error());
    if (::fcntl(socket->get(), F_SETFL, O_NONBLOCK) != 0) return os::error("listen", path);

    const auto lock = DirectoryLock::take(*socket_path);
    if (!lock) return tl::unexpected(lock.error());
    CRASH_POINT(listener_directory_locked);
    if (auto free = check_free(*socket_path); !free) return tl::unexpected(free.error());
    CRASH_POINT(listener_name_checked);
    if (auto bound = bind_and_rename(*socket_path, socket->get()); !bound) {
        return tl::unexpected(bound.error());
    }
    struct stat status {};
    const std::string& name = socket_path->name();
    if (::fstatat(socket_path->directory_fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return os::error("listen", path);
    }
    Listener listener(std::move(*socket_path), std::move(*socket));
    listener.device_ = status.st_dev;
    listener.inode_ = status.st_ino;
    CRASH_POINT(listener_identified);
    return listener;
}

Listener::~Listener() {
    if (!socket_ || fork_generation_ != os::fork_generation()) return;
    // Nobody replaces a live socket, so while ours listens, what bears our inode is ours.
    struct stat status {};
    const char* name = path_.name().c_str();
    if (::fstatat(path_.directory_fd(), name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        status.st_dev == device_ && status.st_ino == inode_) {
        CRASH_POINT(listener_end_begun);
        ::unlinkat(path_.directory_fd(), name, 0);
        CRASH_POINT(listener_name_removed);
    }
}

Result<std::optional<os::UniqueFd>> Listener::accept() {
    while (true) {
        os::UniqueFd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket) return std::optional(std::move(socket));
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR && errno != ECONNABORTED) {
            return os::error("accept a consumer", path_.path());
        }
    }
}

}  // namespace shmheap::stream
