/// The part of supervise() in which a process runs: listens to what it says, checks its health, and
/// notices when something is overdue, asked for, or has changed around it.
#pragma once

#include "launcher/supervise/component.hpp"
#include "launcher/supervise/outcome.hpp"
#include "launcher/supervise/shared.hpp"

namespace launcher {

/// Waits until the leader has ended (Cause::itself) or has to be ended for another cause.
Awaitable<Cause> attend(Component& component, Process& process, const SpawnRequest& request,
                        Shared& shared);

/// Passes on the signals that were asked for, which the leader gets until it has ended.
void forward_signals(Component& component, Process& process);

}  // namespace launcher
