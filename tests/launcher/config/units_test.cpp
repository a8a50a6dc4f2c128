// Durations and sizes: every unit, every refusal, and the edges of what fits.
#include "launcher/config/units.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using launcher::Duration;
using launcher::parse_duration;
using launcher::parse_size;

TEST_CASE("a duration is a number with any of six units") {
    CHECK(parse_duration("7ns").value() == 7ns);
    CHECK(parse_duration("7us").value() == 7us);
    CHECK(parse_duration("200ms").value() == 200ms);
    CHECK(parse_duration("5s").value() == 5s);
    CHECK(parse_duration("3m").value() == 3min);
    CHECK(parse_duration("2h").value() == 2h);
}

TEST_CASE("no time at all needs a unit too") {
    CHECK(parse_duration("0s").value() == 0s);
    CHECK(parse_duration("0h0ms").value() == 0s);
    CHECK(parse_duration("0").error() ==
          "\"0\" has no unit, write 0s if seconds are meant (units: h, m, s, ms, us or ns)");
}

TEST_CASE("units combine from the larger to the smaller") {
    CHECK(parse_duration("1m30s").value() == 90s);
    CHECK(parse_duration("1h2m3s4ms5us6ns").value() == 1h + 2min + 3s + 4ms + 5us + 6ns);
    CHECK(parse_duration("90s500ms").value() == 90'500ms);
    CHECK(parse_duration("0090s").value() == 90s);
}

TEST_CASE("a bare number is refused with the remedy") {
    CHECK(parse_duration("10").error() ==
          "\"10\" has no unit, write 10s if seconds are meant (units: h, m, s, ms, us or ns)");
    CHECK(parse_size("256").error() ==
          "\"256\" has no unit, write 256B if bytes are meant (units: B, KiB, MiB, GiB, TiB, KB, "
          "MB, GB or TB)");
}

TEST_CASE("what is no duration is refused in words") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "empty, expected a duration such as 200ms or 1m30s"},
        {"-5s", "\"-5s\" is negative"},
        {"-0s", "\"-0s\" is negative"},
        {"1.5s", "\"1.5s\" is not a whole number, write it in a smaller unit"},
        {"1,5s", "\"1,5s\" is not a whole number"},
        {"5 s", "\"5 s\" is not a duration, write digits and a unit without a space"},
        {" 5s", "\" 5s\" is not a duration"},
        {"5s ", "\"5s \" is not a duration"},
        {"s", "\"s\" is not a duration"},
        {"+5s", "\"+5s\" is not a duration"},
        {"soon", "\"soon\" is not a duration"},
        {"5sec", "\"5sec\" has the unknown unit \"sec\""},
        {"5S", "\"5S\" has the unknown unit \"S\""},
        {"1d", "\"1d\" has the unknown unit \"d\""},
        {"1m30", "\"1m30\" ends without a unit"},
        {"30s1m", "\"30s1m\" must name each unit once, the larger first"},
        {"1s1s", "\"1s1s\" must name each unit once"},
        {"1s-1s", "\"1s-1s\" has the unknown unit \"s-\""},
    };
    for (const auto& [text, what] : cases) {
        CAPTURE(text);
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration.has_value());
        CHECK(duration.error().starts_with(what));
    }
}

TEST_CASE("the longest duration fits and the next does not") {
    CHECK(parse_duration("9223372036854775807ns").value() == Duration::max());
    CHECK(parse_duration("2562047h47m16s854ms775us807ns").value() == Duration::max());
    for (const char* text :
         {"9223372036854775808ns", "2562047h47m16s854ms775us808ns", "18446744073709551615ns",
          "18446744073709551616ns", "2562048h", "9999999999999999999999999999h",
          "18446744073s18446744073709551615ns"}) {
        CAPTURE(text);
        REQUIRE_FALSE(parse_duration(text).has_value());
        CHECK(parse_duration(text).error().ends_with("is too long, the most is 292 years"));
    }
}

TEST_CASE("a size is a number with a binary or a decimal unit") {
    CHECK(parse_size("0B").value() == 0);
    CHECK(parse_size("12B").value() == 12);
    CHECK(parse_size("3KiB").value() == 3'072);
    CHECK(parse_size("256MiB").value() == 268'435'456);
    CHECK(parse_size("2GiB").value() == 2'147'483'648);
    CHECK(parse_size("1TiB").value() == 1'099'511'627'776);
    CHECK(parse_size("3KB").value() == 3'000);
    CHECK(parse_size("3MB").value() == 3'000'000);
    CHECK(parse_size("3GB").value() == 3'000'000'000);
    CHECK(parse_size("3TB").value() == 3'000'000'000'000);
}

TEST_CASE("the largest size fits and the next does not") {
    CHECK(parse_size("18446744073709551615B").value() == UINT64_MAX);
    CHECK(parse_size("16777215TiB").value() == 16'777'215ULL << 40U);
    for (const char* text : {"18446744073709551616B", "16777216TiB", "18446744073709551615KiB"}) {
        CAPTURE(text);
        REQUIRE_FALSE(parse_size(text).has_value());
        CHECK(parse_size(text).error().ends_with("is too large"));
    }
}

TEST_CASE("what is no size is refused in words") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "empty, expected a size such as 256MiB"},
        {"-1MiB", "\"-1MiB\" is negative"},
        {"1.5GiB", "\"1.5GiB\" is not a whole number"},
        {"256 MiB", "\"256 MiB\" is not a size"},
        {"MiB", "\"MiB\" is not a size"},
        {"256M", "\"256M\" has the unknown unit \"M\""},
        {"256mib", "\"256mib\" has the unknown unit \"mib\""},
        {"256PiB", "\"256PiB\" has the unknown unit \"PiB\""},
        {"1GiB512MiB", "\"1GiB512MiB\" is more than one number"},
        {"0x10B", "\"0x10B\" has the unknown unit \"x\""},
    };
    for (const auto& [text, what] : cases) {
        CAPTURE(text);
        const auto size = parse_size(text);
        REQUIRE_FALSE(size.has_value());
        CHECK(size.error().starts_with(what));
    }
}
