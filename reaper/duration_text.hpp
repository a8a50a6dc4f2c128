/// Durations as people write them on a command line: 90s, 1h30m, 7d. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace reaper {

/// A sum of whole numbers with the units w, d, h, m and s, each at most once and the larger first.
/// No value for anything else, and for more than a hundred years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace reaper
