/// Finds a pattern in a line of output. Plain text, or an extended regular expression of the C
/// library, whose matching needs no stack that grows with the line. Any bytes are a line. Values; a
/// matcher serves one thread at a time.
#pragma once

#include <regex.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "launcher/config/descriptor.hpp"

namespace launcher {

class LineMatcher {
public:
    /// Looked at of each line; what says that a program is ready stands at the beginning.
    static constexpr std::size_t looked_at_bytes_max = 4096;

    /// Fails with what is wrong with the expression, in words.
    static tl::expected<LineMatcher, std::string> compile(const LinePattern& pattern) {
        LineMatcher matcher;
        if (!pattern.is_regex) {
            matcher.text_ = pattern.text;
            return matcher;
        }
        auto expression = std::make_unique<regex_t>();
        const int error = regcomp(expression.get(), pattern.text.c_str(), REG_EXTENDED | REG_NOSUB);
        if (error != 0) {
            std::array<char, 128> words{};
            regerror(error, expression.get(), words.data(), words.size());
            return tl::unexpected(std::string(words.data()));
        }
        matcher.expression_.reset(expression.release());
        return matcher;
    }

    [[nodiscard]] bool matches(std::string_view line) const {
        line = line.substr(0, looked_at_bytes_max);
        if (!expression_) return line.find(text_) != std::string_view::npos;
        regmatch_t range{};
        range.rm_eo = static_cast<regoff_t>(line.size());
        return regexec(expression_.get(), line.data(), 1, &range, REG_STARTEND) == 0;
    }

private:
    struct Free {
        void operator()(regex_t* expression) const {
            regfree(expression);
            delete expression;
        }
    };

    LineMatcher() = default;

    std::string text_;
    std::unique_ptr<regex_t, Free> expression_;
};

}  // namespace launcher
