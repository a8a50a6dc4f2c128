// Escaping, the one-line form of a mistake, and the collector.
#include "launcher/config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace launcher {
namespace {

/// Terminals act on control characters, so none of a file's may reach one.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte == '\n') {
            result += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", byte);
        } else {
            result += character;
        }
    }
    return result;
}

/// The longest beginning of at most `bytes_max` bytes that does not cut a UTF-8 character.
std::string_view beginning(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

}  // namespace

std::string shown(std::string_view text) {
    const std::string_view start = beginning(text, shown_bytes_max);
    return fmt::format("\"{}{}\"", escaped(start), start.size() < text.size() ? "..." : "");
}

std::string Diagnostic::text() const {
    const std::string where =
        fmt::format("{}:{}:{}: ", escaped(place.file), place.line, place.column);
    if (key.empty()) return where + what;
    return where + escaped(beginning(key, shown_bytes_max)) + ": " + what;
}

void Diagnostics::add(Diagnostic diagnostic) {
    if (full()) return;
    if (std::find(found_.begin(), found_.end(), diagnostic) != found_.end()) return;
    found_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::take() {
    std::vector<std::string> files;
    const auto rank = [&files](const Diagnostic& diagnostic) {
        const auto file = std::find(files.begin(), files.end(), diagnostic.place.file);
        return std::make_tuple(file - files.begin(), diagnostic.place.line,
                               diagnostic.place.column);
    };
    for (const Diagnostic& diagnostic : found_) {
        if (std::find(files.begin(), files.end(), diagnostic.place.file) == files.end()) {
            files.push_back(diagnostic.place.file);
        }
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return std::exchange(found_, {});
}

}  // namespace launcher
