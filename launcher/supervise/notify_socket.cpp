#include "launcher/supervise/notify_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "os/error.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;

struct Datagram {
    pid_t sender = 0;            ///< 0 when the kernel did not say
    std::string_view text = {};  ///< empty for what is too long
};

/// Nothing when there is none, or the socket is broken. There is room for the sender's credentials
/// and nothing else: descriptors that come along are closed by the kernel.
bool receive(int fd, std::array<char, NotifySocket::datagram_bytes_max>& bytes,
             Datagram& datagram) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return errno == EINTR;
    datagram = {};
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_level == SOL_SOCKET &&
        header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len >= CMSG_LEN(sizeof(ucred))) {
        ucred credentials{};
        std::memcpy(&credentials, CMSG_DATA(header), sizeof(credentials));
        datagram.sender = credentials.pid;
    }
    if ((message.msg_flags & MSG_TRUNC) == 0)
        datagram.text = {bytes.data(), static_cast<std::size_t>(count)};
    return true;
}

}  // namespace

Result<std::unique_ptr<NotifySocket>> NotifySocket::bind(Executor executor, std::string path,
                                                         std::function<void()> on_word) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        return shmheap::fail(ENAMETOOLONG, "bind notify socket", path);
    path.copy(address.sun_path, path.size());
    UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return shmheap::os::error("make notify socket", path);
    constexpr int on = 1;
    if (setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0)
        return shmheap::os::error("make notify socket", path);
    unlink(path.c_str());
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return shmheap::os::error("bind notify socket", path);
    return resume(executor, std::move(socket), std::move(path), std::move(on_word));
}

Result<std::unique_ptr<NotifySocket>> NotifySocket::resume(Executor executor, UniqueFd socket,
                                                           std::string path,
                                                           std::function<void()> on_word) {
    std::unique_ptr<NotifySocket> result(
        new NotifySocket(executor, std::move(socket), std::move(path), std::move(on_word)));
    if (result->watch_.fd() < 0) return shmheap::fail(ENOSPC, "watch notify socket", result->path_);
    result->watch_.arm();
    return result;
}

NotifySocket::~NotifySocket() {
    unlink(path_.c_str());
}

void NotifySocket::read(Report& report, const std::function<bool(pid_t)>& is_ours) {
    std::array<char, datagram_bytes_max> bytes;
    Datagram datagram;
    for (int i = 0; i < datagrams_per_read && receive(watch_.fd(), bytes, datagram); ++i) {
        if (datagram.sender > 0 && is_ours(datagram.sender))
            add_notification(datagram.text, report);
    }
    watch_.arm();
}

}  // namespace launcher
