#include "launcher/observe/json_line.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

#include "launcher/utf8.hpp"

namespace launcher {
namespace {

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_plain(unsigned char byte) {
    return byte >= ' ' && byte != '"' && byte != '\\' && byte < 0x7f;
}

/// What JSON does not take as it is, or a terminal should not.
void append_escaped(std::string& out, unsigned char byte) {
    switch (byte) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    }
}

/// Runs of plain bytes are taken whole. Of UTF-8, bytes above 127 pass; else each is its number.
void append_message(std::string& out, std::string_view message, bool pass_high_bytes) {
    std::size_t run = 0;
    for (std::size_t i = 0; i < message.size(); ++i) {
        const auto byte = static_cast<unsigned char>(message[i]);
        if (is_plain(byte) || (pass_high_bytes && byte >= 0x80)) continue;
        out += message.substr(run, i - run);
        append_escaped(out, byte);
        run = i + 1;
    }
    out += message.substr(run);
}

}  // namespace

std::string rfc3339_utc(std::chrono::system_clock::time_point time) {
    const auto microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       microseconds % 1'000'000);
}

void append_json_line(std::string& out, const JsonLine& line) {
    const bool utf8 = is_utf8(line.message);
    out += R"({"time":")";
    out += line.time;
    out += R"(","component":")";
    out += line.component;
    out += R"(","message":")";
    append_message(out, line.message, utf8);
    out += '"';
    if (!utf8) out += R"(,"encoding":"latin1")";
    if (line.partial) out += R"(,"partial":true)";
    out += "}\n";
}

}  // namespace launcher
