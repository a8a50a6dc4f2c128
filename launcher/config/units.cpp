// Both parsers take a number and a unit at a time and check every product and sum for overflow.
#include "launcher/config/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

#include "launcher/config/diagnostic.hpp"
#include "size_text.hpp"

namespace launcher {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 6> duration_units{{{"h", 3'600'000'000'000},
                                              {"m", 60'000'000'000},
                                              {"s", 1'000'000'000},
                                              {"ms", 1'000'000},
                                              {"us", 1'000},
                                              {"ns", 1}}};
constexpr std::string_view duration_units_text = "h, m, s, ms, us or ns";

constexpr std::string_view digits = "0123456789";

/// What both parsers say when the text is not made of digits and unit names alone.
struct Grammar {
    std::string_view noun;         ///< "a duration"
    std::string_view example;      ///< "1m30s"
    std::string_view common_unit;  ///< what a bare number may have meant
    std::string_view common_name;
    std::string_view units_text;
};
constexpr Grammar duration_grammar{"a duration", "200ms or 1m30s", "s", "seconds",
                                   duration_units_text};
constexpr Grammar size_grammar{"a size", "256MiB", "B", "bytes", shmheap::size_units_text};

using Failure = tl::unexpected<std::string>;

std::optional<std::string> complaint(std::string_view text, const Grammar& grammar) {
    if (text.empty()) {
        return fmt::format("empty, expected {} such as {}", grammar.noun, grammar.example);
    }
    if (text.front() == '-') return fmt::format("{} is negative", shown(text));
    if (text.find_first_not_of(digits) == std::string_view::npos) {
        return fmt::format("{} has no unit, write {}{} if {} are meant (units: {})", shown(text),
                           text.substr(0, shown_bytes_max), grammar.common_unit,
                           grammar.common_name, grammar.units_text);
    }
    if (text.find_first_of(".,") != std::string_view::npos) {
        return fmt::format("{} is not a whole number, write it in a smaller unit (units: {})",
                           shown(text), grammar.units_text);
    }
    if (digits.find(text.front()) == std::string_view::npos ||
        text.find_first_of(" \t\n") != std::string_view::npos) {
        return fmt::format("{} is not {}, write digits and a unit without a space, such as {}",
                           shown(text), grammar.noun, grammar.example);
    }
    return std::nullopt;
}

/// A number and its unit, taken from the front of `rest`; the units are written with letters.
struct Term {
    std::string_view number;
    std::string_view unit;
};

Term take_term(std::string_view& rest) {
    const std::size_t number_end = std::min(rest.find_first_not_of(digits), rest.size());
    const std::string_view number = rest.substr(0, number_end);
    rest.remove_prefix(number_end);
    const std::size_t unit_end = std::min(rest.find_first_of(digits), rest.size());
    const std::string_view unit = rest.substr(0, unit_end);
    rest.remove_prefix(unit_end);
    return {number, unit};
}

/// number × factor, or nothing when it does not fit.
std::optional<std::uint64_t> product(std::string_view number, std::uint64_t factor) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
    return value;
}

std::string unknown_unit(std::string_view text, const Term& term, const Grammar& grammar) {
    if (term.unit.empty()) {
        return fmt::format("{} ends without a unit (units: {})", shown(text), grammar.units_text);
    }
    return fmt::format("{} has the unknown unit {} (units: {})", shown(text), shown(term.unit),
                       grammar.units_text);
}

}  // namespace

tl::expected<Duration, std::string> parse_duration(std::string_view text) {
    if (auto wrong = complaint(text, duration_grammar)) return Failure(std::move(*wrong));
    std::uint64_t total = 0;
    auto larger = duration_units.begin();  // units that may still follow
    std::string_view rest = text;
    while (!rest.empty()) {
        const Term term = take_term(rest);
        const auto is_named = [&term](const Unit& unit) { return unit.name == term.unit; };
        const auto unit = std::find_if(duration_units.begin(), duration_units.end(), is_named);
        if (unit == duration_units.end()) {
            return Failure(unknown_unit(text, term, duration_grammar));
        }
        if (unit < larger) {
            return Failure(fmt::format(
                "{} must name each unit once, the larger first, such as 1m30s", shown(text)));
        }
        larger = unit + 1;
        const std::optional<std::uint64_t> part = product(term.number, unit->factor);
        if (!part || __builtin_add_overflow(total, *part, &total) ||
            total > static_cast<std::uint64_t>(Duration::max().count())) {
            return Failure(fmt::format("{} is too long, the most is 292 years", shown(text)));
        }
    }
    return Duration(static_cast<Duration::rep>(total));
}

tl::expected<std::uint64_t, std::string> parse_size(std::string_view text) {
    if (auto wrong = complaint(text, size_grammar)) return Failure(std::move(*wrong));
    std::string_view rest = text;
    const Term term = take_term(rest);
    const auto is_named = [&term](const auto& unit) { return unit.first == term.unit; };
    if (std::none_of(shmheap::size_units.begin(), shmheap::size_units.end(), is_named)) {
        return Failure(unknown_unit(text, term, size_grammar));
    }
    if (!rest.empty()) {
        return Failure(
            fmt::format("{} is more than one number, write one such as 1536MiB", shown(text)));
    }
    const std::optional<std::uint64_t> bytes = shmheap::parse_size(text);
    if (!bytes) return Failure(fmt::format("{} is too large", shown(text)));
    return *bytes;
}

}  // namespace launcher
