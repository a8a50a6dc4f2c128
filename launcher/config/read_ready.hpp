/// How a component is known to be ready: the key `ready`, and how it goes together with `type` and
/// what else says how a component is. Pure but for the diagnostics; main thread.
#pragma once

#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

void read_ready(const ValueReader& reader, const Entry& entry, Readiness& ready);

/// Refuses what contradicts each other in a component that is read.
void check_readiness(const ValueReader& reader, const Entry& component,
                     const Descriptor& descriptor);

[[nodiscard]] std::vector<Vocabulary> ready_vocabulary();

}  // namespace launcher
