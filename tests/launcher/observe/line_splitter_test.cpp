/// Lines out of a byte stream.
#include "launcher/observe/line_splitter.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace launcher {
namespace {

struct Lines {
    LineSplitter splitter;
    std::vector<std::string> seen;

    void feed(std::string_view bytes) {
        splitter.feed(bytes, [this](std::string_view line, bool) { seen.emplace_back(line); });
    }
    void finish() {
        splitter.finish([this](std::string_view line, bool) { seen.emplace_back(line); });
    }
};

TEST_CASE("lines come out the same however the bytes arrive") {
    const std::string text = "one\n\ntwo words\nthree\nrest";
    const std::vector<std::string> expected = {"one", "", "two words", "three", "rest"};
    for (std::size_t step = 1; step <= text.size(); ++step) {
        Lines lines;
        for (std::size_t at = 0; at < text.size(); at += step)
            lines.feed(std::string_view(text).substr(at, step));
        lines.finish();
        CHECK(lines.seen == expected);
    }
}

TEST_CASE("a line without an end comes out at the end, and only then") {
    Lines lines;
    lines.feed("almost");
    CHECK(lines.seen.empty());
    lines.finish();
    CHECK(lines.seen == std::vector<std::string>{"almost"});
    lines.finish();
    CHECK(lines.seen.size() == 1);
}

TEST_CASE("a long line comes in pieces of the limit, and none of its bytes is lost") {
    constexpr std::size_t limit = LineSplitter::line_bytes_max;
    for (const std::size_t length : {limit - 1, limit, limit + 1, 10 * limit, 10 * limit + 7}) {
        for (const std::size_t step : {std::size_t{997}, limit, 3 * limit}) {
            const std::string line(length, 'x');
            const std::string text = line + "\nnext\n";
            Lines lines;
            for (std::size_t at = 0; at < text.size(); at += step)
                lines.feed(std::string_view(text).substr(at, step));
            REQUIRE(lines.seen.size() == (length + limit - 1) / limit + 1);
            std::string together;
            for (std::size_t i = 0; i + 1 < lines.seen.size(); ++i) {
                CHECK(lines.seen[i].size() <= limit);
                together += lines.seen[i];
            }
            CHECK(together == line);
            CHECK(lines.seen.back() == "next");
        }
    }
}

TEST_CASE("a piece of a long line ends between characters") {
    std::string line = "x";
    while (line.size() < 3 * LineSplitter::line_bytes_max)
        line += "\xe2\x82\xac";  // three bytes
    std::vector<std::string> seen;
    LineSplitter splitter;
    splitter.feed(line + "\n", [&](std::string_view piece, bool is_whole) {
        CHECK(is_whole == (seen.size() == 3));
        seen.emplace_back(piece);
    });
    REQUIRE(seen.size() == 4);
    for (std::size_t i = 1; i < seen.size(); ++i)
        CHECK(seen[i].starts_with("\xe2"));
    CHECK(seen[0] + seen[1] + seen[2] + seen[3] == line);
}

TEST_CASE("zero bytes and other binary pass unharmed") {
    Lines lines;
    lines.feed(std::string_view("a\0b\xff\n", 5));
    CHECK(lines.seen == std::vector<std::string>{std::string("a\0b\xff", 4)});
}

}  // namespace
}  // namespace launcher
