#include "reaper/duration_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace reaper {
namespace {

struct Unit {
    char letter;
    std::int64_t seconds;
};

constexpr std::array units{Unit{'w', 604'800}, Unit{'d', 86'400}, Unit{'h', 3'600}, Unit{'m', 60},
                           Unit{'s', 1}};
constexpr std::int64_t seconds_max = std::int64_t{36'525} * 86'400;

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    std::int64_t sum = 0;
    auto unit = units.begin();
    if (text.empty()) return {};
    while (!text.empty()) {
        std::uint32_t number = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (code != std::errc{}) return {};
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty()) return {};
        while (unit != units.end() && unit->letter != text.front())
            ++unit;
        if (unit == units.end()) return {};
        sum += std::int64_t{number} * unit->seconds;
        if (sum > seconds_max) return {};
        ++unit;
        text.remove_prefix(1);
    }
    return std::chrono::seconds(sum);
}

}  // namespace reaper
