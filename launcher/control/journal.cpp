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

json::array Journal::carry() const {
    json::array carried;
    for (const auto& [event, time] : events_) {
        json::array fields;
        for (const auto& [key, value] : event.fields)
            fields.push_back(json::array{key, value});
        carried.push_back(json::array{static_cast<int>(event.kind), event.component,
                                      std::move(fields), time.time_since_epoch().count()});
    }
    return carried;
}

void Journal::restore(const json::array& carried) {
    using Time = std::chrono::system_clock::time_point;
    for (const json::value& each : carried) {
        Event event{.kind = static_cast<EventKind>(each.at(0).to_number<int>()),
                    .component = std::string(each.at(1).as_string())};
        for (const json::value& field : each.at(2).as_array())
            event.with(std::string_view(field.at(0).as_string()),
                       std::string(field.at(1).as_string()));
        add(event, Time(Time::duration(each.at(3).to_number<Time::rep>())));
    }
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
