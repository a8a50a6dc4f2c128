#include "reaper/check_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "reaper/escape.hpp"
#include "reaper/size_text.hpp"
#include "reaper/time_text.hpp"

namespace reaper {
namespace {

enum class Kind { bytes, count, time };

struct Name {
    std::string_view text;
    Quantity quantity;
    Kind kind;
};

constexpr std::array<Name, quantity_count> names = {{
    {"free", Quantity::free, Kind::bytes},
    {"used", Quantity::used, Kind::bytes},
    {"size", Quantity::size, Kind::bytes},
    {"heaps", Quantity::heaps, Kind::count},
    {"live", Quantity::live, Kind::count},
    {"orphaned", Quantity::orphaned, Kind::count},
    {"orphaned-size", Quantity::orphaned_size, Kind::bytes},
    {"unknown", Quantity::unknown, Kind::count},
    {"damaged", Quantity::damaged, Kind::count},
    {"unreadable", Quantity::unreadable, Kind::count},
    {"other", Quantity::other, Kind::count},
    {"heap-used", Quantity::heap_used, Kind::bytes},
    {"references", Quantity::references, Kind::count},
    {"failures", Quantity::failures, Kind::count},
    {"deleted", Quantity::deleted, Kind::count},
    {"deleted-size", Quantity::deleted_size, Kind::bytes},
    {"oldest-lease", Quantity::oldest_lease, Kind::time},
}};

struct Unit {
    std::string_view text;
    Kind kind;
    double factor;
};

constexpr double kibi = 1024;
constexpr double second = 1e9;
constexpr std::array units = {
    Unit{"B", Kind::bytes, 1},
    Unit{"K", Kind::bytes, kibi},
    Unit{"KiB", Kind::bytes, kibi},
    Unit{"M", Kind::bytes, kibi* kibi},
    Unit{"MiB", Kind::bytes, kibi* kibi},
    Unit{"G", Kind::bytes, kibi* kibi* kibi},
    Unit{"GiB", Kind::bytes, kibi* kibi* kibi},
    Unit{"T", Kind::bytes, kibi* kibi* kibi* kibi},
    Unit{"TiB", Kind::bytes, kibi* kibi* kibi* kibi},
    Unit{"ms", Kind::time, second / 1000},
    Unit{"s", Kind::time, second},
    Unit{"m", Kind::time, 60 * second},
    Unit{"h", Kind::time, 3600 * second},
    Unit{"d", Kind::time, 24 * 3600 * second},
};

struct Operators {
    std::string_view text;
    Comparison::Operator value;
};
/// Those of two characters come first.
constexpr std::array operators = {
    Operators{"<=", Comparison::Operator::less_equal},
    Operators{">=", Comparison::Operator::greater_equal},
    Operators{"==", Comparison::Operator::equal},
    Operators{"!=", Comparison::Operator::not_equal},
    Operators{"<", Comparison::Operator::less},
    Operators{">", Comparison::Operator::greater},
    Operators{"=", Comparison::Operator::equal},
};

const Name& name_of(Quantity quantity) {
    return *std::find_if(names.begin(), names.end(),
                         [quantity](const Name& name) { return name.quantity == quantity; });
}

bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/// Reads a condition from left to right; stops at the first thing that is wrong.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    tl::expected<Condition, ConditionError> parse();

private:
    using Failed = tl::unexpected<ConditionError>;

    tl::expected<Comparison, ConditionError> comparison();
    std::optional<ConditionError> read_value(const Name& name, Comparison& comparison);
    std::optional<ConditionError> read_unit(const Name& name, Comparison& comparison);
    std::string_view word();
    void skip_spaces();
    [[nodiscard]] std::string found() const;
    [[nodiscard]] ConditionError wrong(std::size_t position, std::string message) const;

    std::string_view text_;
    std::size_t at_ = 0;
};

tl::expected<Condition, ConditionError> Parser::parse() {
    Condition condition;
    while (true) {
        auto next = comparison();
        if (!next) return Failed(next.error());
        condition.push_back(*next);
        skip_spaces();
        if (at_ == text_.size()) return condition;
        const std::size_t start = at_;
        if (word() != "and") {
            at_ = start;
            return Failed(wrong(start, "expected \"and\" or the end, found " + found()));
        }
    }
}

tl::expected<Comparison, ConditionError> Parser::comparison() {
    skip_spaces();
    const std::size_t start = at_;
    const std::string_view text = word();
    const auto name = std::find_if(names.begin(), names.end(),
                                   [text](const Name& each) { return each.text == text; });
    if (name == names.end()) {
        at_ = start;
        return Failed(wrong(
            start, "expected a quantity, found " + found() + "; the quantities are in shminfo(1)"));
    }
    Comparison comparison{.quantity = name->quantity};
    skip_spaces();
    const auto rest = text_.substr(at_);
    const auto known = std::find_if(operators.begin(), operators.end(), [rest](const auto& each) {
        return rest.starts_with(each.text);
    });
    if (known == operators.end())
        return Failed(wrong(at_, "expected < <= > >= = or !=, found " + found()));
    comparison.comparison = known->value;
    at_ += known->text.size();
    if (auto error = read_value(*name, comparison)) return Failed(std::move(*error));
    return comparison;
}

std::optional<ConditionError> Parser::read_value(const Name& name, Comparison& comparison) {
    skip_spaces();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_]))
        ++at_;
    if (at_ == start) return wrong(start, "expected a number, found " + found());
    if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
        ++at_;
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
    }
    const auto digits = text_.substr(start, at_ - start);
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), comparison.value);
    if (read.ec != std::errc{}) return wrong(start, "the number is too large");
    return read_unit(name, comparison);
}

std::optional<ConditionError> Parser::read_unit(const Name& name, Comparison& comparison) {
    const std::size_t after_number = at_;
    skip_spaces();
    const std::size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '%') {
        ++at_;
        if (name.kind != Kind::bytes)
            return wrong(start, fmt::format("{} has no percentage", name.text));
        comparison.is_share = true;
        return {};
    }
    const std::string_view text = word();
    if (text.empty() || text == "and") {
        at_ = after_number;
        if (name.kind == Kind::time && comparison.value != 0)
            return wrong(after_number, "expected a unit of time: ms, s, m, h or d");
        return {};
    }
    for (const Unit& unit : units) {
        if (unit.text != text || unit.kind != name.kind) continue;
        comparison.value *= unit.factor;
        return {};
    }
    at_ = start;
    constexpr std::array<const char*, 3> expected = {"%, B, K, M, G or T", "none",
                                                     "ms, s, m, h or d"};
    return wrong(start, fmt::format("{} is no unit of {}, which takes {}", found(), name.text,
                                    expected[static_cast<std::size_t>(name.kind)]));
}

std::string_view Parser::word() {
    const std::size_t start = at_;
    const auto belongs = [this, start] {
        return is_letter(text_[at_]) || (text_[at_] == '-' && at_ > start);
    };
    while (at_ < text_.size() && belongs())
        ++at_;
    return text_.substr(start, at_ - start);
}

void Parser::skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
        ++at_;
}

std::string Parser::found() const {
    const auto rest = text_.substr(at_);
    if (rest.empty()) return "the end";
    const auto end = rest.find_first_of(" \t<>=!", 1);
    return "\"" + escape(rest.substr(0, end)) + "\"";
}

ConditionError Parser::wrong(std::size_t position, std::string message) const {
    return {.column = position + 1, .message = std::move(message)};
}

double value_of(Quantity quantity, const Quantities& quantities) {
    return quantities[static_cast<std::size_t>(quantity)];
}

bool holds(const Comparison& comparison, const Quantities& quantities) {
    const double left = value_of(comparison.quantity, quantities);
    const double right = comparison.is_share
                             ? comparison.value / 100 * value_of(Quantity::size, quantities)
                             : comparison.value;
    switch (comparison.comparison) {
        case Comparison::Operator::less:
            return left < right;
        case Comparison::Operator::less_equal:
            return left <= right;
        case Comparison::Operator::greater:
            return left > right;
        case Comparison::Operator::greater_equal:
            return left >= right;
        case Comparison::Operator::equal:
            return left == right;
        case Comparison::Operator::not_equal:
            return left != right;
    }
    return false;
}

std::string quantity_text(const Name& name, const Quantities& quantities) {
    const double value = value_of(name.quantity, quantities);
    const auto whole = static_cast<std::uint64_t>(value);
    const auto size = static_cast<std::uint64_t>(value_of(Quantity::size, quantities));
    switch (name.kind) {
        case Kind::bytes:
            return fmt::format("{} is {} ({})", name.text, size_text(whole, SizeFormat::automatic),
                               percent_text(whole, size));
        case Kind::count:
            return fmt::format("{} is {}", name.text, whole);
        case Kind::time:
            return fmt::format("{} is {}", name.text, age_text(whole));
    }
    return {};
}

}  // namespace

tl::expected<Condition, ConditionError> parse_condition(std::string_view text) {
    return Parser(text).parse();
}

bool is_true(const Condition& condition, const Quantities& quantities) {
    return std::all_of(condition.begin(), condition.end(),
                       [&](const Comparison& comparison) { return holds(comparison, quantities); });
}

bool asks_for(const Condition& condition, Quantity quantity) {
    return std::any_of(condition.begin(), condition.end(),
                       [quantity](const Comparison& each) { return each.quantity == quantity; });
}

std::string quantities_text(const Condition& condition, const Quantities& quantities) {
    std::string text;
    for (const Comparison& comparison : condition) {
        if (!text.empty()) text += ", ";
        text += quantity_text(name_of(comparison.quantity), quantities);
    }
    return text;
}

}  // namespace reaper
