#include "launcher/config/read_stop.hpp"

#include <fmt/format.h>

#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "launcher/config/signal_name.hpp"

namespace launcher {
namespace {

constexpr std::size_t steps_max = 16;

void refuse_signal(const ValueReader& reader, const Entry& step, std::string what) {
    reader.refuse(step.key_position, "stop_sequence", std::move(what));
}

/// {SIGINT: 2s}, the only entry of its map.
void read_step(const ValueReader& reader, const Entry& step, std::vector<StopStep>& steps) {
    StopStep read;
    reader.read_duration(step, read.grace_period);
    auto number = parse_stop_signal(step.key);
    if (!number) return refuse_signal(reader, step, std::move(number.error()));
    read.signal = *number;
    steps.push_back(read);
}

/// The times of a sequence are added up.
bool is_too_long(const std::vector<StopStep>& steps) {
    Duration room = Duration::max();
    for (const StopStep& step : steps) {
        if (step.grace_period > room) return true;
        room -= step.grace_period;
    }
    return false;
}

void read_sequence(const ValueReader& reader, const Entry& entry, std::vector<StopStep>& steps) {
    const std::string expected =
        "a list of signals with times, such as [{SIGINT: 2s}, "
        "{SIGTERM: 2s}]";
    const std::vector<Node>& items = entry.value.items;
    if (entry.value.kind != Node::Kind::list || items.empty())
        return reader.refuse_kind(entry, expected);
    if (items.size() > steps_max)
        return reader.refuse(entry, fmt::format("more than {} signals", steps_max));
    std::vector<StopStep> read;
    for (const Node& item : items) {
        if (item.kind != Node::Kind::map || item.entries.size() != 1) {
            reader.refuse(item.position, entry.key,
                          "expected one signal with its time, such as {SIGINT: 2s}");
            continue;
        }
        read_step(reader, item.entries.front(), read);
    }
    if (is_too_long(read)) return reader.refuse(entry, "its times add up to more than 292 years");
    if (!read.empty()) steps = std::move(read);
}

}  // namespace

void read_stop_signal(const ValueReader& reader, const Entry& entry, int& signal) {
    const std::optional<std::string> text = reader.text(entry);
    if (!text) return;
    auto number = parse_stop_signal(*text);
    if (!number) return reader.refuse(entry, std::move(number.error()));
    signal = *number;
}

void read_stop(const ValueReader& reader, const StopKeys& keys, std::vector<StopStep>& steps) {
    if (keys.signal != nullptr) read_stop_signal(reader, *keys.signal, steps.front().signal);
    if (keys.grace_period != nullptr)
        reader.read_duration(*keys.grace_period, steps.front().grace_period);
    if (keys.sequence == nullptr) return;
    for (const Entry* other : {keys.signal, keys.grace_period}) {
        if (other == nullptr) continue;
        reader.refuse(other->key_position, other->key,
                      "stop_sequence says signals and times already, leave one of the two out");
    }
    read_sequence(reader, *keys.sequence, steps);
}

}  // namespace launcher
