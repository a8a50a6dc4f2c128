/// What a component depends on: the key `depends_on`. Pure but for the diagnostics; main thread.
#pragma once

#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

/// A map of names with conditions, or a list of names, each of which has to be started.
void read_depends_on(const ValueReader& reader, const Entry& entry,
                     std::vector<Dependency>& dependencies);

[[nodiscard]] std::vector<Vocabulary> dependency_vocabulary();

}  // namespace launcher
