#include "launcher/supervise/component.hpp"

#include <optional>

#include "os/assert.hpp"

namespace launcher {
namespace {

std::optional<EventKind> event_of(State state) {
    switch (state) {
        case State::running:
            return EventKind::started;
        case State::stopping:
            return EventKind::stopping;
        case State::ending:
            return EventKind::exited;
        case State::backing_off:
            return EventKind::backoff;
        case State::failed:
            return EventKind::failed;
        case State::stopped:
            return EventKind::stopped;
        case State::waiting:
        case State::starting:
        case State::completed:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

bool is_down(const Component& component) {
    return is_final(component.state()) && !component.is_supervised;
}

void Component::enter(State next, Fields fields) {
    ASSERT(may_follow(state_, next));
    if (is_final(state_)) reached_ = {};
    state_ = next;
    const bool is_new = next != State::running || !is_adopted;
    if (const auto kind = is_new ? event_of(next) : EventKind::adopted)
        emit_(Event{.kind = *kind, .component = descriptor_.name, .fields = std::move(fields)});
    const bool is_oneshot = descriptor_.type == ComponentType::oneshot;
    if (next == State::running && !is_oneshot) reach(DependencyCondition::started);
    if (next == State::completed) {
        reach(DependencyCondition::completed_successfully);
        if (is_oneshot) {
            reach(DependencyCondition::started);
            reach(DependencyCondition::ready);
        }
    }
    if (is_final(next)) {
        wake_dependents();
        for (const Requirement& requirement : requirements)
            requirement.component.latch.release();
    }
    if (on_enter) on_enter();
}

void Component::reach(DependencyCondition condition) {
    reached_[static_cast<std::size_t>(condition)] = starts;
    wake_dependents();
    if (on_reach) on_reach();
}

void Component::wake_dependents() {
    for (Component* dependent : dependents)
        dependent->latch.release();
}

}  // namespace launcher
