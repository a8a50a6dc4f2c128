// Suggestions: near words are offered, far ones are not.
#include "launcher/config/nearest.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

constexpr std::array<std::string_view, 5> known{"command", "restart", "heap", "logging",
                                                "stop_grace_period"};

}  // namespace

TEST_CASE("one slip of any kind finds the word") {
    CHECK(launcher::nearest("comand", known) == "command");
    CHECK(launcher::nearest("commandd", known) == "command");
    CHECK(launcher::nearest("cammand", known) == "command");
    CHECK(launcher::nearest("ehap", known) == "heap");
    CHECK(launcher::nearest("stop_grace", known) == "stop_grace_period");
}

TEST_CASE("a far word is not offered") {
    CHECK_FALSE(launcher::nearest("image", known));
    CHECK_FALSE(launcher::nearest("", known));
    CHECK_FALSE(launcher::nearest("x", known));
    CHECK_FALSE(launcher::nearest(std::string(1'000'000, 'a'), known));
    CHECK_FALSE(launcher::nearest("heap", {}));
}

TEST_CASE("the nearer of two wins, and the first of equals") {
    constexpr std::array<std::string_view, 3> names{"sink1", "sink2", "sinkhole"};
    CHECK(launcher::nearest("sink", names) == "sink1");
    CHECK(launcher::nearest("sink22", names) == "sink2");
}

TEST_CASE("a suggestion is a question, or nothing") {
    CHECK(launcher::suggestion("restrt", known) == ", did you mean \"restart\"?");
    CHECK(launcher::suggestion("volumes", known).empty());
}
