/// The control socket of an instance: a Unix stream socket in the run directory, mode 0600. Both
/// ends are made here, so that they agree on where it is and who may be at the other end. Paths
/// longer than a socket address has room for work.
#pragma once

#include <sys/types.h>

#include <string>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

/// Listens, without waiting in accept(2). The run directory is ours and has been emptied.
shmheap::Result<shmheap::os::UniqueFd> listen_for_control(const std::string& run_directory);

/// Connects. Errors: ENOENT or ECONNREFUSED when no harrier is there; EAGAIN when it does
/// not take us in within 10 s, which sending is bounded by, too; EPERM when who listens is
/// neither this user nor root.
shmheap::Result<shmheap::os::UniqueFd> connect_for_control(const std::string& run_directory);

/// The file of the socket, by an O_PATH descriptor, for who wants to know later whether it was
/// removed: a harrier that ends does that, one that is killed does not. Errors: as openat(2).
shmheap::Result<shmheap::os::UniqueFd> open_control_socket_file(const std::string& run_directory);

/// Whether the process at the other end belongs to this user or to root.
bool is_peer_trusted(int socket);

/// The pid of the process at the other end; 0 when it cannot be told.
pid_t peer_pid(int socket);

}  // namespace launcher
