#include "reaper/time_text.hpp"

#include <fmt/format.h>

#include <ctime>

namespace reaper {

std::string age_text(std::uint64_t age_ns) {
    return fmt::format("{:.1f}s", static_cast<double>(age_ns) / 1e9);
}

std::string time_text(std::uint64_t time_ns) {
    constexpr std::uint64_t second_ns = 1'000'000'000;
    const auto seconds = static_cast<std::time_t>(time_ns / second_ns);
    std::tm parts{};  // 64 bits of nanoseconds end in the year 2554, which it can tell
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       time_ns % second_ns);
}

}  // namespace reaper
