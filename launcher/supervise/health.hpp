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

    /// `check` outlives the health.
    Health(const HealthCheck& check, TimePoint begin);

    /// When the next check begins, or the one under way has taken too long.
    [[nodiscard]] TimePoint next_at() const { return next_at_; }
    [[nodiscard]] bool is_checking() const { return is_checking_; }

    void begin_check(TimePoint now);
    Change end_check(bool passed, TimePoint now);

    [[nodiscard]] unsigned failures() const { return failures_; }  ///< in a row, that count

private:
    enum class State { unknown, healthy, unhealthy };

    [[nodiscard]] bool is_starting(TimePoint now) const;
    void plan_next(TimePoint now);

    const HealthCheck& check_;
    TimePoint start_until_;
    TimePoint next_at_{};
    State state_ = State::unknown;
    unsigned failures_ = 0;
    bool has_passed_ = false;
    bool is_checking_ = false;
};

}  // namespace launcher
