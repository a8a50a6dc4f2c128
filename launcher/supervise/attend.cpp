#include "launcher/supervise/attend.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/dependencies.hpp"
#include "launcher/supervise/health.hpp"
#include "launcher/supervise/restart.hpp"
#include "launcher/supervise/vigil.hpp"

namespace launcher {
namespace {

/// What is known of a process that runs. Lives in the frame of attend().
struct Watch {
    Component& component;
    Process& process;
    const SpawnRequest& request;
    Shared& shared;
    Vigil vigil;
    std::optional<Health> health = {};  ///< from the moment it is ready
    std::unique_ptr<Probe> probe = {};
};

/// Why it has to end now, as far as others are concerned.
std::optional<Cause> outer_cause(const Component& component, Shared& shared) {
    switch (shared.stop.phase) {
        case StopOrder::Phase::none:
            break;
        case StopOrder::Phase::graceful:
            if (dependents_ended(component) || shared.host.now() >= shared.stop.tell_by)
                return Cause::shutdown;
            break;
        case StopOrder::Phase::at_once:
            return Cause::shutdown;
    }
    const bool is_told = component.asked == Request::stop || component.asked == Request::restart;
    if (is_told && (!component.is_leaving || leaving_dependents_ended(component)))
        return Cause::request;
    if (restarted_dependency(component) != nullptr) return Cause::dependency;
    return std::nullopt;
}

void become_ready(Watch& watch, TimePoint now) {
    Component& component = watch.component;
    const Descriptor& descriptor = component.descriptor();
    if (announces_readiness(descriptor)) {
        watch.process.note_ready();
        Event event{.kind = EventKind::ready, .component = descriptor.name};
        event.with("after", format_duration(now - *component.history.started));
        if (!component.status.empty()) event.with("status", component.status);
        watch.shared.emit(event);
    }
    if (descriptor.type != ComponentType::oneshot) component.reach(DependencyCondition::ready);
    if (descriptor.healthcheck) watch.health.emplace(*descriptor.healthcheck, now);
}

void listen(Watch& watch, TimePoint now) {
    const Report report = watch.process.take_report();
    if (report.status) watch.component.status = *report.status;
    const bool was_ready = watch.vigil.is_ready();
    watch.vigil.hear(report, now);
    if (watch.vigil.is_ready() && !was_ready) become_ready(watch, now);
    if (watch.vigil.is_ending()) {
        watch.probe.reset();
        watch.health.reset();
    }
}

/// Unhealthy is a cause to end it where the policy would start it again; else it is only told.
std::optional<Cause> take_result(Watch& watch, const Probe::Result& result, TimePoint now) {
    Component& component = watch.component;
    switch (watch.health->end_check(result.has_passed, now)) {
        case Health::Change::none:
            return std::nullopt;
        case Health::Change::healthy:
            component.is_healthy = true;
            watch.shared.emit(
                Event{.kind = EventKind::healthy, .component = component.descriptor().name});
            component.reach(DependencyCondition::healthy);
            return std::nullopt;
        case Health::Change::unhealthy:
            break;
    }
    component.is_healthy = false;
    Event event{.kind = EventKind::unhealthy, .component = component.descriptor().name};
    event.with("failures", std::to_string(watch.health->failures()));
    watch.shared.emit(event.with("error", result.what));
    if (wants_restart(component.descriptor().restart.policy, Outcome::abnormal))
        return Cause::unhealthy;
    return std::nullopt;
}

/// When the next check begins, or the one under way has taken too long.
TimePoint next_check(const Watch& watch) {
    const TimePoint next = watch.health->next_at();
    return watch.probe ? next : std::max(next, watch.shared.no_check_before);
}

std::optional<Cause> check_health(Watch& watch, TimePoint now) {
    if (!watch.health) return std::nullopt;
    if (!watch.probe) {
        if (now < next_check(watch)) return std::nullopt;
        watch.probe = watch.shared.host.probe(watch.request, watch.process);
        watch.health->begin_check(now);
    }
    auto result = watch.probe->result();
    if (!result && now >= watch.health->next_at())
        result = Probe::Result{.has_passed = false, .what = "timeout"};
    if (!result) return std::nullopt;
    watch.probe.reset();
    return take_result(watch, *result, now);
}

void note_attention(Watch& watch) {
    Attention attention{.process = &watch.process,
                        .is_ready = watch.vigil.is_ready(),
                        .is_ending = watch.vigil.is_ending(),
                        .is_checking = watch.probe != nullptr,
                        .alive_by = watch.vigil.alive_by()};
    if (watch.health) attention.health = watch.health->past();
    watch.component.attention = attention;
}

/// Goes on where another program was.
void resume(Watch& watch, const Attention& before) {
    watch.vigil.resume(before.alive_by);
    const auto& check = watch.component.descriptor().healthcheck;
    if (check && before.health) watch.health.emplace(*check, *before.health);
}

TimePoint next_look(const Watch& watch) {
    TimePoint next = watch.vigil.next_at();
    if (watch.health) next = std::min(next, next_check(watch));
    if (watch.shared.stop.requested()) next = std::min(next, watch.shared.stop.tell_by);
    return next;
}

}  // namespace

void forward_signals(Component& component, Process& process) {
    for (const int signal : std::exchange(component.signals, {}))
        process.forward(signal);
}

Awaitable<Cause> attend(Component& component, Process& process, const SpawnRequest& request,
                        Shared& shared) {
    Watch watch{.component = component,
                .process = process,
                .request = request,
                .shared = shared,
                .vigil = Vigil(component.descriptor(), *component.history.started)};
    if (const auto before = component.attention) {
        resume(watch, *before);
    } else if (watch.vigil.is_ready()) {
        become_ready(watch, *component.history.started);
    }
    while (!process.exit()) {
        // It runs already.
        if (component.asked == Request::start) component.asked.reset();
        if (const auto cause = outer_cause(component, shared)) co_return *cause;
        forward_signals(component, process);
        const TimePoint now = shared.host.now();
        listen(watch, now);
        if (const auto cause = watch.vigil.overdue(now)) co_return *cause;
        if (const auto cause = check_health(watch, now)) co_return *cause;
        note_attention(watch);
        co_await shared.host.sleep_until(next_look(watch), component.latch);
    }
    // Its last words are often said just before.
    listen(watch, shared.host.now());
    co_return Cause::itself;
}

}  // namespace launcher
