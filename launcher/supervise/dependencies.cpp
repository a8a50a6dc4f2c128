#include "launcher/supervise/dependencies.hpp"

#include <algorithm>

namespace launcher {
namespace {

/// A component that is asked to start has yet to get there, wherever it was before. So has one that
/// is down to be changed; whoever needs one that goes for good will soon need something else.
bool will_start(const Component& component) {
    return is_final(component.state()) &&
           (component.asked == Request::start || component.is_leaving);
}

bool is_over(const Component& component) {
    return is_final(component.state()) && !will_start(component);
}

/// What was reached once counts for good, but for who follows the other's restarts: the start that
/// counts is then the present one.
bool is_reached(const Requirement& requirement) {
    const Component& other = requirement.component;
    const unsigned start = will_start(other) ? 0 : other.reached(requirement.dependency.condition);
    if (start == 0) return false;
    if (!requirement.dependency.restart || is_final(other.state())) return true;
    return other.state() == State::running && start == other.starts;
}

bool is_met(const Requirement& requirement) {
    return is_reached(requirement) ||
           (!requirement.dependency.required && is_over(requirement.component));
}

}  // namespace

bool dependencies_met(const Component& component) {
    return std::all_of(component.requirements.begin(), component.requirements.end(), is_met);
}

const Component* failed_dependency(const Component& component) {
    for (const Requirement& requirement : component.requirements) {
        if (is_over(requirement.component) && !is_met(requirement)) return &requirement.component;
    }
    return nullptr;
}

void note_dependencies(Component& component) {
    for (Requirement& requirement : component.requirements)
        requirement.seen = requirement.component.starts;
}

const Component* restarted_dependency(const Component& component) {
    for (const Requirement& requirement : component.requirements) {
        const Dependency& dependency = requirement.dependency;
        const bool is_newer =
            requirement.component.reached(dependency.condition) > requirement.seen;
        if (dependency.restart && is_newer && is_reached(requirement))
            return &requirement.component;
    }
    return nullptr;
}

bool dependents_ended(const Component& component) {
    return std::all_of(component.dependents.begin(), component.dependents.end(),
                       [](const Component* dependent) { return is_final(dependent->state()); });
}

bool leaving_dependents_ended(const Component& component) {
    return std::all_of(component.dependents.begin(), component.dependents.end(),
                       [](const Component* dependent) {
                           return !dependent->is_leaving || is_final(dependent->state());
                       });
}

}  // namespace launcher
