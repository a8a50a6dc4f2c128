/// The one rule for what is UTF-8, and what becomes of bytes that are none. Pure; from any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace launcher {

/// How many bytes the UTF-8 character at the front of `text`, which is not empty, has; 0 when it is
/// none: a stray or missing continuation, an overlong form, a surrogate, or beyond U+10FFFF.
[[nodiscard]] inline std::size_t character_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return 1;
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const bool is_overlong =
        (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
    const bool is_surrogate = byte(0) == 0xED && byte(1) > 0x9F;
    const bool is_beyond = byte(0) == 0xF4 && byte(1) > 0x8F;
    return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

/// The text with U+FFFD for each byte that is part of no character: what a line of JSON can hold.
[[nodiscard]] inline std::string with_replacements(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        valid += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return valid;
}

/// Its first `bytes_max` bytes, less those of a character that goes on behind them.
[[nodiscard]] inline std::string_view cut_between_characters(std::string_view text,
                                                             std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    for (std::size_t begin = bytes_max; begin > 0 && bytes_max - begin < 3;) {
        --begin;
        if ((static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) continue;
        const bool is_torn = character_length(text.substr(begin)) > bytes_max - begin;
        return text.substr(0, is_torn ? begin : bytes_max);
    }
    return text.substr(0, bytes_max);  // no character is torn where there is none
}

}  // namespace launcher
