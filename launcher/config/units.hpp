/// Durations and sizes as people write them: 1m30s, 256MiB. A number without a unit is refused,
/// because the reader cannot know which one the writer had in mind. Pure; from any thread.
/// A failure is what is wrong, in words, with the remedy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "launcher/config/descriptor.hpp"

namespace launcher {

/// A sum of whole numbers with the units h, m, s, ms, us, ns, each at most once and the larger
/// first: "1m30s", "200ms", "0s". Not negative, and at most what Duration can hold.
[[nodiscard]] tl::expected<Duration, std::string> parse_duration(std::string_view text);

/// One whole number with the unit B, KiB, MiB, GiB, TiB (powers of 1024), KB, MB, GB or TB (powers
/// of 1000), at most 2^64 - 1 bytes.
[[nodiscard]] tl::expected<std::uint64_t, std::string> parse_size(std::string_view text);

}  // namespace launcher
