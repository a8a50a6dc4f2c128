/// A set of descriptors behind one that is readable when one of them has something to tell (an
/// epoll instance): what fd() of a stream's end gives, which stays the same while sockets come and
/// go. A closed descriptor leaves the set by itself.
#pragma once

#include <sys/epoll.h>

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace shmheap::stream {

/// Errors: EMFILE and the like.
inline Result<os::UniqueFd> create_ready_set() {
    os::UniqueFd set(::epoll_create1(EPOLL_CLOEXEC));
    if (!set) return os::error("create epoll");
    return set;
}

/// Errors: ENOSPC, ENOMEM.
inline Status add_to_ready_set(int set, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) != 0) return os::error("add to epoll");
    return {};
}

}  // namespace shmheap::stream
