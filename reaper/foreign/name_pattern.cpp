#include "reaper/foreign/name_pattern.hpp"

#include <charconv>

namespace reaper::foreign {
namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/// Whether one character fits one element of a pattern.
bool fits(char character, char element) {
    switch (element) {
        case '#':
            return is_digit(character);
        case '%':
            return is_digit(character) || (character >= 'a' && character <= 'f');
        case '?':
            return is_digit(character) || is_letter(character);
        case '*':
            return true;
        default:
            return character == element;
    }
}

bool repeats(char element) {
    return element == '#' || element == '*';
}

}  // namespace

/// Names have 255 bytes at most and patterns two elements that repeat anything, so going back to
/// the last of them is enough, and bounded.
bool matches(std::string_view name, std::string_view pattern) {
    std::size_t at = 0;
    std::size_t element = 0;
    std::size_t back_at = 0;
    std::size_t back_element = std::string_view::npos;
    while (at < name.size()) {
        if (element < pattern.size() && fits(name[at], pattern[element])) {
            if (repeats(pattern[element])) {
                back_at = at;
                back_element = element;
            }
            ++at;
            ++element;
        } else if (back_element != std::string_view::npos && back_at + 1 < name.size() &&
                   fits(name[back_at + 1], pattern[back_element])) {
            ++back_at;
            at = back_at + 1;
            element = back_element + 1;
        } else {
            return false;
        }
    }
    return element == pattern.size();
}

std::optional<pid_t> leading_pid(std::string_view text) {
    pid_t pid = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (code != std::errc{} || end == text.data() || pid <= 0) return {};
    return pid;
}

}  // namespace reaper::foreign
