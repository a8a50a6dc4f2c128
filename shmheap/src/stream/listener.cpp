#include "stream/listener.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>

#include "os/error.hpp"
#include "os/fork_generation.hpp"

namespace shmheap::stream {
namespace {

constexpr int backlog = 16;

/// Unlocks explicitly: a copy of the descriptor in a forked child would keep the lock.
class DirectoryLock {
public:
    static Result<DirectoryLock> take(const SocketPath& path) {
        while (::flock(path.directory_fd(), LOCK_EX) != 0) {
            if (errno != EINTR) return os::error("lock the directory of stream", path.path());
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

/// A name that nobody else chooses, short enough for every address.
Result<std::string> temporary_name() {
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof(random), 0) != sizeof(random)) return os::error("get random");
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), ".%016llx", static_cast<unsigned long long>(random));
    return std::string(text.data());
}

/// Listens first and takes the name afterwards: who sees the name can connect.
Status bind_and_rename(const SocketPath& path, int socket) {
    const auto temporary = temporary_name();
    if (!temporary) return tl::unexpected(temporary.error());
    const sockaddr_un address = path.address(*temporary);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        return os::error("bind stream", path.path());
    }
    if (::listen(socket, backlog) == 0 &&
        ::renameat(path.directory_fd(), temporary->c_str(), path.directory_fd(),
                   path.name().c_str()) == 0) {
        return {};
    }
    const auto error = os::error("listen", path.path());
    ::unlinkat(path.directory_fd(), temporary->c_str(), 0);
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
    if (auto free = check_free(*socket_path); !free) return tl::unexpected(free.error());
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
    return listener;
}

Listener::~Listener() {
    if (!socket_ || fork_generation_ != os::fork_generation()) return;
    // Nobody replaces a live socket, so while ours listens, what bears our inode is ours.
    struct stat status {};
    const char* name = path_.name().c_str();
    if (::fstatat(path_.directory_fd(), name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        status.st_dev == device_ && status.st_ino == inode_) {
        ::unlinkat(path_.directory_fd(), name, 0);
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
