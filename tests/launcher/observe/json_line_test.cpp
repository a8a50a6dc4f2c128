/// Lines as JSON: what is said of them, and that no byte is lost.
#include "launcher/observe/json_line.hpp"

#include <doctest/doctest.h>

namespace launcher {
namespace {

std::string object(std::string_view message, bool partial = false) {
    std::string out;
    append_json_line(out, {"T", "a", message, partial});
    return out;
}

TEST_CASE("a line is an object with time, component and message") {
    CHECK(object("text") == R"({"time":"T","component":"a","message":"text"})"
                            "\n");
    CHECK(object("") == R"({"time":"T","component":"a","message":""})"
                        "\n");
}

TEST_CASE("what JSON does not take as it is, is escaped") {
    CHECK(object("\"q\" \\ \t\r\n\x1b\x7f") ==
          R"({"time":"T","component":"a","message":"\"q\" \\ \t\r\n\u001b\u007f"})"
          "\n");
    CHECK(object(std::string_view("a\0b", 3)) ==
          R"({"time":"T","component":"a","message":"a\u0000b"})"
          "\n");
}

TEST_CASE("UTF-8 passes; of anything else each byte is the character of its number") {
    CHECK(object("gr\xc3\xbc\xc3\x9f") ==
          "{\"time\":\"T\",\"component\":\"a\",\"message\":\"gr\xc3\xbc\xc3\x9f\"}\n");
    // Half a character, an overlong one, a surrogate.
    CHECK(object("\xc3") ==
          "{\"time\":\"T\",\"component\":\"a\",\"message\":\"\\u00c3\",\"encoding\":\"latin1\"}\n");
    CHECK(object("\xc0\x80").find("\\u00c0\\u0080\",\"encoding\":\"latin1\"") != std::string::npos);
    CHECK(object("\xed\xa0\x80").find("\\u00ed\\u00a0\\u0080") != std::string::npos);
}

TEST_CASE("a message that no newline followed says so") {
    CHECK(object("rest", true) == R"({"time":"T","component":"a","message":"rest","partial":true})"
                                  "\n");
}

TEST_CASE("times are UTC with microseconds") {
    using namespace std::chrono;
    CHECK(rfc3339_utc(system_clock::time_point{}) == "1970-01-01T00:00:00.000000Z");
    CHECK(rfc3339_utc(system_clock::time_point(microseconds(1'769'860'800'000'042))) ==
          "2026-01-31T12:00:00.000042Z");
}

}  // namespace
}  // namespace launcher
