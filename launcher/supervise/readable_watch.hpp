/// Owns a descriptor and calls back when it can be read or written: once for each arm(). May be
/// destroyed at any time, in the callback too, after which it calls nobody. One thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "launcher/asio.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

class ReadableWatch {
public:
    ReadableWatch(Executor executor, shmheap::os::UniqueFd fd, std::function<void()> on_readable)
        : state_(std::make_shared<State>(StreamDescriptor(executor), std::move(on_readable))) {
        ErrorCode error;
        state_->descriptor.assign(fd.get(), error);
        if (!error) (void)fd.release();
    }
    ReadableWatch(const ReadableWatch&) = delete;
    ReadableWatch& operator=(const ReadableWatch&) = delete;
    ~ReadableWatch() { close(); }

    /// -1 when it could not be watched, or was closed.
    [[nodiscard]] int fd() const {
        return state_->descriptor.is_open() ? state_->descriptor.native_handle() : -1;
    }

    void arm(StreamDescriptor::wait_type what = StreamDescriptor::wait_read) {
        if (fd() < 0 || state_->is_armed) return;
        state_->is_armed = true;
        // The reason for the shared pointer: a completion may be queued when the watch goes.
        state_->descriptor.async_wait(what, [state = state_](ErrorCode error) {
            state->is_armed = false;
            if (error || !state->descriptor.is_open()) return;
            const auto call = state->on_readable;
            call();
        });
    }

    void close() {
        ErrorCode ignored;
        state_->descriptor.close(ignored);
    }

private:
    struct State {
        State(StreamDescriptor a_descriptor, std::function<void()> callback)
            : descriptor(std::move(a_descriptor)), on_readable(std::move(callback)) {}
        StreamDescriptor descriptor;
        std::function<void()> on_readable;
        bool is_armed = false;
    };

    std::shared_ptr<State> state_;
};

}  // namespace launcher
