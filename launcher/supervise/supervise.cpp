#include "launcher/supervise/supervise.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "launcher/kept_path.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/supervise/attend.hpp"
#include "launcher/supervise/dependencies.hpp"
#include "launcher/supervise/end_process.hpp"
#include "launcher/supervise/environment.hpp"
#include "launcher/supervise/reaping.hpp"

namespace launcher {
namespace {

Component::Fields exit_fields(const Exit& exit) {
    Component::Fields fields;
    if (const auto* exited = std::get_if<Exited>(&exit))
        fields.emplace_back("status", std::to_string(exited->status));
    if (const auto* killed = std::get_if<Killed>(&exit)) {
        fields.emplace_back("signal", format_signal(killed->signal));
        if (killed->dumped_core) fields.emplace_back("core", "dumped");
    }
    if (std::holds_alternative<Unknown>(exit)) fields.emplace_back("exit", "unknown");
    if (const auto* not_started = std::get_if<NotStarted>(&exit))
        fields.emplace_back("error", not_started->error.message());
    return fields;
}

/// Why it failed for good, in a word.
std::string failure_reason(const Exit& exit, Cause cause) {
    if (std::holds_alternative<NotStarted>(exit)) return "start";
    const auto reason = to_string(cause);
    return reason.empty() ? "exit" : std::string(reason);
}

Awaitable<void> await_dependencies(Component& component, Shared& shared) {
    for (;;) {
        const auto asked = std::exchange(component.asked, std::nullopt);
        if (shared.stop.requested() || asked == Request::stop) {
            component.enter(State::stopped);
            co_return;
        }
        if (const Component* failed = failed_dependency(component)) {
            component.enter(State::failed,
                            {{"reason", "dependency"}, {"dependency", failed->descriptor().name}});
            co_return;
        }
        if (dependencies_met(component)) {
            note_dependencies(component);
            component.enter(State::starting);
            co_return;
        }
        co_await shared.host.sleep_until(end_of_time, component.latch);
    }
}

std::string start_tag(const Component& component, const Shared& shared) {
    return shared.instance_tag + '/' + component.descriptor().name + '/' +
           std::to_string(component.starts_before + component.starts);
}

SpawnRequest spawn_request(Component& component, const Shared& shared) {
    const Descriptor& descriptor = component.descriptor();
    Identity identity{.tag = start_tag(component, shared), .run_directory = shared.run_directory};
    const bool is_kept = descriptor.on_supervisor_loss == SupervisorLoss::keep;
    // The number may be another one's under the next harrier.
    if (has_notify_socket(descriptor))
        identity.notify_socket =
            shared.run_directory + "/notify-" +
            (is_kept ? "kept." + descriptor.name : std::to_string(component.number));
    return SpawnRequest{
        .descriptor = descriptor,
        .latch = component.latch,
        .tag = identity.tag,
        .environment = component_environment(shared.environment, descriptor, identity),
        .notify_socket = identity.notify_socket,
        .ready_fifo =
            is_kept ? kept_path(shared.run_directory, descriptor.name, kept_ready) : std::string()};
}

/// Reaping asks for one variable, a health check may need all. The others have served their purpose
/// once the process is made, and a thousand copies of them would take megabytes.
void drop_environment(SpawnRequest& request) {
    if (request.descriptor.healthcheck) return;
    std::erase_if(request.environment, [](const std::string& variable) {
        return !variable.starts_with("SHMHEAP_DIR=");
    });
    request.environment.shrink_to_fit();
}

/// Who does not answer its watchdog is first asked for a core dump, by SIGABRT as a rule.
std::vector<StopStep> stop_steps(const Descriptor& descriptor, Cause cause) {
    if (cause != Cause::watchdog) return descriptor.stop_sequence;
    return {{descriptor.watchdog_signal, grace_of(descriptor.stop_sequence)}};
}

void enter_stopping(Component& component, const Process& process, int signal, Cause cause) {
    Component::Fields fields;
    if (const auto reason = to_string(cause); !reason.empty())
        fields.emplace_back("reason", reason);
    fields.emplace_back("pid", std::to_string(process.pid()));
    fields.emplace_back("signal", format_signal(signal));
    component.enter(State::stopping, std::move(fields));
}

/// The leader that lives is ended for `cause`. Returns by which schedule the rest of its tree ends.
Awaitable<StopSchedule> stop(Component& component, Process& process, Cause cause, Shared& shared) {
    StopSchedule schedule(stop_steps(component.descriptor(), cause), component.told_at);
    enter_stopping(component, process, schedule.next(component.told_at, shared.stop.kill_by),
                   cause);
    if (shared.on_stopping) shared.on_stopping();
    co_await end_leader(component, process, schedule, shared);
    // Only who was told to stop is given time: with `mixed` the rest never hears of it.
    if (component.descriptor().kill_mode == KillMode::group) co_return schedule;
    co_return StopSchedule({}, shared.host.now());
}

/// What was asked of the component while its process lived is carried out when it has ended.
/// False when nothing was.
bool carry_out_request(Component& component, Outcome outcome, Shared& shared) {
    const auto asked = std::exchange(component.asked, std::nullopt);
    if (shared.stop.requested()) {
        const bool had_ended = component.state() == State::ending && outcome == Outcome::success;
        component.enter(had_ended ? State::completed : State::stopped);
        return true;
    }
    if (!asked) return false;
    if (*asked == Request::stop) {
        component.enter(State::stopped);
        return true;
    }
    component.history = {};
    component.enter(State::waiting);
    return true;
}

/// What becomes of a component whose process has ended, or could not be made.
void conclude(Component& component, const Exit& exit, Cause cause, Shared& shared) {
    const Descriptor& descriptor = component.descriptor();
    const Outcome outcome = outcome_of(exit, cause, descriptor.success_exits);
    if (carry_out_request(component, outcome, shared)) return;
    if (cause == Cause::dependency) {
        component.enter(State::waiting);
        return;
    }
    const TimePoint now = shared.host.now();
    const Decision decision =
        decide(descriptor.restart, component.history, outcome, now, shared.random);
    const bool not_started = std::holds_alternative<NotStarted>(exit);
    Component::Fields fields;
    switch (decision.next) {
        case Next::complete:
            component.enter(State::completed);
            return;
        case Next::fail:
            fields = {{"reason", failure_reason(exit, cause)}};
            break;
        case Next::give_up:
            fields = {{"reason", "attempts"}, {"attempts", std::to_string(decision.attempt)}};
            break;
        case Next::restart:
            remember(component.history, descriptor.restart, decision, now);
            component.restart_at = after(now, decision.delay);
            fields = {{"attempt", std::to_string(decision.attempt)},
                      {"delay", format_duration(decision.delay)}};
            break;
    }
    if (not_started || decision.next != Next::restart) {
        for (auto& field : exit_fields(exit))
            fields.push_back(std::move(field));
    }
    component.enter(decision.next == Next::restart ? State::backing_off : State::failed,
                    std::move(fields));
}

void fail_unkillable(Component& component, std::string what, std::size_t number) {
    component.is_unkillable = true;
    component.asked.reset();
    component.enter(State::failed,
                    {{"reason", "unkillable"}, {std::move(what), std::to_string(number)}});
}

void enter_running(Component& component, const Process& process, const Shared& shared) {
    component.history.started = shared.host.now();
    component.pid = process.pid();
    component.status.clear();
    component.is_healthy = true;
    Component::Fields fields = {{"pid", std::to_string(component.pid)}};
    const bool is_changed = component.is_adopted && component.asked == Request::restart;
    if (is_changed) fields.emplace_back("description", "changed");
    component.enter(State::running, std::move(fields));
}

void enter_ending(Component& component, const Process& process, const Exit& exit,
                  const Shared& shared) {
    Component::Fields fields = {{"pid", std::to_string(process.pid())}};
    for (auto& field : exit_fields(exit))
        fields.push_back(std::move(field));
    fields.emplace_back("uptime", format_duration(shared.host.now() - *component.history.started));
    component.last_exit = exit;
    component.enter(State::ending, std::move(fields));
}

/// Its process could not be made.
void conclude_unmade(Component& component, const shmheap::Error& error, Shared& shared) {
    component.last_exit = NotStarted{error};
    conclude(component, *component.last_exit, Cause::itself, shared);
}

// In the coroutines below stands what they need across a wait, and little else: a thousand of each
// sleep while their components run, and the compiler keeps every temporary in their frames.

/// From a process that runs to its end in the process table.
Awaitable<void> see_through(Component& component, Process& process, const SpawnRequest& request,
                            Shared& shared) {
    StopSchedule schedule({}, *component.history.started);
    const Cause cause = co_await attend(component, process, request, shared);
    component.attention.reset();
    component.told_at = shared.host.now();
    if (cause != Cause::itself) schedule = co_await stop(component, process, cause, shared);
    component.signals.clear();
    if (!process.exit()) {
        fail_unkillable(component, "pid", static_cast<std::size_t>(process.pid()));
        co_return;
    }
    enter_ending(component, process, *process.exit(), shared);
    const std::size_t left = co_await end_rest(component, process, schedule, shared);
    reap_component(component.descriptor(), request, shared);
    process.collect();
    component.pid = 0;
    component.is_adopted = false;
    if (left > 0) {
        fail_unkillable(component, "processes", left);
        co_return;
    }
    conclude(component, *component.last_exit, cause, shared);
}

Awaitable<void> start_and_run(Component& component, Shared& shared) {
    component.history.started.reset();
    co_await shared.host.turn();
    // Hundreds may have had their turn before.
    const auto asked = std::exchange(component.asked, std::nullopt);
    if (shared.stop.requested() || asked == Request::stop) {
        component.enter(State::stopped);
        co_return;
    }
    ++component.starts;
    SpawnRequest request = spawn_request(component, shared);
    auto process = co_await shared.host.spawn(request);
    drop_environment(request);
    if (process) {
        enter_running(component, **process, shared);
        co_await see_through(component, **process, request, shared);
        co_return;
    }
    conclude_unmade(component, process.error(), shared);
}

/// As note_dependencies(), where some of the others live already and have yet to be adopted.
void note_survivors(Component& component, const Shared& shared) {
    note_dependencies(component);
    for (Requirement& requirement : component.requirements) {
        const std::string& other = requirement.component.descriptor().name;
        requirement.seen = std::max(requirement.seen, shared.host.survivor(other));
    }
}

/// What an earlier harrier left alive is taken over as it is, whatever has become of what it
/// depends on: it runs. One that was started with another description is stopped then, and started
/// anew, as `apply` does it.
Awaitable<void> adopt(Component& component, unsigned start, Shared& shared) {
    note_survivors(component, shared);
    component.enter(State::starting);
    component.starts = start;
    SpawnRequest request = spawn_request(component, shared);
    if (shared.host.survivor_is_changed(component.descriptor().name) && !component.asked)
        component.ask(Request::restart);
    auto process = shared.host.adopt(request);
    drop_environment(request);
    if (process) {
        component.is_adopted = true;
        enter_running(component, **process, shared);
        co_await see_through(component, **process, request, shared);
        co_return;
    }
    conclude_unmade(component, process.error(), shared);
}

/// What ran under another program of this process runs on.
Awaitable<void> resume(Component& component, Shared& shared) {
    const auto carried = std::exchange(component.carried, nullptr);
    SpawnRequest request = spawn_request(component, shared);
    auto process = shared.host.resume(request, *carried);
    drop_environment(request);
    if (process) {
        co_await see_through(component, **process, request, shared);
        co_return;
    }
    const Exit exit = NotStarted{process.error()};
    component.attention.reset();
    component.pid = 0;
    component.last_exit = exit;
    component.enter(State::ending, exit_fields(exit));
    reap_component(component.descriptor(), request, shared);
    conclude(component, exit, Cause::itself, shared);
}

Awaitable<void> back_off(Component& component, Shared& shared) {
    while (!shared.stop.requested() && !component.asked && shared.host.now() < component.restart_at)
        co_await shared.host.sleep_until(component.restart_at, component.latch);
    const auto asked = std::exchange(component.asked, std::nullopt);
    if (shared.stop.requested() || asked == Request::stop) {
        component.enter(State::stopped);
        co_return;
    }
    if (asked) component.history = {};
    ++shared.totals.restarts;
    component.enter(State::waiting);
}

}  // namespace

Awaitable<void> supervise(Component& component, Shared& shared) {
    if (is_final(component.state())) {
        component.history = {};
        component.enter(State::waiting);
    }
    if (component.carried) co_await resume(component, shared);
    if (const unsigned start = shared.host.survivor(component.descriptor().name); start > 0)
        co_await adopt(component, start, shared);
    while (!is_final(component.state())) {
        if (component.state() == State::waiting) co_await await_dependencies(component, shared);
        if (component.state() == State::starting) co_await start_and_run(component, shared);
        if (component.state() == State::backing_off) co_await back_off(component, shared);
    }
    component.is_supervised = false;
}

}  // namespace launcher
