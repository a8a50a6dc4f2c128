#include "launcher/config/read_ready.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "launcher/config/expression_limits.hpp"
#include "launcher/config/line_matcher.hpp"

namespace launcher {
namespace {

constexpr unsigned fd_min = 3;
constexpr unsigned fd_max = 255;

/// Text as it is, or an expression between slashes.
void read_log_line(const ValueReader& reader, const Entry& entry, Readiness& ready) {
    const std::optional<std::string> text = reader.filled_text(entry);
    if (!text) return;
    LinePattern pattern{.text = *text};
    if (text->size() > 2 && text->front() == '/' && text->back() == '/')
        pattern = {.text = text->substr(1, text->size() - 2), .is_regex = true};
    if (pattern.is_regex) {
        if (const auto refusal = refusal_of_expression(pattern.text))
            return reader.refuse(entry, *refusal);
    }
    const auto matcher = LineMatcher::compile(pattern);
    if (!matcher) {
        return reader.refuse(entry, fmt::format("{} is no regular expression: {}",
                                                shown(pattern.text), matcher.error()));
    }
    ready.log_line = std::move(pattern);
}

void read_fd(const ValueReader& reader, const Entry& entry, Readiness& ready) {
    unsigned number = 0;
    reader.read_count(entry, number);
    if (number == 0) return;  // that has been told
    if (number < fd_min || number > fd_max) {
        return reader.refuse(entry, fmt::format("{} is not a descriptor from {} to {}; 0, 1 and 2 "
                                                "are standard input and output",
                                                number, fd_min, fd_max));
    }
    ready.fd = static_cast<int>(number);
}

constexpr std::array<KeyRule<Readiness>, 3> ready_keys{{
    {"log_line", read_log_line},
    {"fd", read_fd},
    {"timeout", [](const ValueReader& reader, const Entry& entry,
                   Readiness& ready) { reader.read_duration(entry, ready.timeout); }},
}};

}  // namespace

void read_ready(const ValueReader& reader, const Entry& entry, Readiness& ready) {
    reader.read_map(entry, ready_keys, ready);
    if (ready.log_line && ready.fd)
        reader.refuse(entry, "log_line and fd exclude each other, leave one of the two out");
}

namespace {

/// A oneshot runs once, and its end says everything.
void check_oneshot(const ValueReader& reader, const Entry& component,
                   const Descriptor& descriptor) {
    for (const std::string_view key : {"ready", "healthcheck", "watchdog"}) {
        if (const Entry* const entry = component.value.find(key))
            reader.refuse(entry->key_position, entry->key,
                          "a component of type oneshot is ready when it has completed, leave this "
                          "out");
    }
    const Entry* const restart = component.value.find("restart");
    if (restart != nullptr && descriptor.restart.policy == RestartPolicy::always)
        reader.refuse(restart->key_position, restart->key,
                      "a component of type oneshot never completes with policy always, write "
                      "on-failure");
}

}  // namespace

void check_readiness(const ValueReader& reader, const Entry& component,
                     const Descriptor& descriptor) {
    if (descriptor.type == ComponentType::oneshot) check_oneshot(reader, component, descriptor);
    const Entry* const ready = component.value.find("ready");
    const Entry* const type = component.value.find("type");
    if (ready == nullptr) return;
    const bool has_means = descriptor.ready.log_line || descriptor.ready.fd;
    if (descriptor.type == ComponentType::notify && has_means && type != nullptr) {
        reader.refuse(ready->key_position, ready->key,
                      "a component of type notify says itself when it is ready, leave log_line and "
                      "fd out");
    }
    const bool is_whole = ready->value.find("log_line") == nullptr &&
                          ready->value.find("fd") == nullptr &&
                          ready->value.kind == Node::Kind::map;
    if (descriptor.type == ComponentType::simple && is_whole)
        reader.refuse(*ready,
                      "does not say what to wait for, write log_line or fd, or type: notify");
    if (descriptor.ready.log_line && descriptor.logging.path) {
        reader.refuse(*ready,
                      "log_line is looked for in captured output, and logging.path sends it to a "
                      "file; leave that out, or write fd or type: notify");
    }
}

std::vector<Vocabulary> ready_vocabulary() {
    return {vocabulary_of("ready", ready_keys, &KeyRule<Readiness>::key)};
}

}  // namespace launcher
