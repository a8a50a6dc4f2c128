/// Times for people and for programs.
#pragma once

#include <cstdint>
#include <string>

namespace reaper {

/// "1.2s"
std::string age_text(std::uint64_t age_ns);

/// "2026-11-25T22:47:18.123456789Z" (RFC 3339, UTC) of nanoseconds since 1970.
std::string time_text(std::uint64_t time_ns);

}  // namespace reaper
