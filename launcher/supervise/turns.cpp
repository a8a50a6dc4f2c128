#include "launcher/supervise/turns.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "launcher/supervise/latch.hpp"

namespace launcher {

void Turns::post(std::function<void()> work) {
    if (is_taken_) {
        waiting_.push_back(std::move(work));
        return;
    }
    is_taken_ = true;
    asio::post(executor_, [this] { next(); });
    work();
}

/// What is posted comes after what is ready, and Asio asks for what is ready once in between.
void Turns::next() {
    if (waiting_.empty()) {
        is_taken_ = false;
        return;
    }
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    asio::post(executor_, [this] { next(); });
    work();
}

Awaitable<void> Turns::take() {
    Latch mine(executor_);
    post([&mine] { mine.release(); });
    co_await mine.wait_until(end_of_time);
}

}  // namespace launcher
