#include "launcher/supervise/component.hpp"

#include <optional>

#include "os/assert.hpp"

namespace launcher {
namespace {

constexpr unsigned bit(State state) {
    return 1U << static_cast<unsigned>(state);
}

/// The table of component.hpp.
constexpr unsigned successors(State state) {
    switch (state) {
        case State::waiting:
            return bit(State::starting) | bit(State::failed) | bit(State::stopped);
        case State::starting:
            return bit(State::running) | bit(State::waiting) | bit(State::backing_off) |
                   bit(State::failed) | bit(State::stopped);
        case State::running:
            return bit(State::stopping) | bit(State::ending);
        case State::stopping:
            return bit(State::ending) | bit(State::failed);
        case State::ending:
            return bit(State::waiting) | bit(State::backing_off) | bit(State::completed) |
                   bit(State::failed) | bit(State::stopped);
        case State::backing_off:
            return bit(State::waiting) | bit(State::stopped);
        case State::completed:
        case State::failed:
        case State::stopped:
            return bit(State::waiting);
    }
    return 0;
}

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

void Component::enter(State next, Fields fields) {
    ASSERT((successors(state_) & bit(next)) != 0);
    if (is_final(state_)) was_started_ = false;
    state_ = next;
    const bool started_first = next == State::running && !was_started_;
    if (next == State::running) was_started_ = true;
    if (const auto kind = event_of(next))
        emit_(Event{.kind = *kind, .component = descriptor_.name, .fields = std::move(fields)});
    if (started_first || is_final(next)) {
        for (Component* dependent : dependents)
            dependent->latch.release();
    }
    if (is_final(next)) {
        for (Component* dependency : dependencies)
            dependency->latch.release();
    }
    if (on_enter) on_enter();
}

}  // namespace launcher
