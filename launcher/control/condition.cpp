#include "launcher/control/condition.hpp"

namespace launcher {

bool is_ready(const Component& component) {
    const bool is_so =
        component.starts > 0 && component.reached(DependencyCondition::ready) == component.starts;
    return component.state() == State::completed || (component.state() == State::running && is_so);
}

Progress progress_of(const Component& component, Condition condition) {
    const State state = component.state();
    // Asked to start, and running already: there is nothing to carry out.
    const bool is_settled =
        !component.asked || (component.asked == Request::start && state == State::running);
    if (!is_settled || component.is_leaving) return Progress::pending;
    if (condition == Condition::ended) return is_final(state) ? Progress::met : Progress::pending;
    if (is_ready(component)) return Progress::met;
    return is_final(state) ? Progress::impossible : Progress::pending;
}

std::string_view to_string(State state) {
    switch (state) {
        case State::waiting:
            return "waiting";
        case State::starting:
            return "starting";
        case State::running:
            return "running";
        case State::stopping:
            return "stopping";
        case State::ending:
            return "ending";
        case State::backing_off:
            return "backing_off";
        case State::completed:
            return "completed";
        case State::failed:
            return "failed";
        case State::stopped:
            return "stopped";
    }
    return "unknown";
}

}  // namespace launcher
