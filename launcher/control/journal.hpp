/// The last events, and whoever wants to hear of the next: what `harrier events` shows. Bounded,
/// the oldest go. One thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <deque>
#include <functional>

#include "launcher/observe/event.hpp"

namespace launcher {

class Journal {
public:
    static constexpr std::size_t events_max = 256;

    void add(const Event& event, std::chrono::system_clock::time_point time);

    /// What it has, for another program, and the opposite; of this one that was written by carry().
    [[nodiscard]] boost::json::array carry() const;
    void restore(const boost::json::array& carried);

    /// Called after each further event, which is the last() then; at most one listener.
    void on_event(std::function<void()> listener) { listener_ = std::move(listener); }

    [[nodiscard]] boost::json::array events() const;

    /// The last of events(). There is one.
    [[nodiscard]] boost::json::object last() const;

private:
    // Spelt out when somebody asks, which is rarer than events are.
    struct Entry {
        Event event;
        std::chrono::system_clock::time_point time;
    };

    static boost::json::object spell(const Entry& entry);

    std::deque<Entry> events_;
    std::function<void()> listener_;
};

}  // namespace launcher
