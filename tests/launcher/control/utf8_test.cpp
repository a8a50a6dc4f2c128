/// What becomes of bytes that are no UTF-8, and of a text that is too long.
#include "launcher/utf8.hpp"

#include <doctest/doctest.h>

namespace launcher {
namespace {

TEST_CASE("bytes that are part of no character are replaced, each by itself") {
    CHECK(with_replacements("") == "");
    CHECK(with_replacements("gr\u00F6\u00DFe \u221E \U0001F600") ==
          "gr\u00F6\u00DFe \u221E \U0001F600");
    CHECK(with_replacements("a\xff\xfe z") == "a\uFFFD\uFFFD z");
    CHECK(with_replacements("\xe2\x88") == "\uFFFD\uFFFD");            // cut
    CHECK(with_replacements("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");  // a surrogate
    CHECK(with_replacements("\xc0\xaf\x80") == "\uFFFD\uFFFD\uFFFD");  // an overlong form
    CHECK(with_replacements(std::string_view("\0", 1)).size() == 1);   // U+0000 is one
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = with_replacements(std::string(3, static_cast<char>(byte)));
        CHECK(with_replacements(text) == text);
    }
}

TEST_CASE("a text is cut between its characters, and bytes that are none are cut anywhere") {
    CHECK(cut_between_characters("abc", 3) == "abc");
    CHECK(cut_between_characters("abcd", 3) == "abc");
    CHECK(cut_between_characters("", 0) == "");
    CHECK(cut_between_characters("abc", 0) == "");
    const std::string_view smile = "\U0001F600\U0001F600";
    for (std::size_t bytes_max = 0; bytes_max <= smile.size(); ++bytes_max)
        CHECK(cut_between_characters(smile, bytes_max).size() == bytes_max / 4 * 4);
    CHECK(cut_between_characters("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
    CHECK(cut_between_characters("ab\xff\xff", 3) == "ab\xff");
    CHECK(cut_between_characters("ab\xe2\x88", 3) == "ab\xe2");
}

}  // namespace
}  // namespace launcher
