/// LineMatcher: text and regular expressions in lines of any bytes.
#include "launcher/config/line_matcher.hpp"

#include <doctest/doctest.h>

#include <string>

namespace launcher {
namespace {

bool matches(const LinePattern& pattern, std::string_view line) {
    const auto matcher = LineMatcher::compile(pattern);
    REQUIRE(matcher);
    return matcher->matches(line);
}

TEST_CASE("text is found anywhere, and means nothing but itself") {
    CHECK(matches({.text = "up"}, "now up and running"));
    CHECK_FALSE(matches({.text = "u.p"}, "u-p"));
    CHECK_FALSE(matches({.text = "up"}, ""));
}

TEST_CASE("an expression is an extended one") {
    const LinePattern port{.text = "^port [0-9]+( \\(tcp\\))?$", .is_regex = true};
    CHECK(matches(port, "port 80"));
    CHECK(matches(port, "port 80 (tcp)"));
    CHECK_FALSE(matches(port, "port 8a"));
    CHECK_FALSE(matches(port, " port 80"));
    const auto broken = LineMatcher::compile({.text = "(a", .is_regex = true});
    CHECK_FALSE(broken.has_value());
}

TEST_CASE("a line may hold any bytes, and only its beginning is looked at") {
    using namespace std::string_view_literals;
    CHECK(matches({.text = "b", .is_regex = true}, "a\0b"sv));
    CHECK(matches({.text = "b"}, "a\0\xff\xfe b"sv));
    const std::string far = std::string(LineMatcher::looked_at_bytes_max, 'x') + "ready";
    CHECK_FALSE(matches({.text = "ready"}, far));
    CHECK_FALSE(matches({.text = "ready", .is_regex = true}, far));
}

TEST_CASE("a long line costs no stack") {
    const std::string line(64UL << 10, 'a');
    CHECK(matches({.text = "(a|aa)*(b|a)", .is_regex = true}, line));
}

}  // namespace
}  // namespace launcher
