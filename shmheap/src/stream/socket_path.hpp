/// The path of a stream's socket, split into a directory, held open, and a name in it, so that a
/// path longer than a socket address has room for (107 bytes) can be used by way of /proc/self/fd.
/// Move-only.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace shmheap::stream {

constexpr std::size_t socket_name_size_max = 80;  ///< bytes of the last component of a path

/// A path in its two parts; a path without a '/' lies in ".".
struct SplitPath {
    std::string directory;
    std::string name;
};
SplitPath split_path(std::string_view path);

class SocketPath {
public:
    /// Opens the directory with `access`: O_RDONLY, or O_PATH where only connecting is wanted.
    /// Errors: EINVAL (no name), ENAMETOOLONG, what open(2) says (ENOENT, EACCES, ENOTDIR).
    static Result<SocketPath> open(const std::string& path, int access);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] int directory_fd() const { return directory_.get(); }

    /// The address of a name in the directory; valid in this process while this object lives.
    [[nodiscard]] sockaddr_un address(std::string_view name) const;

private:
    SocketPath(std::string path, SplitPath parts, os::UniqueFd directory)
        : path_(std::move(path)),
          directory_path_(std::move(parts.directory)),
          name_(std::move(parts.name)),
          directory_(std::move(directory)) {}

    std::string path_;
    std::string directory_path_;
    std::string name_;
    os::UniqueFd directory_;
};

/// A new SOCK_SEQPACKET socket, closed on exec. Errors: what socket(2) says.
Result<os::UniqueFd> open_socket();

/// connect(2) within the time that the socket's send time-out allows; 0 or a positive errno.
int connect_socket(int socket, const sockaddr_un& address);

}  // namespace shmheap::stream
