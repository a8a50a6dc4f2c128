#include "stream/socket_path.hpp"

#include <fcntl.h>

#include <cstring>

#include "os/assert.hpp"
#include "os/error.hpp"

namespace shmheap::stream {

SplitPath split_path(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {".", std::string(path)};
    return {slash == 0 ? "/" : std::string(path.substr(0, slash)),
            std::string(path.substr(slash + 1))};
}

Result<SocketPath> SocketPath::open(const std::string& path, int access) {
    SplitPath parts = split_path(path);
    if (parts.name.empty() || parts.name == "." || parts.name == ".." ||
        path.find('\0') != std::string::npos) {
        return fail(EINVAL, "open stream", path);
    }
    if (parts.name.size() > socket_name_size_max) return fail(ENAMETOOLONG, "open stream", path);
    os::UniqueFd directory(::open(parts.directory.c_str(), access | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return os::error("open the directory of stream", path);
    return SocketPath(path, std::move(parts), std::move(directory));
}

sockaddr_un SocketPath::address(std::string_view name) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string text = directory_path_ + '/' + std::string(name);
    if (text.size() >= sizeof(address.sun_path)) {
        text = "/proc/self/fd/" + std::to_string(directory_.get()) + '/' + std::string(name);
    }
    ASSERT(text.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

Result<os::UniqueFd> open_socket() {
    os::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket) return os::error("open socket");
    return socket;
}

int connect_socket(int socket, const sockaddr_un& address) {
    // sockaddr_un is a kind of sockaddr by the definition of the call.
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    while (::connect(socket, generic, sizeof(address)) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

}  // namespace shmheap::stream
