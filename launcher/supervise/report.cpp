#include "launcher/supervise/report.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "launcher/utf8.hpp"

namespace launcher {
namespace {

/// Nothing for what is no number of microseconds that a Duration can hold.
std::optional<Duration> parse_microseconds(std::string_view text) {
    std::uint64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    constexpr auto count_max = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Duration::max()).count());
    if (error != std::errc{} || stop != end || count > count_max) return std::nullopt;
    return std::chrono::microseconds(static_cast<std::int64_t>(count));
}

void add_field(std::string_view name, std::string_view value, Report& report) {
    if (name == "READY" && value == "1") report.ready = true;
    if (name == "STOPPING" && value == "1") report.stopping = true;
    if (name == "WATCHDOG" && value == "1") report.alive = true;
    if (name == "WATCHDOG" && value == "trigger") report.watchdog_trigger = true;
    if (name == "STATUS")
        report.status = std::string(cut_between_characters(value, status_bytes_max));
    if (name == "EXTEND_TIMEOUT_USEC") {
        if (const auto extension = parse_microseconds(value)) report.extend_timeout = extension;
    }
}

}  // namespace

void add_notification(std::string_view datagram, Report& report) {
    while (!datagram.empty()) {
        const std::string_view line = datagram.substr(0, datagram.find('\n'));
        datagram.remove_prefix(std::min(line.size() + 1, datagram.size()));
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos)
            add_field(line.substr(0, equals), line.substr(equals + 1), report);
    }
}

}  // namespace launcher
