/// One piece of work after the other, each in a turn of its own: between two of them the loop looks
/// at everything else that waits, a client of the control socket for one. What costs a millisecond
/// for each of many components (a start, an end) goes through here, so that a storm of them keeps
/// nobody waiting for longer than a few.
///
/// Whoever comes first has his turn at once. First come, first served. One thread; outlives the
/// run of its loop.
#pragma once

#include <deque>
#include <functional>

#include "launcher/asio.hpp"

namespace launcher {

class Turns {
public:
    explicit Turns(Executor executor) : executor_(executor) {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    /// Does `work` in its turn, which may be now.
    void post(std::function<void()> work);

    /// Ends when it is the caller's turn.
    Awaitable<void> take();

private:
    void next();

    Executor executor_;
    std::deque<std::function<void()>> waiting_;
    bool is_taken_ = false;  // the turn of somebody may not be over
};

}  // namespace launcher
