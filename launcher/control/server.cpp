#include "launcher/control/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "launcher/control/carry_out.hpp"
#include "launcher/control/socket.hpp"
#include "launcher/control/tell_logs.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

constexpr auto no_descriptor_pause = 100ms;  ///< when accept(2) has no descriptor left
constexpr auto closing_patience = 300ms;     ///< for all clients together

}  // namespace

Server::Server(Executor executor, shmheap::os::UniqueFd listening, Board& board)
    : executor_(executor),
      listening_(executor, listening.release()),
      pause_(executor),
      ended_(executor),
      board_(board) {
    board_.on_change([this] { answer_waits_soon(); });
    board_.journal.on_event([this] { push_to_followers(); });
    board_.output.on_lines([this](const std::string& component) {
        for (const auto& session : sessions_) {
            if (follows_lines_of(*session, component)) push_lines_soon(session);
        }
    });
    asio::co_spawn(executor_, accept(), [this](const std::exception_ptr&) {
        --running_;
        ended_.release();
    });
}

Awaitable<void> Server::accept() {
    while (!is_closing_) {
        ErrorCode error;
        co_await listening_.async_wait(StreamDescriptor::wait_read,
                                       asio::redirect_error(use_awaitable, error));
        if (error) co_return;
        shmheap::os::UniqueFd socket(
            accept4(listening_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (socket) {
            admit(std::move(socket));
        } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            pause_.expires_after(no_descriptor_pause);
            co_await pause_.async_wait(asio::redirect_error(use_awaitable, error));
        }
    }
}

void Server::admit(shmheap::os::UniqueFd socket) {
    if (!is_peer_trusted(socket.get())) return;
    const auto session = std::make_shared<Session>(executor_, std::move(socket));
    if (!make_room()) {
        session->send(make_answer(
            Refusal{.code = "busy",
                    .message = "there are " + std::to_string(clients_max) + " clients already"}));
        return;
    }
    begin(session);
}

void Server::welcome(shmheap::os::UniqueFd socket, const boost::json::object& answer) {
    const auto session = std::make_shared<Session>(executor_, std::move(socket));
    session->send(answer);
    begin(session);
}

void Server::begin(const std::shared_ptr<Session>& session) {
    sessions_.push_back(session);
    ++running_;
    asio::co_spawn(executor_, serve(session), [this, session](const std::exception_ptr&) {
        // What is thrown here is that memory ran out: then this client is dropped, too.
        std::erase(sessions_, session);
        --running_;
        ended_.release();
    });
}

/// One more client may come, for whom the one that has been idle for the longest time goes if need
/// be. So whoever opens connections for nothing keeps nobody out.
bool Server::make_room() {
    const auto count = std::count_if(sessions_.begin(), sessions_.end(),
                                     [](const auto& session) { return !session->is_dropped(); });
    if (static_cast<std::size_t>(count) < clients_max) return true;
    Session* idlest = nullptr;
    for (const auto& session : sessions_) {
        if (session->is_dropped() || !session->is_idle()) continue;
        if (idlest == nullptr || session->idle_since() < idlest->idle_since())
            idlest = session.get();
    }
    if (idlest != nullptr) idlest->drop();
    return idlest != nullptr;
}

Awaitable<void> Server::serve(std::shared_ptr<Session> session) {
    while (!is_closing_ && !session->is_dropped()) {
        const auto line = co_await session->next_line();
        if (!line) co_return;
        auto request = parse_request(*line);
        if (!request) {
            session->send(make_answer(request.error()));
            if (std::string_view(request.error().code) == "malformed") co_return;
        } else {
            co_await carry_out(session, std::move(*request), board_, executor_);
            if (session->follows_lines) push_lines_soon(session);  // what came meanwhile
        }
        co_await session->room();
        // Whoever asks without end gets one answer in his turn.
        co_await asio::post(executor_, use_awaitable);
    }
}

void Server::answer_waits_soon() {
    if (answers_waits_) return;
    const bool anybody_waits = std::any_of(sessions_.begin(), sessions_.end(),
                                           [](const auto& each) { return !each->waits.empty(); });
    if (!anybody_waits) return;
    answers_waits_ = true;
    asio::post(executor_, [this] {
        answers_waits_ = false;
        for (const auto& session : sessions_)
            answer_waits(*session, board_);
    });
}

void Server::push_to_followers() {
    std::optional<boost::json::object> event;
    for (const auto& session : sessions_) {
        if (!session->follows || session->is_dropped()) continue;
        if (!event) event = board_.journal.last();
        push_event(*session, *event);
    }
}

void Server::push_lines_soon(const std::shared_ptr<Session>& session) {
    if (session->follows_lines->is_under_way || session->is_dropped() || is_closing_) return;
    session->follows_lines->is_under_way = true;
    ++running_;
    asio::co_spawn(executor_, push_lines(session), [this, session](const std::exception_ptr&) {
        if (session->follows_lines) session->follows_lines->is_under_way = false;
        --running_;
        ended_.release();
    });
}

/// One line of the protocol in each turn, while the client reads; who does not finds later what is
/// still kept.
Awaitable<void> Server::push_lines(std::shared_ptr<Session> session) {
    do {
        co_await session->room_some_day();
        co_await asio::post(executor_, use_awaitable);
    } while (!is_closing_ && !session->is_dropped() && push_some_lines(*session, board_.output));
}

Awaitable<void> Server::close() {
    is_closing_ = true;
    const TimePoint deadline = Clock::now() + closing_patience;
    for (const auto& session : sessions_) {
        answer_waits(*session, board_);
        session->finish(deadline);
        while (session->has_room() && push_some_lines(*session, board_.output))
            session->finish(deadline);
        if (session->has_room()) tell_end_of_lines(*session);
        session->finish(deadline);
        session->drop();
    }
    pause_.cancel();
    listening_.close();
    while (running_ > 0)
        co_await ended_.wait_until(end_of_time);
}

}  // namespace launcher
