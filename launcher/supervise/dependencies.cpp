#include "launcher/supervise/dependencies.hpp"

#include <algorithm>

namespace launcher {
namespace {

/// A component that is asked to start has yet to get there, wherever it was before.
bool will_start(const Component& component) {
    return is_final(component.state()) && component.asked == Request::start;
}

bool is_met(const Component& dependency, DependencyCondition condition) {
    if (will_start(dependency)) return false;
    switch (condition) {
        case DependencyCondition::started:
            return dependency.was_started();
        case DependencyCondition::completed_successfully:
            return dependency.state() == State::completed;
    }
    return false;
}

}  // namespace

bool dependencies_met(const Component& component) {
    const auto& depends_on = component.descriptor().depends_on;
    for (std::size_t i = 0; i < depends_on.size(); ++i) {
        if (!is_met(*component.dependencies[i], depends_on[i].condition)) return false;
    }
    return true;
}

const Component* failed_dependency(const Component& component) {
    const auto& depends_on = component.descriptor().depends_on;
    for (std::size_t i = 0; i < depends_on.size(); ++i) {
        const Component& dependency = *component.dependencies[i];
        if (is_final(dependency.state()) && !will_start(dependency) &&
            !is_met(dependency, depends_on[i].condition))
            return &dependency;
    }
    return nullptr;
}

bool dependents_ended(const Component& component) {
    return std::all_of(component.dependents.begin(), component.dependents.end(),
                       [](const Component* dependent) { return is_final(dependent->state()); });
}

}  // namespace launcher
