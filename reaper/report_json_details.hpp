/// The parts of shminfo's JSON document that are there when asked for. reaper/DESIGN.md has the
/// keys.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "reaper/details.hpp"
#include "reaper/report_json.hpp"

namespace reaper {

/// Adds what is known to the element of a file.
void add_details(boost::json::object& element, const Details& details);

/// Adds keys after the list of files to a document that is still open.
void add_rest(std::string& text, const JsonRest& rest);

/// "2026-11-25T22:47:18.123456789Z"; null of 0, which stands for unknown.
boost::json::value time_value(std::uint64_t time_ns);
boost::json::value optional_value(std::optional<std::uint64_t> number);

}  // namespace reaper
