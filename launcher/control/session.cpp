#include "launcher/control/session.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace launcher {

// The writer makes a descriptor of its own for the socket; the one here is only read from.
Session::Session(Executor executor, shmheap::os::UniqueFd socket)
    : socket_(executor),
      writer_(executor, socket.get(), "control socket"),
      deadline_(executor),
      idle_since_(Clock::now()) {
    socket_.assign(socket.release());
}

std::optional<std::string> Session::take_line() {
    const std::size_t newline = received_.find('\n');
    if (newline == std::string::npos || newline > request_bytes_max) return std::nullopt;
    std::string line = received_.substr(0, newline);
    received_.erase(0, newline + 1);
    return line;
}

Awaitable<std::optional<std::string>> Session::next_line() {
    idle_since_ = Clock::now();
    expect_progress();
    for (;;) {
        if (auto line = take_line()) co_return line;
        if (received_.size() > request_bytes_max) {
            send(make_answer(Refusal{
                .code = "too-large",
                .message =
                    "a request has " + std::to_string(request_bytes_max) + " bytes at most"}));
            co_return std::nullopt;
        }
        ErrorCode error;
        is_reading_ = true;
        const std::size_t count = co_await socket_.async_read_some(
            asio::buffer(buffer_), asio::redirect_error(use_awaitable, error));
        is_reading_ = false;
        if (error) {
            co_await hand_over();
            co_return std::nullopt;
        }
        received_.append(buffer_.data(), count);
    }
}

void Session::send(const boost::json::object& line) {
    writer_.append(boost::json::serialize(line) + '\n');
    writer_.flush();
    if (writer_.dropped_bytes() > 0) drop();
}

void Session::push(const boost::json::object& line) {
    if (!writer_.has_room()) return drop();
    send(line);
}

Awaitable<void> Session::room() {
    if (writer_.has_room()) co_return;
    expect_progress();
    is_writing_ = true;
    co_await writer_.room();
    is_writing_ = false;
}

/// Who has no more to ask, and has said so by shutdown(2), is still owed what he asked for.
Awaitable<void> Session::hand_over() {
    if (is_dropped_) co_return;
    waits.clear();
    follows.reset();
    follows_lines.reset();
    expect_progress();
    is_writing_ = true;
    co_await writer_.emptied();
    is_writing_ = false;
}

void Session::drop() {
    is_dropped_ = true;
    // Reading ends with the end of the file, writing with EPIPE: the coroutine wakes in either.
    shutdown(socket_.native_handle(), SHUT_RDWR);
}

void Session::expect_progress() {
    deadline_.expires_after(patience);
    deadline_.async_wait([self = weak_from_this()](ErrorCode error) {
        const auto session = self.lock();
        if (error || !session) return;
        // While it is our turn, the client is not to blame for the time that it takes.
        const bool owes_a_request = session->is_reading_ && !session->is_subscribed();
        if (owes_a_request || session->is_writing_) session->drop();
    });
}

}  // namespace launcher
