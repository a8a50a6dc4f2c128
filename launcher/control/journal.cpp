#include "launcher/control/journal.hpp"

#include <boost/json/value.hpp>

#include "launcher/utf8.hpp"

namespace launcher {

namespace json = boost::json;

void Journal::add(const Event& event, std::chrono::system_clock::time_point time) {
    const auto since_epoch = time.time_since_epoch();
    json::object fields;
    for (const auto& [key, value] : event.fields)
        fields[key] = with_replacements(value);
    json::object kept{
        {"event", to_string(event.kind)},
        {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()}};
    if (!event.component.empty()) kept["component"] = event.component;
    kept["fields"] = std::move(fields);
    std::string line = format_event(event, time, event.component.size());
    line.pop_back();  // the newline
    kept["line"] = with_replacements(line);
    events_.push_back(std::move(kept));
    if (events_.size() > events_max) events_.pop_front();
    if (listener_) listener_(events_.back());
}

}  // namespace launcher
