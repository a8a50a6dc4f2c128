/// In which order components start: each after everything it depends on. A pure function of the
/// descriptors; from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/diagnostic.hpp"

namespace launcher {

/// Descriptors, wherever each is.
using DescriptorRefs = std::span<const Descriptor* const>;
[[nodiscard]] std::vector<const Descriptor*> refer_to(const std::vector<Descriptor>& descriptors);

/// Indexes of the descriptors in an order in which they may start; among those that are free to
/// start, the order of the files. Stop in the reverse order. Who may start beside whom follows from
/// depends_on alone, so the supervision needs nothing more than this.
using StartOrder = std::vector<std::size_t>;

/// Fails, with every mistake found, when
/// - a component requires one that does not exist (the nearest name is offered),
/// - components depend on each other in a circle (shown as a path "a -> b -> a", where a depends
///   on b),
/// - a component waits for the completion of one whose restart policy is `always`, or for the
///   health of one without a health check.
[[nodiscard]] tl::expected<StartOrder, std::vector<Diagnostic>> plan_together(
    DescriptorRefs descriptors);
[[nodiscard]] inline tl::expected<StartOrder, std::vector<Diagnostic>> plan(
    const std::vector<Descriptor>& descriptors) {
    return plan_together(refer_to(descriptors));
}

}  // namespace launcher
