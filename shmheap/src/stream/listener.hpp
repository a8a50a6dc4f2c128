/// The producer's side of a meeting place: a listening socket under a path. Its name appears in one
/// step, when it can already be connected to, and is removed by the destructor (not by that of a
/// forked child). Move-only; used by one thread at a time.
///
/// Who binds a name holds a flock(2) on its directory meanwhile, so that of two producers that find
/// the socket of a dead one, one gets the name and the other is told EADDRINUSE. The lock is held
/// for a few system calls and goes with its process; what a process that was killed meanwhile
/// leaves under a temporary name is replaced by the next that binds the same name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "stream/socket_path.hpp"

namespace shmheap::stream {

class Listener {
public:
    /// Errors: EADDRINUSE (a live socket has the name), EEXIST (it is no socket), EBUSY (the
    /// directory has been locked by somebody for two seconds), and those of
    /// SocketPath::open, flock(2) and bind(2).
    static Result<Listener> bind(const std::string& path);

    ~Listener();
    Listener(Listener&& other) noexcept = default;
    Listener& operator=(Listener&& other) = delete;

    /// Who wants to connect, if anybody does; never waits. Errors: EMFILE and the like.
    Result<std::optional<os::UniqueFd>> accept();

    [[nodiscard]] int fd() const { return socket_.get(); }

private:
    Listener(SocketPath path, os::UniqueFd socket);

    SocketPath path_;
    os::UniqueFd socket_;
    std::uint32_t fork_generation_;
    dev_t device_ = 0;  // with inode_: what the name stood for when it was bound
    ino_t inode_ = 0;
};

}  // namespace shmheap::stream
