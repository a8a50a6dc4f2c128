#include "launcher/control/journal.hpp"

#include <boost/json/value.hpp>

#include "launcher/utf8.hpp"

namespace launcher {

namespace json = boost::json;

void Journal::add(const Event& event, std::chrono::system_clock::time_point time) {
    events_.push_back({event, time});
    if (events_.size() > events_max) events_.pop_front();
    if (listener_) listener_();
}

json::array Journal::events() const {
    json::array spelt;
    spelt.reserve(events_.size());
    for (const Entry& entry : events_)
        spelt.push_back(spell(entry));
    return spelt;
}

json::object Journal::last() const {
    return spell(events_.back());
}

json::object Journal::spell(const Entry& entry) {
    const auto& [event, time] = entry;
    const auto since_epoch = time.time_since_epoch();
    json::object fields;
    for (const auto& [key, value] : event.fields)
        fields[key] = with_replacements(value);
    json::object spelt{
        {"event", to_string(event.kind)},
        {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()}};
    if (!event.component.empty()) spelt["component"] = event.component;
    spelt["fields"] = std::move(fields);
    std::string line = format_event(event, time, event.component.size());
    line.pop_back();  // the newline
    spelt["line"] = with_replacements(line);
    return spelt;
}

}  // namespace launcher
