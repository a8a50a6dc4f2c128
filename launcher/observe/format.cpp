#include "launcher/observe/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstring>

namespace launcher {
namespace {

std::string one_decimal(double value, const char* unit) {
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text + unit;
}

bool is_plain(unsigned char character) {
    return character > ' ' && character != 0x7f && character != '"' && character != '\\' &&
           character != '=';
}

bool is_control(unsigned char character) {
    return character < ' ' || character == 0x7f;
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
    constexpr std::array units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) return fmt::format("{}B", bytes);
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f}{}", value, units[unit]);
}

std::string format_duration(std::chrono::nanoseconds duration) {
    if (duration < duration.zero()) duration = duration.zero();
    if (duration == duration.zero()) return "0s";
    const double milliseconds_exact = std::chrono::duration<double, std::milli>(duration).count();
    if (milliseconds_exact < 999.95) return one_decimal(milliseconds_exact, "ms");
    const double seconds_exact = milliseconds_exact / 1000;
    if (seconds_exact < 59.95) return one_decimal(seconds_exact, "s");
    const auto total = std::llround(seconds_exact);
    if (total < 3600) return fmt::format("{}m{}s", total / 60, total % 60);
    return fmt::format("{}h{}m", total / 3600, total % 3600 / 60);
}

std::string format_signal(int number) {
    if (const char* name = sigabbrev_np(number)) return std::string("SIG") + name;
    if (number == SIGRTMIN) return "SIGRTMIN";
    if (number > SIGRTMIN && number <= SIGRTMAX)
        return fmt::format("SIGRTMIN+{}", number - SIGRTMIN);
    return fmt::format("signal {}", number);
}

std::string quote_value(std::string_view text) {
    const auto plain = [](char c) { return is_plain(static_cast<unsigned char>(c)); };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (c == '\n') {
            quoted += "\\n";
        } else if (is_control(static_cast<unsigned char>(c))) {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

}  // namespace launcher
