/// Brings connections and components together: each component gets to know those of its ports, and
/// whatever does not fit is told. A pure function of its arguments; from any thread.
#pragma once

#include "launcher/config/descriptor.hpp"
#include "launcher/config/diagnostic.hpp"

namespace launcher {

/// Each connection takes one of the 64 places for clients in the heap of the component it leaves.
inline constexpr std::size_t connections_from_max = 64;
/// So that all that a component is told of its ports fits into one variable.
inline constexpr std::size_t connections_to_max = 256;

/// Fills Descriptor::connections from Application::connections. Adds a diagnostic for
/// - a port of a component that does not exist (the nearest name is offered),
/// - a component that is connected to itself,
/// - two ports that are connected twice,
/// - a port that is an output in one connection and an input in another,
/// - a component with more connections than it has room for.
void connect(Application& application, Diagnostics& diagnostics);

}  // namespace launcher
