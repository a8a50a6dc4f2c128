#include "launcher/supervise/supervise.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/dependencies.hpp"
#include "launcher/supervise/environment.hpp"
#include "launcher/supervise/reaping.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

/// How long a process may take to die of a SIGKILL that nobody hurries: it may have gigabytes to
/// give back.
constexpr auto kill_patience = 5s;

/// A time of the far future stays one.
TimePoint after(TimePoint time, Duration duration) {
    return duration < end_of_time - time ? time + duration : end_of_time;
}

bool must_stop(const Component& component, Shared& shared) {
    switch (shared.stop.phase) {
        case StopOrder::Phase::none:
            return false;
        case StopOrder::Phase::graceful:
            return dependents_ended(component) || shared.host.now() >= shared.stop.tell_by;
        case StopOrder::Phase::at_once:
            return true;
    }
    return false;
}

Audience kill_audience(const Component& component) {
    return component.descriptor().kill_mode == KillMode::process ? Audience::leader
                                                                 : Audience::tree;
}

Component::Fields exit_fields(const Exit& exit) {
    Component::Fields fields;
    if (const auto* exited = std::get_if<Exited>(&exit))
        fields.emplace_back("status", std::to_string(exited->status));
    if (const auto* killed = std::get_if<Killed>(&exit)) {
        fields.emplace_back("signal", format_signal(killed->signal));
        if (killed->dumped_core) fields.emplace_back("core", "dumped");
    }
    if (const auto* not_started = std::get_if<NotStarted>(&exit))
        fields.emplace_back("error", not_started->error.message());
    return fields;
}

Awaitable<void> await_dependencies(Component& component, Shared& shared) {
    for (;;) {
        if (shared.stop.requested()) {
            component.enter(State::stopped);
            co_return;
        }
        if (const Component* failed = failed_dependency(component)) {
            component.enter(State::failed,
                            {{"reason", "dependency"}, {"dependency", failed->descriptor().name}});
            co_return;
        }
        if (dependencies_met(component)) {
            component.enter(State::starting);
            co_return;
        }
        co_await shared.host.sleep_until(end_of_time, component.latch);
    }
}

std::string start_tag(const Component& component, const Shared& shared) {
    return shared.instance_tag + '/' + component.descriptor().name + '/' +
           std::to_string(component.starts);
}

SpawnRequest spawn_request(Component& component, const Shared& shared) {
    const Identity identity{.tag = start_tag(component, shared),
                            .run_directory = shared.run_directory};
    return SpawnRequest{
        .descriptor = component.descriptor(),
        .latch = component.latch,
        .tag = identity.tag,
        .environment = component_environment(shared.environment, component.descriptor(), identity)};
}

/// What reaping asks for stays; the rest has served its purpose once the process is made, and a
/// thousand copies of it would take megabytes.
void drop_environment(SpawnRequest& request) {
    std::erase_if(request.environment, [](const std::string& variable) {
        return !variable.starts_with("SHMHEAP_DIR=");
    });
    request.environment.shrink_to_fit();
}

/// Tells the leader, or all, to stop, and kills when the grace period is over or the stop is cut
/// short. Returns when the leader has ended or could not be killed.
Awaitable<TimePoint> stop(Component& component, Process& process, Shared& shared) {
    const Descriptor& descriptor = component.descriptor();
    const TimePoint now = shared.host.now();
    const TimePoint kill_at =
        std::min(after(now, descriptor.stop_grace_period), shared.stop.kill_by);
    const auto is_graceful = [&shared] { return shared.stop.phase == StopOrder::Phase::graceful; };
    const int first_signal = is_graceful() ? descriptor.stop_signal : SIGKILL;
    component.enter(State::stopping, {{"pid", std::to_string(process.pid())},
                                      {"signal", format_signal(first_signal)}});
    if (is_graceful()) {
        process.signal(descriptor.stop_signal,
                       descriptor.kill_mode == KillMode::group ? Audience::tree : Audience::leader);
    }
    while (!process.exit() && is_graceful() && shared.host.now() < kill_at)
        co_await shared.host.sleep_until(kill_at, component.latch);
    if (!process.exit()) process.signal(SIGKILL, kill_audience(component));
    while (!process.exit() && shared.host.now() < shared.stop.give_up_at)
        co_await shared.host.sleep_until(shared.stop.give_up_at, component.latch);
    co_return kill_at;
}

/// Waits for the leader's end; a stop in between is carried out. Returns until when the rest of
/// the tree may live.
Awaitable<TimePoint> await_exit(Component& component, Process& process, Shared& shared) {
    while (!process.exit() && !must_stop(component, shared)) {
        const TimePoint look_at = shared.stop.requested() ? shared.stop.tell_by : end_of_time;
        co_await shared.host.sleep_until(look_at, component.latch);
    }
    if (process.exit()) co_return shared.host.now();
    const TimePoint kill_at = co_await stop(component, process, shared);
    // Only who was told to stop is given time: with `mixed` the rest never hears of it.
    if (component.descriptor().kill_mode == KillMode::group) co_return kill_at;
    co_return shared.host.now();
}

/// After the leader: what descends from it may live until `kill_at`, then it is killed. Returns
/// how many processes could not be ended.
Awaitable<std::size_t> end_rest(Component& component, Process& process, TimePoint kill_at,
                                Shared& shared) {
    if (component.descriptor().kill_mode == KillMode::process) co_return 0;
    std::optional<TimePoint> patience_until;
    for (;;) {
        const std::size_t survivors = process.survivors();
        if (survivors == 0) co_return 0;
        const TimePoint now = shared.host.now();
        const bool must_kill = now >= kill_at || shared.stop.phase == StopOrder::Phase::at_once;
        if (must_kill) {
            if (!patience_until) patience_until = now + kill_patience;
            if (now >= std::min(*patience_until, shared.stop.give_up_at)) co_return survivors;
            process.signal(SIGKILL, Audience::tree);
        }
        const TimePoint look_at =
            must_kill ? std::min(*patience_until, shared.stop.give_up_at) : kill_at;
        co_await shared.host.sleep_until(look_at, component.latch);
    }
}

/// What becomes of a component whose process has ended, or could not be made.
void conclude(Component& component, const Exit& exit, Shared& shared) {
    if (shared.stop.requested()) {
        const bool had_ended = component.state() == State::ending && succeeded(exit);
        component.enter(had_ended ? State::completed : State::stopped);
        return;
    }
    const bool not_started = std::holds_alternative<NotStarted>(exit);
    const Decision decision =
        decide(component.descriptor().restart, component.history, exit, shared.host.now());
    Component::Fields fields;
    switch (decision.next) {
        case Next::complete:
            component.enter(State::completed);
            return;
        case Next::fail:
            fields = {{"reason", not_started ? "start" : "exit"}};
            break;
        case Next::give_up:
            fields = {{"reason", "attempts"},
                      {"attempts", std::to_string(component.history.attempts)}};
            break;
        case Next::restart:
            component.history.attempts = decision.attempt;
            component.restart_at = after(shared.host.now(), decision.delay);
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

/// From a process that was made to its end in the process table.
Awaitable<void> run(Component& component, Process& process, const SpawnRequest& request,
                    Shared& shared) {
    component.history.started = shared.host.now();
    component.enter(State::running, {{"pid", std::to_string(process.pid())}});
    const TimePoint kill_at = co_await await_exit(component, process, shared);
    const auto exit = process.exit();
    if (!exit) {
        component.enter(State::failed,
                        {{"reason", "unkillable"}, {"pid", std::to_string(process.pid())}});
        co_return;
    }
    Component::Fields fields = {{"pid", std::to_string(process.pid())}};
    for (auto& field : exit_fields(*exit))
        fields.push_back(std::move(field));
    fields.emplace_back("uptime", format_duration(shared.host.now() - *component.history.started));
    component.enter(State::ending, std::move(fields));
    const std::size_t left = co_await end_rest(component, process, kill_at, shared);
    reap_component(component.descriptor(), request, shared);
    process.collect();
    if (left > 0) {
        component.enter(State::failed,
                        {{"reason", "unkillable"}, {"processes", std::to_string(left)}});
        co_return;
    }
    conclude(component, *exit, shared);
}

Awaitable<void> start_and_run(Component& component, Shared& shared) {
    ++component.starts;
    component.history.started.reset();
    SpawnRequest request = spawn_request(component, shared);
    auto process = co_await shared.host.spawn(request);
    drop_environment(request);
    if (process) {
        co_await run(component, **process, request, shared);
        co_return;
    }
    const Exit exit = NotStarted{process.error()};
    conclude(component, exit, shared);
}

Awaitable<void> back_off(Component& component, Shared& shared) {
    while (!shared.stop.requested() && shared.host.now() < component.restart_at)
        co_await shared.host.sleep_until(component.restart_at, component.latch);
    if (shared.stop.requested()) {
        component.enter(State::stopped);
        co_return;
    }
    ++shared.totals.restarts;
    component.enter(State::starting);
}

}  // namespace

Awaitable<void> supervise(Component& component, Shared& shared) {
    co_await await_dependencies(component, shared);
    while (!is_final(component.state())) {
        co_await start_and_run(component, shared);
        if (component.state() == State::backing_off) co_await back_off(component, shared);
    }
}

}  // namespace launcher
