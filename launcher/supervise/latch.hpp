/// What a coroutine waits on when it waits for "something to look at": released by whoever changed
/// something, or by the time. A release while nobody waits is kept until the next wait. One waiter,
/// one thread. (A timer is all that is needed: cancelling it wakes the waiter.)
#pragma once

#include "launcher/asio.hpp"

namespace launcher {

class Latch {
public:
    explicit Latch(Executor executor) : timer_(executor) {}

    void release() {
        released_ = true;
        timer_.cancel();
    }

    /// Ends at `time` or when released, whichever comes first, and consumes the release. Look at
    /// the state again afterwards; it does not say which it was.
    Awaitable<void> wait_until(TimePoint time) {
        if (!released_) {
            timer_.expires_at(time);
            ErrorCode cancelled;
            co_await timer_.async_wait(asio::redirect_error(use_awaitable, cancelled));
        }
        released_ = false;
    }

private:
    Timer timer_;
    bool released_ = false;
};

}  // namespace launcher
