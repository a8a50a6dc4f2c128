/// What a component's neighbours mean for it: whether it may start, whether it never will, and
/// whether it may be stopped, whether it has to follow a restart. Reads the states of others and
/// changes none.
#pragma once

#include "launcher/supervise/component.hpp"

namespace launcher {

/// Every dependency has met its condition.
bool dependencies_met(const Component& component);

/// The first dependency that ended for good before it met its condition; null when there is none.
const Component* failed_dependency(const Component& component);

/// Notes which starts of the others the component's own start relies on.
void note_dependencies(Component& component);

/// The first dependency with `restart: true` that is up again in a newer start than the one relied
/// on; null when there is none.
const Component* restarted_dependency(const Component& component);

/// Nobody who depends on it is left: it may stop.
bool dependents_ended(const Component& component);

/// Nobody is left of those who depend on it and are leaving, too: it may stop to leave.
bool leaving_dependents_ended(const Component& component);

}  // namespace launcher
