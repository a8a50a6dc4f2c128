#include "launcher/config/expression_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace launcher {
namespace {

constexpr std::size_t beyond = expression_pieces_max + 1;  // how far is told apart

/// Counts the pieces of an expression, a group being one more than what is in it. Alternatives are
/// pieces of their group like all else.
class PieceCounter {
public:
    explicit PieceCounter(std::string_view expression) : rest_(expression) {}

    void run() {
        while (!rest_.empty())
            step();
        while (open_.size() > 1)
            close_group();
    }

    [[nodiscard]] std::size_t pieces() const { return std::min(open_.front() + last_, beyond); }
    [[nodiscard]] std::size_t depth() const { return depth_; }

private:
    void step() {
        const char first = rest_.front();
        if (first == '*' || first == '?') return skip(1);
        if (first == '+') return repeat(2, 1);
        if (first == '{') return read_bounds();
        if (first == '(') return open_group();
        if (first == ')' && open_.size() > 1) {
            skip(1);
            return close_group();
        }
        add(1);
        if (first == '[') return skip_bracket();
        skip(first == '\\' ? 2 : 1);
    }

    void skip(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }

    /// The piece before has no repetition that comes later: from now on this one may.
    void add(std::size_t pieces) {
        open_.back() = std::min(open_.back() + last_, beyond);
        last_ = pieces;
    }

    void repeat(std::size_t times, std::size_t length) {
        last_ = std::min(last_ * std::min(times, beyond), beyond);
        skip(length);
    }

    void open_group() {
        add(0);
        open_.push_back(0);
        depth_ = std::max(depth_, open_.size() - 1);
        skip(1);
    }

    void close_group() {
        add(0);
        last_ = std::min(open_.back() + 1, beyond);
        open_.pop_back();
    }

    /// {m}, {m,}, {,n} and {m,n}; what is none of them is text or a mistake.
    void read_bounds() {
        std::size_t times = 1;
        std::size_t at = 1;
        while (at < rest_.size() && rest_[at] != '}') {
            std::size_t number = 0;
            const char* const begin = rest_.data() + at;
            const auto read = std::from_chars(begin, rest_.data() + rest_.size(), number);
            if (read.ec == std::errc::result_out_of_range) number = beyond;
            times = std::max(times, std::min(number, beyond) + 1);
            at += std::max<std::size_t>(1, static_cast<std::size_t>(read.ptr - begin));
        }
        repeat(times, at + 1);
    }

    /// A bracket that stands first, or in [:alpha:] and its kind, ends nothing.
    void skip_bracket() {
        std::size_t at = 1;
        if (at < rest_.size() && rest_[at] == '^') ++at;
        if (at < rest_.size() && rest_[at] == ']') ++at;
        while (at < rest_.size() && rest_[at] != ']') {
            const bool is_class =
                rest_[at] == '[' && at + 1 < rest_.size() &&
                std::string_view(":.=").find(rest_[at + 1]) != std::string_view::npos;
            if (is_class) {
                const char end[] = {rest_[at + 1], ']'};
                at = std::min(rest_.find(std::string_view(end, 2), at + 2), rest_.size() - 1) + 1;
            }
            ++at;
        }
        skip(at + 1);
    }

    std::string_view rest_;
    std::vector<std::size_t> open_ = {0};  // pieces of each group that is open, but for the last
    std::size_t last_ = 0;                 // pieces of the last, which may be repeated
    std::size_t depth_ = 0;
};

/// A back-reference makes the time that matching takes grow without bounds.
bool has_back_reference(std::string_view expression) {
    for (std::size_t i = 0; i + 1 < expression.size(); ++i) {
        if (expression[i] != '\\') continue;
        if (expression[i + 1] >= '1' && expression[i + 1] <= '9') return true;
        ++i;
    }
    return false;
}

}  // namespace

std::optional<std::string> refusal_of_expression(std::string_view expression) {
    if (expression.size() > expression_bytes_max)
        return fmt::format("an expression of more than {} bytes", expression_bytes_max);
    if (has_back_reference(expression)) return "back-references such as \\1 are not supported";
    PieceCounter counter(expression);
    counter.run();
    if (counter.depth() > expression_depth_max)
        return fmt::format("more than {} parentheses within each other", expression_depth_max);
    if (counter.pieces() > expression_pieces_max) {
        return fmt::format(
            "more than {} pieces when all repetitions are written out, use * or "
            "smaller bounds",
            expression_pieces_max);
    }
    return std::nullopt;
}

}  // namespace launcher
