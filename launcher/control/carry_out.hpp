/// Carries a request out for the client that made it: asks the supervisor, answers. What would take
/// long is cut into pieces, between which everybody else has a turn.
#pragma once

#include <memory>

#include "launcher/asio.hpp"
#include "launcher/control/board.hpp"
#include "launcher/control/request.hpp"
#include "launcher/control/session.hpp"

namespace launcher {

/// `board` outlives the coroutine.
Awaitable<void> carry_out(std::shared_ptr<Session> session, ControlRequest request, Board& board,
                          Executor executor);

/// Answers those waits of a session that are over, one way or the other.
void answer_waits(Session& session, const Board& board);

/// Sends an event to a session that follows them.
void push_event(Session& session, const boost::json::object& event);

}  // namespace launcher
