#include "launcher/control/socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <optional>

#include "os/error.hpp"
#include "stream/socket_path.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;
using shmheap::stream::SocketPath;

constexpr const char* socket_name = "control.sock";
constexpr int backlog = 128;

const sockaddr* as_address(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

Result<UniqueFd> make_socket(int flags) {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!socket) return shmheap::os::error("make control socket");
    return socket;
}

std::optional<ucred> peer_of(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer;
}

}  // namespace

Result<UniqueFd> listen_for_control(const std::string& run_directory) {
    const auto path = SocketPath::open(run_directory + '/' + socket_name, O_RDONLY);
    if (!path) return tl::unexpected(path.error());
    auto socket = make_socket(SOCK_NONBLOCK);
    if (!socket) return socket;
    // The mode of the socket before bind(2) is that of its name from the first moment on.
    if (fchmod(socket->get(), 0600) != 0)
        return shmheap::os::error("protect control socket", path->path());
    const sockaddr_un address = path->address(path->name());
    unlink(path->path().c_str());  // of an instance that was killed
    if (bind(socket->get(), as_address(address), sizeof address) != 0)
        return shmheap::os::error("bind control socket", path->path());
    if (listen(socket->get(), backlog) != 0)
        return shmheap::os::error("listen at control socket", path->path());
    return socket;
}

Result<UniqueFd> connect_for_control(const std::string& run_directory) {
    const auto path = SocketPath::open(run_directory + '/' + socket_name, O_PATH);
    if (!path) return tl::unexpected(path.error());
    auto socket = make_socket(0);
    if (!socket) return socket;
    // A harrier that was stopped takes nobody in.
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket->get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const sockaddr_un address = path->address(path->name());
    if (connect(socket->get(), as_address(address), sizeof address) != 0)
        return shmheap::os::error("connect to control socket", path->path());
    if (!is_peer_trusted(socket->get()))
        return shmheap::fail(EPERM, "trust control socket", path->path());
    return socket;
}

Result<UniqueFd> open_control_socket_file(const std::string& run_directory) {
    const std::string path = run_directory + '/' + socket_name;
    UniqueFd file(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return shmheap::os::error("open control socket", path);
    return file;
}

bool is_peer_trusted(int socket) {
    const auto peer = peer_of(socket);
    return peer && (peer->uid == geteuid() || peer->uid == 0);
}

pid_t peer_pid(int socket) {
    const auto peer = peer_of(socket);
    return peer ? peer->pid : 0;
}

}  // namespace launcher
