/// What is known of a component while it runs, as JSON: one program hands it over to the next,
/// which takes its place in harrier's process (control/handover.hpp). Only of a component that is
/// between two changes: see transition_of(). Main thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "launcher/supervise/component.hpp"
#include "launcher/supervise/host.hpp"

namespace launcher {

/// What is happening to it that another program could not go on with, in words that follow its
/// name; empty when nothing is.
[[nodiscard]] std::string_view transition_of(const Component& component);

/// All but what its descriptor and its dependencies say.
[[nodiscard]] boost::json::object carry(const Component& component);

/// Which starts of others its own relied on, in their order.
[[nodiscard]] boost::json::array carry_requirements(const Component& component);

/// The opposite, for a component that has just been made. What was written is to be what carry()
/// writes: it throws what Boost.JSON does.
void restore(Component& component, const boost::json::object& carried);
void restore_requirements(Component& component, const boost::json::array& carried);

[[nodiscard]] boost::json::object carry(const CarriedProcess& process);
[[nodiscard]] CarriedProcess restore_process(const boost::json::object& carried);

}  // namespace launcher
