/// The record that one program hands over to the next.
#include "launcher/control/handover.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

namespace launcher::test {
namespace {

TEST_CASE("a record is read as it was written") {
    const std::string line = "a line of bytes \xff \x01 \"";
    const auto file = write_record({{"line", line}, {"number", 7}});
    REQUIRE(file);
    const auto record = read_record(file->get());
    REQUIRE(record);
    CHECK(record->at("line").as_string() == line);
    CHECK(record->at("number").to_number<int>() == 7);
    CHECK(record->at("version").to_number<int>() == handover_version);
}

TEST_CASE("a record that nobody would read is not written") {
    constexpr std::size_t spelling_bytes = 6;  // of such a character: \u0001
    std::string text(record_bytes_max / spelling_bytes + 1, '\1');
    const auto file = write_record({{"text", text}});
    REQUIRE_FALSE(file);
    CHECK(file.error().code == EFBIG);
    text.resize(text.size() - 100);
    CHECK(write_record({{"text", text}}));
}

}  // namespace
}  // namespace launcher::test
