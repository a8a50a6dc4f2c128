/// How events and messages spell sizes, durations, signals and foreign text. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace launcher {

/// "512B", "64.1MiB": the largest unit that leaves at least 1, one decimal but for bytes.
std::string format_bytes(std::uint64_t bytes);

/// "0.4ms", "200ms", "1.7s", "2m5s", "26h3m": one decimal at most, never a trailing ".0".
std::string format_duration(std::chrono::nanoseconds duration);

/// "SIGSEGV", "SIGRTMIN+2", "signal 99".
std::string format_signal(int number);

/// A value of key=value: as it is when it is a plain word, else in quotes, with quotes, backslashes
/// and everything that could steer a terminal escaped, bytes that are no UTF-8 among it: "\x1b",
/// "\u009b". Other UTF-8 passes.
std::string quote_value(std::string_view text);

}  // namespace launcher
