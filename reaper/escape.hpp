/// Names and other text out of files that anybody may have written, made fit for a terminal, a
/// log line and a JSON string: printable ASCII stays, a backslash is doubled, and every other byte
/// becomes \xHH. One line in, one line out, and two different names never look the same.
#pragma once

#include <string>
#include <string_view>

namespace reaper {

inline std::string escape(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string escaped;
    escaped.reserve(text.size());
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '\\') {
            escaped += "\\\\";
        } else if (byte >= 0x20 && byte < 0x7f) {
            escaped += character;
        } else {
            escaped += "\\x";
            escaped += digits[byte >> 4];
            escaped += digits[byte & 15];
        }
    }
    return escaped;
}

}  // namespace reaper
