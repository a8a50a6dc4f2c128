/// When the health of a component is checked, and what the results make of it. Pure: it is given
/// the time and the results. A value of the component's coroutine.
///
/// As in Compose: the first check comes an interval after the beginning, each other an interval
/// after the end of the one before. Until a check has passed, and for start_period at most, the
/// interval is start_interval and failures do not count. `retries` failures in a row make it
/// unhealthy, one success healthy.
#pragma once

#include "launcher/clock.hpp"
#include "launcher/config/descriptor.hpp"

namespace launcher {

class Health {
public:
    enum class Change { none, healthy, unhealthy };
    enum class State { unknown, healthy, unhealthy };

    /// All that is known between two checks.
    struct Past {
        TimePoint start_until{};
        TimePoint next_at{};
        State state = State::unknown;
        unsigned failures = 0;
        bool has_passed = false;
    };

    /// `check` outlives the health.
    Health(const HealthCheck& check, TimePoint begin);

    /// Goes on where another one was.
    Health(const HealthCheck& check, const Past& past) : check_(check), past_(past) {}

    [[nodiscard]] const Past& past() const { return past_; }

    /// When the next check begins, or the one under way has taken too long.
    [[nodiscard]] TimePoint next_at() const { return past_.next_at; }
    [[nodiscard]] bool is_checking() const { return is_checking_; }

    void begin_check(TimePoint now);
    Change end_check(bool passed, TimePoint now);

    [[nodiscard]] unsigned failures() const { return past_.failures; }  ///< in a row, that count

private:
    [[nodiscard]] bool is_starting(TimePoint now) const;
    void plan_next(TimePoint now);

    const HealthCheck& check_;
    Past past_;
    bool is_checking_ = false;
};

}  // namespace launcher
