/// What `logs` is answered: where each component's log is, or the last lines of one that has none;
/// and to who follows, the lines that come. Files are read by the client. The main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/control/board.hpp"
#include "launcher/control/request.hpp"
#include "launcher/control/session.hpp"

namespace launcher {

/// The parameters outlive the coroutine.
Awaitable<void> tell_logs(Session& session, const ControlRequest& request,
                          const std::vector<std::shared_ptr<Component>>& components,
                          const Board& board);

[[nodiscard]] bool follows_lines_of(const Session& session, const std::string& component);

/// Sends the lines that one component printed since the last time, those that are still kept.
/// False when there was nothing left to send.
bool push_some_lines(Session& session, const Output& output);

/// Sends that no lines follow, for there is no component any more.
void tell_end_of_lines(Session& session);

}  // namespace launcher
