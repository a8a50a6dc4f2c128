/// Watches one process through its pidfd: calls back once when it has ended, whether or not anybody
/// has collected it. Owns the pidfd. May be destroyed at any time, in the callback too, after which
/// it calls nobody. One thread.
///
/// A completed wait is only a hint. Asio keeps the state of closed descriptors for the next ones,
/// and an event that was fetched for a former descriptor, and not handled before that was closed,
/// completes the waits of whoever got its state. So the pidfd itself is asked each time.
#pragma once

#include <poll.h>

#include <functional>
#include <memory>
#include <utility>

#include "launcher/asio.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

class ProcessWatch {
public:
    ProcessWatch(Executor executor, shmheap::os::UniqueFd pidfd, std::function<void()> on_end)
        : state_(std::make_shared<State>(StreamDescriptor(executor), std::move(on_end))) {
        ErrorCode error;
        state_->pidfd.assign(pidfd.get(), error);
        if (error) return;
        (void)pidfd.release();
        await_end(state_);
    }
    ProcessWatch(ProcessWatch&& other) noexcept = default;
    ProcessWatch& operator=(ProcessWatch&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~ProcessWatch() {
        if (!state_) return;
        state_->on_end = nullptr;
        ErrorCode ignored;
        state_->pidfd.close(ignored);
    }

    [[nodiscard]] bool ended() const { return state_->ended; }

    /// -1 when it could not be watched.
    [[nodiscard]] int pidfd() const {
        return state_->pidfd.is_open() ? state_->pidfd.native_handle() : -1;
    }

private:
    struct State {
        State(StreamDescriptor descriptor, std::function<void()> callback)
            : pidfd(std::move(descriptor)), on_end(std::move(callback)) {}
        StreamDescriptor pidfd;
        std::function<void()> on_end;
        bool ended = false;
    };

    /// The reason for the shared pointer: a completion may be queued when the watch goes.
    static void await_end(const std::shared_ptr<State>& state) {
        state->pidfd.async_wait(StreamDescriptor::wait_read, [state](ErrorCode failure) {
            if (failure || !state->on_end) return;
            if (!is_readable(state->pidfd.native_handle())) return await_end(state);
            state->ended = true;
            const auto call = std::exchange(state->on_end, nullptr);
            call();
        });
    }

    /// Readable is a pidfd whose process has ended (pidfd_open(2)).
    static bool is_readable(int pidfd) {
        pollfd readable{.fd = pidfd, .events = POLLIN, .revents = 0};
        return poll(&readable, 1, 0) == 1;
    }

    std::shared_ptr<State> state_;
};

}  // namespace launcher
