#include "launcher/supervise/end_process.hpp"

#include <algorithm>
#include <csignal>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/attend.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

/// How long a process may take to die of a SIGKILL that nobody hurries: it may have gigabytes to
/// give back.
constexpr auto kill_patience = 5s;

/// `group` is all of it; else the leader alone is told, and `process` does not even kill the rest.
Audience audience_of(const Component& component, int signal) {
    const KillMode mode = component.descriptor().kill_mode;
    if (signal == SIGKILL) return mode == KillMode::process ? Audience::leader : Audience::tree;
    return mode == KillMode::group ? Audience::tree : Audience::leader;
}

void tell_what_is_due(const Component& component, Process& process, StopSchedule& schedule,
                      Shared& shared) {
    while (const auto signal = schedule.due(shared.host.now(), shared.stop.kill_by))
        process.signal(*signal, audience_of(component, *signal));
}

/// When there is something to do or to give up. A kill may come late, by a loop that was held up or
/// a leader that ended in the last moment, and has its time all the same.
TimePoint next_look(const StopSchedule& schedule, const Shared& shared) {
    if (!schedule.killed_at()) return schedule.next_at(shared.stop.kill_by);
    const TimePoint killed_at = *schedule.killed_at();
    return std::min(killed_at + kill_patience,
                    std::max(shared.stop.give_up_at, killed_at + death_patience));
}

bool has_given_up(const StopSchedule& schedule, Shared& shared) {
    return schedule.killed_at() && shared.host.now() >= next_look(schedule, shared);
}

}  // namespace

Awaitable<void> end_leader(Component& component, Process& process, StopSchedule& schedule,
                           Shared& shared) {
    while (!process.exit()) {
        const Report report = process.take_report();
        if (report.status) component.status = *report.status;
        if (report.extend_timeout)
            schedule.extend(after(shared.host.now(), *report.extend_timeout));
        forward_signals(component, process);
        tell_what_is_due(component, process, schedule, shared);
        if (process.exit() || has_given_up(schedule, shared)) break;
        co_await shared.host.sleep_until(next_look(schedule, shared), component.latch);
    }
}

Awaitable<std::size_t> end_rest(Component& component, Process& process, StopSchedule& schedule,
                                Shared& shared) {
    if (component.descriptor().kill_mode == KillMode::process) co_return 0;
    for (;;) {
        const std::size_t survivors = process.survivors();
        if (survivors == 0) co_return 0;
        if (has_given_up(schedule, shared)) co_return survivors;
        // Who was forked since the last SIGKILL has not heard of it.
        if (schedule.killed_at()) process.signal(SIGKILL, Audience::tree);
        tell_what_is_due(component, process, schedule, shared);
        co_await shared.host.sleep_until(next_look(schedule, shared), component.latch);
    }
}

}  // namespace launcher
