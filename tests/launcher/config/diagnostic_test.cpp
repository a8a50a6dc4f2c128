// What a person gets to read, whatever bytes the mistake is about.
#include "launcher/config/diagnostic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using launcher::Diagnostic;
using launcher::Diagnostics;

TEST_CASE("a diagnostic is one line: file, line, column, key, words") {
    CHECK(Diagnostic{{"x.yaml", 4, 5}, "restrt", "unknown key"}.text() ==
          "x.yaml:4:5: restrt: unknown key");
    CHECK(Diagnostic{{"x.yaml", 1, 1}, "", "the file is empty"}.text() ==
          "x.yaml:1:1: the file is empty");
}

TEST_CASE("no control character of a file reaches the terminal") {
    const std::string text =
        Diagnostic{{"a\x1b[2J.yaml", 1, 1}, "k\ne\x07y", launcher::shown("\x1b]0;x\x07\n")}.text();
    CHECK(std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }));
    CHECK(text == "a\\x1b[2J.yaml:1:1: k\\ne\\x07y: \"\\x1b]0;x\\x07\\n\"");
}

TEST_CASE("long text is cut, and not within a character") {
    CHECK(launcher::shown(std::string(80, 'a')) == '"' + std::string(80, 'a') + '"');
    CHECK(launcher::shown(std::string(81, 'a')) == '"' + std::string(80, 'a') + "...\"");
    std::string text = "a";
    for (int i = 0; i < 80; ++i)
        text += "\xc3\xa4";
    CHECK(launcher::shown(text).size() == 1 + 79 + 4);
}

TEST_CASE("a mistake is told once and in the order of the lines, file by file") {
    Diagnostics diagnostics;
    diagnostics.add({{"b.yaml", 9, 1}, "k", "w"});
    diagnostics.add({{"a.yaml", 1, 1}, "k", "w"});
    diagnostics.add({{"b.yaml", 2, 7}, "k", "w"});
    diagnostics.add({{"b.yaml", 9, 1}, "k", "w"});
    diagnostics.add({{"b.yaml", 2, 3}, "k", "w"});
    const auto taken = diagnostics.take();
    REQUIRE(taken.size() == 4);
    CHECK(taken[0].place == launcher::Place{"b.yaml", 2, 3});
    CHECK(taken[1].place == launcher::Place{"b.yaml", 2, 7});
    CHECK(taken[2].place == launcher::Place{"b.yaml", 9, 1});
    CHECK(taken[3].place == launcher::Place{"a.yaml", 1, 1});
    CHECK(diagnostics.empty());
}

TEST_CASE("no more than the limit is collected") {
    Diagnostics diagnostics;
    for (int line = 1; line <= 100; ++line) {
        diagnostics.add({{"a.yaml", line, 1}, "k", "w"});
    }
    CHECK(diagnostics.full());
    CHECK(diagnostics.take().size() == Diagnostics::diagnostics_max);
}
