#include "launcher/observe/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace launcher {
namespace {

constexpr std::size_t pipe_atom_bytes = 4096;  // poll(2) promises room for this much in a pipe

/// An open file description of our own, where there can be one: O_NONBLOCK on the shared one would
/// change it for the shell and everybody else. A regular file is left alone (a second description
/// has its own offset), and so is a socket, which cannot be opened by name.
int open_again(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) return -1;
    if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) return -1;
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    return open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

}  // namespace

Writer::Writer(Executor executor, int fd, std::string name)
    : descriptor_(executor), room_(executor, end_of_time), name_(std::move(name)) {
    is_terminal_ = isatty(fd) == 1;
    int own = open_again(fd);
    if (own >= 0) way_ = Way::nonblocking;
    if (own < 0) {
        own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        way_ = way_of(fd);
    }
    ErrorCode error;
    if (own >= 0) descriptor_.assign(own, error);
    if (own < 0 || error) is_broken_ = true;
}

Writer::Way Writer::way_of(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) return Way::blocking;
    if (S_ISSOCK(status.st_mode)) return Way::socket;
    return S_ISREG(status.st_mode) ? Way::file : Way::blocking;
}

void Writer::append(std::string_view bytes) {
    if (is_broken_) return;
    if (pending_.size() + bytes.size() > hold_bytes_max) {
        dropped_bytes_ += bytes.size();
        return;
    }
    pending_ += bytes;
}

ssize_t Writer::write_some(std::string_view bytes) {
    const int fd = descriptor_.native_handle();
    switch (way_) {
        case Way::nonblocking:
        case Way::file:
            return ::write(fd, bytes.data(), bytes.size());
        case Way::socket:
            return ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        case Way::blocking:
            break;
    }
    pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return ::write(fd, bytes.data(), std::min(bytes.size(), pipe_atom_bytes));
}

void Writer::flush() {
    if (is_waiting_ || is_broken_) return;
    std::size_t written = 0;
    while (written < pending_.size()) {
        const ssize_t count = write_some(std::string_view(pending_).substr(written));
        if (count >= 0) {
            written += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            break;
        }
    }
    const int error = written < pending_.size() ? errno : 0;
    pending_.erase(0, written);
    if (error == EAGAIN) {
        await_room();
    } else if (error != 0) {
        broken(error);
    }
    if (has_room()) room_.cancel();
}

void Writer::await_room() {
    is_waiting_ = true;
    descriptor_.async_wait(StreamDescriptor::wait_write,
                           [this, alive = std::weak_ptr(alive_)](ErrorCode error) {
                               if (alive.expired() || error == asio::error::operation_aborted)
                                   return;
                               is_waiting_ = false;
                               if (error) {
                                   broken(error.value());
                               } else {
                                   flush();
                               }
                           });
}

void Writer::broken(int error) {
    is_broken_ = true;
    pending_.clear();
    room_.cancel();
    if (on_broken_) on_broken_(shmheap::Error{error, "write to", name_});
}

Awaitable<void> Writer::room() {
    while (!has_room()) {
        ErrorCode cancelled;
        co_await room_.async_wait(asio::redirect_error(use_awaitable, cancelled));
    }
}

// flush() cancels the timer whenever it leaves room, so at its last byte, too.
Awaitable<void> Writer::emptied() {
    while (!pending_.empty()) {
        ErrorCode cancelled;
        co_await room_.async_wait(asio::redirect_error(use_awaitable, cancelled));
    }
}

void Writer::finish(TimePoint deadline) {
    is_waiting_ = false;  // nobody runs the loop any more
    while (!pending_.empty() && !is_broken_) {
        flush();
        if (pending_.empty() || is_broken_) return;
        is_waiting_ = false;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return;
        pollfd ready{.fd = descriptor_.native_handle(), .events = POLLOUT, .revents = 0};
        poll(&ready, 1, static_cast<int>(left.count()));
    }
}

}  // namespace launcher
