/// A line of a component as one JSON object on a line (LOGS.md, Formats). Lossless: the message is
/// the bytes, whatever they are. Pure; from any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace launcher {

struct JsonLine {
    std::string_view time;       ///< as rfc3339_utc() says it
    std::string_view component;  ///< a name, which needs no escaping
    std::string_view message;    ///< any bytes
    bool partial = false;        ///< no newline followed
};

/// "2026-01-31T12:00:00.123456Z"
std::string rfc3339_utc(std::chrono::system_clock::time_point time);

/// Appends the object and a newline.
void append_json_line(std::string& out, const JsonLine& line);

}  // namespace launcher
