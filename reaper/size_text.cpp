#include "reaper/size_text.hpp"

#include <cmath>
#include <string_view>

namespace reaper {
namespace {

/// Rounded half to even, as printf(3) does.
std::string one_decimal(double value) {
    const auto tenths = static_cast<std::uint64_t>(std::nearbyint(value * 10));
    return std::to_string(tenths / 10) + '.' + static_cast<char>('0' + tenths % 10);
}

std::string automatic_text(std::uint64_t bytes) {
    constexpr std::string_view units = "KMGTPE";
    constexpr double unit_step = 1024;
    /// What one decimal rounds up to the next unit: 1023.96K is 1.0M.
    constexpr double rounds_up = unit_step - 0.05;
    if (bytes < static_cast<std::uint64_t>(unit_step)) return std::to_string(bytes);
    double value = static_cast<double>(bytes) / unit_step;
    std::size_t unit = 0;
    while (value >= rounds_up && unit + 1 < units.size()) {
        value /= unit_step;
        ++unit;
    }
    return one_decimal(value) + units[unit];
}

}  // namespace

std::string size_text(std::uint64_t bytes, SizeFormat format) {
    switch (format) {
        case SizeFormat::automatic:
            return automatic_text(bytes);
        case SizeFormat::bytes:
            return std::to_string(bytes);
        case SizeFormat::kibibytes:
            return std::to_string(bytes / 1024);
    }
    return {};
}

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
    const double share =
        whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
    return one_decimal(share) + '%';
}

}  // namespace reaper
