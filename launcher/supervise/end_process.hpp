/// Ending a process that was told to stop, or whose leader has ended: the signals of a schedule,
/// and the waits between them. Parts of supervise(): they run in the component's coroutine.
#pragma once

#include <cstddef>

#include "launcher/supervise/component.hpp"
#include "launcher/supervise/shared.hpp"
#include "launcher/supervise/stop_schedule.hpp"

namespace launcher {

/// Tells the leader, or all, by the schedule. Returns when the leader has ended, or could not be
/// killed.
Awaitable<void> end_leader(Component& component, Process& process, StopSchedule& schedule,
                           Shared& shared);

/// After the leader: what descends from it is told by the rest of the schedule. Returns how many
/// processes could not be ended.
Awaitable<std::size_t> end_rest(Component& component, Process& process, StopSchedule& schedule,
                                Shared& shared);

}  // namespace launcher
