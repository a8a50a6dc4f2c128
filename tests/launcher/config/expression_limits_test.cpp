/// Which regular expressions are too large to be compiled.
#include "launcher/config/expression_limits.hpp"

#include <doctest/doctest.h>

#include <string>

namespace launcher {
namespace {

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i)
        result += text;
    return result;
}

bool is_refused(const std::string& expression) {
    return refusal_of_expression(expression).has_value();
}

TEST_CASE("an expression of usual size is none of our business, nor is what makes no sense") {
    for (const char* expression : {"",
                                   "^port [0-9]+( \\(tcp\\))?$",
                                   "(a|b)*c",
                                   "a{4000}",
                                   "a{0,4000}",
                                   "(a{60}){60}",
                                   "[]{99999}]{3}",
                                   "[^]{99999}]",
                                   "[[:alpha:]{99999}]",
                                   "\\{99999}",
                                   "(",
                                   ")",
                                   "((a)",
                                   "a)",
                                   "[",
                                   "[[:",
                                   "[[:a",
                                   "[^",
                                   "{",
                                   "a{",
                                   "a{,",
                                   "a{x}",
                                   "\\",
                                   "a**",
                                   "+",
                                   "a{3"}) {
        CAPTURE(expression);
        CHECK_FALSE(is_refused(expression));
    }
}

TEST_CASE("repetitions within each other multiply") {
    for (const char* expression :
         {"a{5000}", "a{5000,}", "a{,5000}", "a{0,5000}", "(a{70}){70}", "a{70}{70}",
          "((a{20}){20}){20}", "(((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+", "a++++++++++++++",
          "(x|a{70}b){70}", "((a{99}){99}", "a{99999999999999999999999}", "(){5000}",
          "([])]{70}){70}", "(\\){70}){70}"}) {
        CAPTURE(expression);
        CHECK(is_refused(expression));
    }
    CHECK(is_refused(repeated("a{999}", 5)));
    CHECK_FALSE(is_refused(repeated("a{999}", 4)));
    CHECK(refusal_of_expression("a{5000}") ==
          "more than 4096 pieces when all repetitions are written out, use * or smaller bounds");
}

TEST_CASE("parentheses within each other are counted, beside each other they are not") {
    CHECK_FALSE(is_refused(repeated("(", 32) + 'a' + repeated(")", 32)));
    CHECK(refusal_of_expression(repeated("(", 33) + 'a' + repeated(")", 33)) ==
          "more than 32 parentheses within each other");
    CHECK_FALSE(is_refused(repeated("(a)", 100)));
    CHECK_FALSE(is_refused(repeated("\\(", 100) + repeated("[(]", 100)));
}

TEST_CASE("the text of an expression is limited") {
    CHECK_FALSE(is_refused(std::string(1024, 'a')));
    CHECK(refusal_of_expression(std::string(1025, 'a')) == "an expression of more than 1024 bytes");
}

}  // namespace
}  // namespace launcher
