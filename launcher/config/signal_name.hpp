/// Signals by name. Pure; from any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace launcher {

/// The number of "SIGTERM", "TERM" or "SIGRTMIN+3"; else what is wrong, in words.
[[nodiscard]] tl::expected<int, std::string> parse_signal(std::string_view text);

/// The same for a signal that is to end a component, which those that suspend never do.
[[nodiscard]] tl::expected<int, std::string> parse_stop_signal(std::string_view text);

}  // namespace launcher
