/// A set of descriptors behind one that is readable when one of them has something to tell (an
/// epoll instance): what fd() of a stream's end gives, which stays the same while sockets come and
/// go. A closed descriptor leaves the set by itself.
#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cstdint>

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

/// A set with a token in it: a descriptor that is always readable, by which the set is made so at
/// will. Nothing is ever written to it, so that it harms nobody if the application closes it behind
/// our back and its number becomes a stranger's. Move-only; used by one thread at a time.
class ReadySet {
public:
    /// Errors: EMFILE and the like.
    static Result<ReadySet> create() {
        auto set = create_ready_set();
        if (!set) return tl::unexpected(set.error());
        os::UniqueFd token(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!token) return os::error("create eventfd");
        epoll_event event{};
        event.data.fd = token.get();
        if (::epoll_ctl(set->get(), EPOLL_CTL_ADD, token.get(), &event) != 0) {
            return os::error("add to epoll");
        }
        return ReadySet(std::move(*set), std::move(token));
    }

    [[nodiscard]] int fd() const { return set_.get(); }
    Status add(int fd) const { return add_to_ready_set(set_.get(), fd); }

    /// Whether the set is readable whatever its other members say.
    void show(bool readable) {
        if (readable == shown_) return;
        shown_ = readable;
        epoll_event event{};
        event.events = readable ? std::uint32_t{EPOLLIN} : 0;
        event.data.fd = token_.get();
        ::epoll_ctl(set_.get(), EPOLL_CTL_MOD, token_.get(), &event);
    }

private:
    ReadySet(os::UniqueFd set, os::UniqueFd token)
        : set_(std::move(set)), token_(std::move(token)) {}

    os::UniqueFd set_;
    os::UniqueFd token_;
    bool shown_ = false;
};

}  // namespace shmheap::stream
