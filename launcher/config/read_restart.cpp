#include "launcher/config/read_restart.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string>
#include <system_error>

#include "launcher/config/signal_name.hpp"

namespace launcher {
namespace {

/// With a window, the moment of every restart within it is kept.
constexpr unsigned attempts_in_window_max = 10'000;
constexpr double factor_max = 100;
constexpr int status_max = 255;

constexpr std::array<Choice<RestartPolicy>, 5> policies{
    {{"no", RestartPolicy::no},
     {"always", RestartPolicy::always},
     {"on-failure", RestartPolicy::on_failure},
     {"on-abnormal", RestartPolicy::on_abnormal},
     {"on-watchdog", RestartPolicy::on_watchdog}}};

void read_window(const ValueReader& reader, const Entry& entry, Restart& restart) {
    Duration window{};
    reader.read_duration(entry, window);
    if (window == window.zero()) return reader.refuse(entry, "a window of no time counts nothing");
    restart.window = window;
}

constexpr std::array<KeyRule<Restart>, 8> restart_keys{{
    {"policy", [](const ValueReader& reader, const Entry& entry,
                  Restart& restart) { reader.read_choice(entry, policies, restart.policy); }},
    {"delay", [](const ValueReader& reader, const Entry& entry,
                 Restart& restart) { reader.read_duration(entry, restart.delay); }},
    {"max_delay", [](const ValueReader& reader, const Entry& entry,
                     Restart& restart) { reader.read_duration(entry, restart.delay_max); }},
    {"factor",
     [](const ValueReader& reader, const Entry& entry, Restart& restart) {
         reader.read_number(entry, Range{1, factor_max}, restart.factor);
     }},
    {"jitter",
     [](const ValueReader& reader, const Entry& entry, Restart& restart) {
         reader.read_number(entry, Range{0, 1}, restart.jitter);
     }},
    {"reset_after", [](const ValueReader& reader, const Entry& entry,
                       Restart& restart) { reader.read_duration(entry, restart.reset_after); }},
    {"max_attempts", [](const ValueReader& reader, const Entry& entry,
                        Restart& restart) { reader.read_count(entry, restart.attempts_max); }},
    {"window", read_window},
}};

/// A status by its number, or a signal by its name.
void read_success_exit(const ValueReader& reader, const Entry& entry, const Node& item,
                       SuccessExits& success) {
    const std::optional<std::string> text = reader.text(entry.key, item);
    if (!text) return;
    int status = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, status);
    if (error == std::errc{} && stop == end && status >= 0 && status <= status_max) {
        success.statuses.push_back(status);
        return;
    }
    auto number = parse_signal(*text);
    if (!number) {
        return reader.refuse(item.position, entry.key,
                             fmt::format("{} is neither an exit status from 0 to {} nor the name "
                                         "of a signal such as SIGTERM",
                                         shown(*text), status_max));
    }
    success.signals.push_back(*number);
}

}  // namespace

void read_restart(const ValueReader& reader, const Entry& entry, Restart& restart) {
    reader.read_map(entry, restart_keys, restart);
    const Entry* const delay = entry.value.find("delay");
    if (delay != nullptr && restart.delay > restart.delay_max) {
        const Entry* const delay_max = entry.value.find("max_delay");
        reader.refuse(*delay, fmt::format("longer than max_delay, which is {}",
                                          delay_max != nullptr ? described(delay_max->value)
                                                               : "30s by default"));
    }
    const Entry* const attempts = entry.value.find("max_attempts");
    if (attempts != nullptr && restart.window && restart.attempts_max > attempts_in_window_max) {
        reader.refuse(*attempts,
                      fmt::format("more than {} within a window are not counted; without window "
                                  "the limit is for restarts in a row",
                                  attempts_in_window_max));
    }
}

void read_success_exits(const ValueReader& reader, const Entry& entry, SuccessExits& success) {
    if (entry.value.kind != Node::Kind::list) return reader.refuse_kind(entry, "a list");
    success = {};
    for (const Node& item : entry.value.items)
        read_success_exit(reader, entry, item, success);
}

std::vector<Vocabulary> restart_vocabulary() {
    return {vocabulary_of("restart", restart_keys, &KeyRule<Restart>::key),
            vocabulary_of("restart.policy", policies, &Choice<RestartPolicy>::word)};
}

}  // namespace launcher
