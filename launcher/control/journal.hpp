/// The last events, and whoever wants to hear of the next: what `harrier events` shows. Bounded,
/// the oldest go. One thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <deque>
#include <functional>

#include "launcher/observe/event.hpp"

namespace launcher {

class Journal {
public:
    static constexpr std::size_t events_max = 256;

    void add(const Event& event, std::chrono::system_clock::time_point time);

    /// Called with each further event as it is in the array; at most one listener.
    void on_event(std::function<void(const boost::json::object&)> listener) {
        listener_ = std::move(listener);
    }

    [[nodiscard]] boost::json::array events() const {
        return boost::json::array(events_.begin(), events_.end());
    }

private:
    std::deque<boost::json::object> events_;
    std::function<void(const boost::json::object&)> listener_;
};

}  // namespace launcher
