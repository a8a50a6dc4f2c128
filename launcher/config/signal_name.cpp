// The names come from the C library, so that they are those of kill -l.
#include "launcher/config/signal_name.hpp"

#include <fmt/format.h>
#include <string.h>

#include <array>
#include <charconv>
#include <csignal>
#include <system_error>
#include <vector>

#include "launcher/config/diagnostic.hpp"
#include "launcher/config/nearest.hpp"

namespace launcher {
namespace {

using Failure = tl::unexpected<std::string>;

/// Real-time signals begin here; below are the named ones.
constexpr int named_signals_end = 32;

/// 0 when `offset` is not a number within the real-time signals.
int real_time_signal(std::string_view offset) {
    int number = 0;
    const char* const end = offset.data() + offset.size();
    const auto [stop, error] = std::from_chars(offset.data(), end, number);
    const bool is_number = error == std::errc{} && stop == end && number >= 0;
    return is_number && number <= SIGRTMAX - SIGRTMIN ? SIGRTMIN + number : 0;
}

bool suspends(int signal_number) {
    return signal_number == SIGSTOP || signal_number == SIGTSTP || signal_number == SIGTTIN ||
           signal_number == SIGTTOU;
}

}  // namespace

tl::expected<int, std::string> parse_signal(std::string_view text) {
    constexpr std::string_view prefix = "SIG";
    std::string_view name = text;
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    if (name == "RTMIN") return SIGRTMIN;
    if (name.starts_with("RTMIN+")) {
        if (const int number = real_time_signal(name.substr(6)); number != 0) return number;
        return Failure(fmt::format("{} is beyond SIGRTMIN+{}", shown(text), SIGRTMAX - SIGRTMIN));
    }
    std::vector<std::string> names;
    for (int number = 1; number < named_signals_end; ++number) {
        const char* const abbreviation = ::sigabbrev_np(number);
        if (abbreviation == nullptr) continue;
        if (name == abbreviation) return number;
        names.push_back(std::string(prefix) + abbreviation);
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    return Failure(fmt::format("{} is no signal, expected a name such as SIGTERM{}", shown(text),
                               suggestion(text, known)));
}

tl::expected<int, std::string> parse_stop_signal(std::string_view text) {
    auto number = parse_signal(text);
    if (!number || !suspends(*number)) return number;
    return Failure(
        fmt::format("{} suspends a process and never ends it, expected a signal such as SIGTERM "
                    "or SIGINT",
                    shown(text)));
}

}  // namespace launcher
