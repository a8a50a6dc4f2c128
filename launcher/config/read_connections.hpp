/// The list under `connections` as values. Whether its ports belong to components that exist, and
/// agree with one another, is looked at when all is read (connect.hpp). Main thread.
#pragma once

#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/read_component.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

/// The connections whose two ends could be read; whatever is wrong is in the context's diagnostics.
[[nodiscard]] std::vector<Connection> read_connections(const Entry& list, ReadingContext& context);

/// The keys of a connection and the words of its policy, for the test that holds the JSON schema
/// against them.
[[nodiscard]] std::vector<Vocabulary> connection_vocabulary();

}  // namespace launcher
