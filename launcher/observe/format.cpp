#include "launcher/observe/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstring>

#include "launcher/utf8.hpp"

namespace launcher {
namespace {

std::string one_decimal(double value, const char* unit) {
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text + unit;
}

bool is_plain_in_word(unsigned char character) {
    return character > ' ' && character < 0x7f && character != '"' && character != '\\' &&
           character != '=';
}

/// A character of one byte, or a byte that is part of none.
void append_byte(std::string& quoted, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        quoted += '\\';
        quoted += c;
    } else if (c == '\n') {
        quoted += "\\n";
    } else if (byte < ' ' || byte >= 0x7f) {
        quoted += fmt::format("\\x{:02x}", byte);
    } else {
        quoted += c;
    }
}

/// U+0080 to U+009F steer terminals as the ones below U+0020 do.
bool is_high_control(std::string_view character) {
    return character.size() == 2 && character[0] == '\xc2' &&
           static_cast<unsigned char>(character[1]) < 0xa0;
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
    std::string quoted;
    bool is_word = !text.empty();
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(character.size());
        if (length > 1 && !is_high_control(character)) {
            quoted += character;
            continue;
        }
        is_word = is_word && is_plain_in_word(static_cast<unsigned char>(character[0]));
        if (length > 1) {
            quoted += fmt::format("\\u00{:02x}", static_cast<unsigned char>(character[1]));
        } else {
            append_byte(quoted, character[0]);
        }
    }
    return is_word ? quoted : '"' + quoted + '"';
}

}  // namespace launcher
