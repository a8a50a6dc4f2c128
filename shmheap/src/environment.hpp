/// What the environment says, for those who need one variable alone; HeapOptions::from_environment
/// reads the rest.
#pragma once

#include <optional>
#include <string_view>

namespace shmheap::detail {

/// The value of a variable; nothing when it is unset or empty, or the program runs with more
/// rights than its caller.
std::optional<std::string_view> environment_text(const char* variable);

}  // namespace shmheap::detail
