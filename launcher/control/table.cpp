#include "launcher/control/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "launcher/observe/format.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

using Row = std::vector<std::string>;

constexpr const char* nothing = "-";

const json::object* part(const json::object& whole, std::string_view key) {
    const json::value* value = whole.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::int64_t> number(const json::object* whole, std::string_view key) {
    const json::value* value = whole == nullptr ? nullptr : whole->if_contains(key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    boost::system::error_code error;
    const auto read = value->to_number<std::int64_t>(error);
    return error ? std::nullopt : std::optional(read);
}

std::string text(const json::object* whole, std::string_view key) {
    const json::value* value = whole == nullptr ? nullptr : whole->if_contains(key);
    if (value == nullptr || !value->is_string()) return nothing;
    return quote_value({value->get_string().data(), value->get_string().size()});
}

std::string number_text(const json::object* whole, std::string_view key) {
    const auto value = number(whole, key);
    return value ? std::to_string(*value) : nothing;
}

std::string bytes_text(const json::object* whole, std::string_view key) {
    const auto value = number(whole, key);
    return value && *value >= 0 ? format_bytes(static_cast<std::uint64_t>(*value)) : nothing;
}

std::string since_text(const json::object& component) {
    const auto value = number(&component, "for_ms");
    if (!value) return nothing;
    // Tenths of a second are enough for people, and hours fit what they add up to.
    return format_duration(std::chrono::milliseconds(std::clamp<std::int64_t>(
        *value, 0, std::chrono::milliseconds(std::chrono::hours(24 * 365 * 100)).count())));
}

/// A process that runs need not be of use yet, or any more.
std::string state_text(const json::object& component) {
    const std::string state = text(&component, "state");
    const auto is_not = [&component](std::string_view key) {
        const json::value* value = component.if_contains(key);
        return value != nullptr && value->is_bool() && !value->get_bool();
    };
    if (state == "running" && is_not("ready")) return state + " (not ready)";
    if (state == "running" && is_not("healthy")) return state + " (unhealthy)";
    return state;
}

std::string exit_text(const json::object& component) {
    const json::object* exit = part(component, "last_exit");
    if (const auto status = number(exit, "status")) return "status " + std::to_string(*status);
    if (std::string signal = text(exit, "signal"); signal != nothing) return signal;
    if (exit != nullptr && exit->contains("unknown")) return "unknown";
    return text(exit, "error") == nothing ? nothing : "not started";
}

std::string cpus_text(const json::object& component, CpuTimes& now, const CpuTimes& before) {
    const auto cpu_time_ms = number(part(component, "process"), "cpu_time_ms");
    const auto at_ms = number(part(component, "process"), "age_ms");
    const auto pid = number(&component, "pid");
    if (!cpu_time_ms || !at_ms || !pid) return nothing;
    const std::string name = text(&component, "name");
    CpuTime since{.pid = *pid};
    if (const auto found = before.find(name); found != before.end() && found->second.pid == *pid)
        since = found->second;
    now[name] = {.pid = *pid, .cpu_time_ms = *cpu_time_ms, .at_ms = *at_ms};
    const std::int64_t elapsed_ms = *at_ms - since.at_ms;
    if (elapsed_ms <= 0) return nothing;
    return fmt::format("{:.2f}", static_cast<double>(*cpu_time_ms - since.cpu_time_ms) /
                                     static_cast<double>(elapsed_ms));
}

Row make_row(const json::object& component, Width width, CpuTimes& now, const CpuTimes& before) {
    const json::object* process = part(component, "process");
    Row row{text(&component, "name"),
            state_text(component),
            number_text(&component, "pid"),
            since_text(component),
            number_text(&component, "restarts"),
            exit_text(component),
            cpus_text(component, now, before),
            bytes_text(process, "rss_bytes")};
    if (width == Width::narrow) return row;
    const json::object* heap = process == nullptr ? nullptr : part(*process, "heap");
    row.insert(row.end(), {number_text(process, "threads"), number_text(process, "fds"),
                           bytes_text(heap, "size_bytes"), bytes_text(heap, "used_bytes"),
                           number_text(heap, "leases")});
    return row;
}

Row make_header(Width width) {
    Row header{"NAME", "STATE", "PID", "SINCE", "RESTARTS", "EXIT", "CPUS", "RSS"};
    if (width == Width::wide)
        header.insert(header.end(), {"THREADS", "FDS", "HEAP", "USED", "LEASES"});
    return header;
}

std::string align(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    std::string lines;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += fmt::format("{:<{}}  ", row[i], widths[i]);
        line.resize(line.find_last_not_of(' ') + 1);
        lines += line + '\n';
    }
    return lines;
}

}  // namespace

std::string format_table(const json::array& components, Width width, CpuTimes& before) {
    CpuTimes now;
    std::vector<Row> rows{make_header(width)};
    for (const json::value& component : components) {
        if (const json::object* object = component.if_object())
            rows.push_back(make_row(*object, width, now, before));
    }
    before = std::move(now);
    return align(rows);
}

}  // namespace launcher
