// Every refusal names what was found and what was expected.
#include "launcher/config/value_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "launcher/config/units.hpp"

namespace launcher {

std::string described(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::scalar:
            return shown(node.text);
        case Node::Kind::list:
            return "a list";
        case Node::Kind::map:
            return "a map";
    }
    return {};
}

void ValueReader::refuse(const Position& position, std::string_view key, std::string what) const {
    context_.diagnostics.add({position.place(), std::string(key), std::move(what)});
}

void ValueReader::refuse(const Entry& entry, std::string what) const {
    refuse(entry.value.position, entry.key, std::move(what));
}

void ValueReader::refuse_kind(const Entry& entry, std::string_view expected) const {
    refuse(entry, fmt::format("expected {}, found {}", expected, described(entry.value)));
}

void ValueReader::refuse_key(const Entry& entry, std::span<const std::string_view> known) const {
    std::string remedy = suggestion(entry.key, known);
    if (remedy.empty()) remedy = fmt::format(", known here: {}", fmt::join(known, ", "));
    refuse(entry.key_position, entry.key, "unknown key" + remedy);
}

void ValueReader::refuse_word(const Entry& entry, std::string_view word,
                              std::span<const std::string_view> known) const {
    refuse(entry, fmt::format("{} is none of {}{}", shown(word), fmt::join(known, ", "),
                              suggestion(word, known)));
}

std::optional<std::string> ValueReader::text(std::string_view key, const Node& node) const {
    if (node.kind != Node::Kind::scalar) {
        refuse(node.position, key, fmt::format("expected text, found {}", described(node)));
        return std::nullopt;
    }
    auto expanded = expand(node.text, context_.environment, component_);
    if (!expanded) {
        refuse(node.position, key, std::move(expanded.error()));
        return std::nullopt;
    }
    context_.expanded_bytes += expanded->size();
    if (context_.expanded_bytes > expanded_bytes_max) {
        refuse(node.position, key, "all values together are longer than 64 MiB once expanded");
        return std::nullopt;
    }
    return std::move(*expanded);
}

std::optional<std::string> ValueReader::filled_text(const Entry& entry) const {
    std::optional<std::string> value = text(entry);
    if (!value || !value->empty()) return value;
    refuse(entry, "must not be empty");
    return std::nullopt;
}

void ValueReader::read_duration(const Entry& entry, Duration& target) const {
    const std::optional<std::string> value = text(entry);
    if (!value) return;
    auto duration = parse_duration(*value);
    if (!duration) return refuse(entry, std::move(duration.error()));
    target = *duration;
}

void ValueReader::read_size(const Entry& entry, std::optional<std::uint64_t>& target) const {
    const std::optional<std::string> value = text(entry);
    if (!value) return;
    auto size = parse_size(*value);
    if (!size) return refuse(entry, std::move(size.error()));
    target = *size;
}

void ValueReader::read_count(const Entry& entry, unsigned& target) const {
    const std::optional<std::string> value = text(entry);
    if (!value) return;
    unsigned count = 0;
    const char* const end = value->data() + value->size();
    const auto [stop, error] = std::from_chars(value->data(), end, count);
    if (error != std::errc{} || stop != end || count == 0) {
        return refuse(entry, fmt::format("{} is not a whole number from 1 to {}", shown(*value),
                                         std::numeric_limits<unsigned>::max()));
    }
    target = count;
}

void ValueReader::read_number(const Entry& entry, Range range, double& target) const {
    const std::optional<std::string> value = text(entry);
    if (!value) return;
    double number = 0;
    const char* const end = value->data() + value->size();
    const auto [stop, error] =
        std::from_chars(value->data(), end, number, std::chars_format::fixed);
    // Written so that what is no number at all ("nan") is not within any bounds either.
    if (error != std::errc{} || stop != end || !(number >= range.min && number <= range.max)) {
        return refuse(entry, fmt::format("{} is not a number from {} to {}", shown(*value),
                                         range.min, range.max));
    }
    target = number;
}

void ValueReader::read_bool(const Entry& entry, bool& target) const {
    constexpr std::array<Choice<bool>, 2> choices{{{"true", true}, {"false", false}}};
    read_choice(entry, choices, target);
}

}  // namespace launcher
