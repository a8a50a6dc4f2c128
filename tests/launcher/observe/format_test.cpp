/// How sizes, durations, signals and values are spelt.
#include "launcher/observe/format.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace launcher {
namespace {

using namespace std::chrono_literals;

TEST_CASE("sizes have one decimal and a binary unit") {
    CHECK(format_bytes(0) == "0B");
    CHECK(format_bytes(1023) == "1023B");
    CHECK(format_bytes(1024) == "1.0KiB");
    CHECK(format_bytes(67'213'722) == "64.1MiB");
    CHECK(format_bytes((std::uint64_t{1} << 30) - 1) == "1.0GiB");
    CHECK(format_bytes(~std::uint64_t{0}) == "16.0EiB");
}

TEST_CASE("durations have one decimal at most") {
    CHECK(format_duration(0s) == "0s");
    CHECK(format_duration(400us) == "0.4ms");
    CHECK(format_duration(200ms) == "200ms");
    CHECK(format_duration(1707ms) == "1.7s");
    CHECK(format_duration(30s) == "30s");
    CHECK(format_duration(999'960us) == "1s");
    CHECK(format_duration(125s) == "2m5s");
    CHECK(format_duration(26h + 3min) == "26h3m");
    CHECK(format_duration(-5s) == "0s");
}

TEST_CASE("signals have names") {
    CHECK(format_signal(SIGSEGV) == "SIGSEGV");
    CHECK(format_signal(SIGKILL) == "SIGKILL");
    CHECK(format_signal(SIGRTMIN) == "SIGRTMIN");
    CHECK(format_signal(SIGRTMIN + 3) == "SIGRTMIN+3");
    CHECK(format_signal(4711) == "signal 4711");
}

TEST_CASE("a value that is no plain word is quoted, and steers no terminal") {
    CHECK(quote_value("plain-word/1.5") == "plain-word/1.5");
    CHECK(quote_value("") == "\"\"");
    CHECK(quote_value("two words") == "\"two words\"");
    CHECK(quote_value("a=b") == "\"a=b\"");
    CHECK(quote_value("say \"\\\"") == R"("say \"\\\"")");
    CHECK(quote_value("a\nb\x1b[2J\x7f") == R"("a\nb\x1b[2J\x7f")");
    CHECK(quote_value("größe") == "größe");
    CHECK(quote_value("a\u009b2J\u0080\u00a0") == "\"a\\u009b2J\\u0080\u00a0\"");
    CHECK(quote_value("a\x9b\xff") == R"("a\x9b\xff")");
}

}  // namespace
}  // namespace launcher
