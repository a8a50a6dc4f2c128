// ${…}: each form, what is left alone, and what is refused.
#include "launcher/config/expand.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

std::optional<std::string> lookup(std::string_view name) {
    static const std::map<std::string, std::string, std::less<>> variables = {
        {"RATE", "2M"},
        {"EMPTY", ""},
        {"_x1", "y"},
        {"TRICK", "${RATE}"},
        {"LONG", std::string(100'000, 'x')}};
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
}

tl::expected<std::string, std::string> expanded(std::string_view text) {
    return launcher::expand(text, lookup, "siggen");
}

}  // namespace

TEST_CASE("a variable is replaced by its value, an empty one too") {
    CHECK(expanded("${RATE}").value() == "2M");
    CHECK(expanded("a${RATE}b${_x1}c").value() == "a2Mbyc");
    CHECK(expanded("<${EMPTY}>").value() == "<>");
}

TEST_CASE("a default stands in for what is unset or empty") {
    CHECK(expanded("${NONE:-4M}").value() == "4M");
    CHECK(expanded("${EMPTY:-4M}").value() == "4M");
    CHECK(expanded("${RATE:-4M}").value() == "2M");
    CHECK(expanded("<${NONE:-}>").value() == "<>");
    CHECK(expanded("${NONE:-a:-b}").value() == "a:-b");
}

TEST_CASE("a default may hold another expansion, which counts only where it is used") {
    CHECK(expanded("${NONE:-${RATE}}").value() == "2M");
    CHECK(expanded("${NONE:-${EMPTY:-<${component.name}>}}").value() == "<siggen>");
    CHECK(expanded("${RATE:-${NONE}}").value() == "2M");
    CHECK(expanded("${NONE:-$${RATE}}").value() == "${RATE}");
}

TEST_CASE("a required variable is asked for in the words of the writer") {
    CHECK(expanded("${RATE:?set a rate}").value() == "2M");
    CHECK(expanded("${NONE:?set a rate}").error() ==
          "environment variable \"NONE\" is not set: \"set a rate\"");
    CHECK(expanded("${EMPTY:?}").error() ==
          "environment variable \"EMPTY\" is not set: it is required");
}

TEST_CASE("an unset variable without a default is an error with a remedy") {
    CHECK(expanded("${NONE}").error() ==
          "environment variable \"NONE\" is not set, set it or write ${NONE:-default}");
}

TEST_CASE("the component's name is known within a component only") {
    CHECK(expanded("logs/${component.name}.log").value() == "logs/siggen.log");
    CHECK(launcher::expand("${component.name}", lookup, "").error() ==
          "${component.name} has a value only within a component");
    CHECK(expanded("${component.nane}").error() ==
          "\"component.nane\" is unknown, only ${component.name} can be asked for");
}

TEST_CASE("a dollar sign without a brace is left alone, and a doubled one makes a literal") {
    for (const char* text :
         {"$RATE", "$", "$$", "a$", "$(date)", "$ {RATE}", "100$ {x}", "{RATE}", "}", "$$RATE"}) {
        CAPTURE(text);
        CHECK(expanded(text).value() == text);
    }
    CHECK(expanded("$${RATE}").value() == "${RATE}");
    CHECK(expanded("$$${RATE}").value() == "$${RATE}");
    CHECK(expanded("$${").value() == "${");
    CHECK(expanded("$${RATE}${RATE}").value() == "${RATE}2M");
}

TEST_CASE("a value is not expanded again") {
    CHECK(expanded("${TRICK}").value() == "${RATE}");
}

TEST_CASE("any other form is refused") {
    for (const char* text : {"${}", "${1A}", "${A B}", "${RATE-x}", "${RATE?x}", "${RATE:+x}",
                             "${RATE:x}", "${RATE:}", "${ RATE}", "${a.b}", "${R\xc3\xa4}"}) {
        CAPTURE(text);
        REQUIRE_FALSE(expanded(text).has_value());
        CHECK(expanded(text).error().find("is none of ${VAR}, ${VAR:-default}") !=
              std::string::npos);
    }
}

TEST_CASE("an expansion that is never closed is refused") {
    for (const char* text : {"${", "${RATE", "x${RATE:-${RATE}", "${RATE:-$${RATE}"}) {
        CAPTURE(text);
        REQUIRE_FALSE(expanded(text).has_value());
        CHECK(expanded(text).error() == "${ is never closed by }, write $${ for a literal ${");
    }
}

TEST_CASE("defaults within defaults end at a limit") {
    std::string text = "x";
    for (int i = 0; i < 8; ++i)
        text = "${NONE:-" + text + "}";
    CHECK(expanded(text).value() == "x");
    CHECK(expanded("${NONE:-" + text + "}").error() ==
          "defaults within defaults are nested too deeply");
}

TEST_CASE("a value longer than one argument may be is refused") {
    CHECK(expanded("${LONG}").value().size() == 100'000);
    CHECK(expanded(std::string(launcher::value_bytes_max, 'x')).has_value());
    for (const std::string& text :
         {std::string("${LONG}${LONG}"), std::string(launcher::value_bytes_max + 1, 'x')}) {
        REQUIRE_FALSE(expanded(text).has_value());
        CHECK(expanded(text).error().starts_with("longer than 128 KiB"));
    }
}
