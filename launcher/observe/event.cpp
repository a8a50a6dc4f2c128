#include "launcher/observe/event.hpp"

#include <fmt/format.h>

#include <ctime>

#include "launcher/observe/format.hpp"

namespace launcher {
namespace {

constexpr std::size_t kind_width = 8;  // of the usual ones; only "unhealthy" is longer

std::string clock_time(std::chrono::system_clock::time_point time) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:03}", local.tm_hour, local.tm_min, local.tm_sec,
                       milliseconds % 1000);
}

}  // namespace

std::string_view to_string(EventKind kind) {
    switch (kind) {
        case EventKind::started:
            return "started";
        case EventKind::adopted:
            return "adopted";
        case EventKind::ready:
            return "ready";
        case EventKind::healthy:
            return "healthy";
        case EventKind::unhealthy:
            return "unhealthy";
        case EventKind::exited:
            return "exited";
        case EventKind::reaped:
            return "reaped";
        case EventKind::leftover:
            return "leftover";
        case EventKind::orphans:
            return "orphans";
        case EventKind::backoff:
            return "backoff";
        case EventKind::failed:
            return "failed";
        case EventKind::logging:
            return "logging";
        case EventKind::stopping:
            return "stopping";
        case EventKind::waiting:
            return "waiting";
        case EventKind::stopped:
            return "stopped";
        case EventKind::applied:
            return "applied";
        case EventKind::refused:
            return "refused";
        case EventKind::upgraded:
            return "upgraded";
        case EventKind::finished:
            return "finished";
    }
    return "unknown";
}

std::string format_event(const Event& event, std::chrono::system_clock::time_point time,
                         std::size_t component_width) {
    std::string line =
        fmt::format("{} event={:<{}}", clock_time(time), to_string(event.kind), kind_width);
    if (!event.component.empty())
        line += fmt::format("  component={:<{}}", event.component, component_width);
    const char* separator = "  ";
    for (const auto& [key, value] : event.fields) {
        line += separator + key + '=' + quote_value(value);
        separator = " ";
    }
    line.resize(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

}  // namespace launcher
