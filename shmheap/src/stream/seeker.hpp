/// The consumer's side of a meeting place: connects to the socket under a path, and while nobody
/// listens there, waits for the name with inotify(7) on its directory, or on the nearest one above
/// that exists. Where the kernel gives no inotify instance, looks again now and then. Move-only;
/// used by one thread at a time.
#pragma once

#include <string>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"

namespace shmheap::stream {

class Seeker {
public:
    explicit Seeker(std::string path) : path_(std::move(path)) {}

    /// A connected socket. Errors: ETIMEDOUT; EPROTO (the socket there is of another kind);
    /// ENAMETOOLONG, EINVAL; EACCES and others of connect(2).
    Result<os::UniqueFd> connect(Deadline deadline);

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Readable when connecting may succeed; -1 while nothing is waited for.
    [[nodiscard]] int fd() const { return watch_.get(); }

private:
    Result<os::UniqueFd> try_connect(Deadline deadline) const;
    void arm();
    Status await_change(Deadline deadline);

    std::string path_;
    os::UniqueFd watch_;  // an inotify instance or a timer, while nobody listens
};

}  // namespace shmheap::stream
