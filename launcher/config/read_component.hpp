/// One component of the tree, `defaults` already merged under it, as a Descriptor with every
/// default filled in and every path absolute. The tables of keys and words here
/// and in read_restart.cpp, read_stop.cpp and read_logging.cpp are the only list of what a
/// component may say. Looks at the file system (working_dir, the executable); main thread.
#pragma once

#include <string_view>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

/// The descriptor as far as it could be read; whatever is wrong is in the context's diagnostics.
/// `component` outlives the call only.
[[nodiscard]] Descriptor read_component(const Entry& component, ReadingContext& context);

[[nodiscard]] bool is_name(std::string_view text);  ///< [A-Za-z0-9_-]{1,64}
inline constexpr std::string_view name_rule =
    "is not a name, which has 1 to 64 letters, digits, \"_\" or \"-\"";

[[nodiscard]] std::vector<Vocabulary> component_vocabulary();

}  // namespace launcher
