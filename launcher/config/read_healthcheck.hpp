/// How a component is known to be well: the key `healthcheck`. Looks at the file system for the
/// program of an exec test; main thread.
#pragma once

#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

/// The descriptor's working directory and environment are read.
void read_healthcheck(const ValueReader& reader, const Entry& entry, Descriptor& descriptor);

[[nodiscard]] std::vector<Vocabulary> healthcheck_vocabulary();

}  // namespace launcher
