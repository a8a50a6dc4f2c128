#include "launcher/supervise/health.hpp"

#include <utility>

#include "launcher/supervise/stop_schedule.hpp"

namespace launcher {

Health::Health(const HealthCheck& check, TimePoint begin)
    : check_(check), start_until_(after(begin, check.start_period)) {
    plan_next(begin);
}

bool Health::is_starting(TimePoint now) const {
    return !has_passed_ && now < start_until_;
}

void Health::plan_next(TimePoint now) {
    next_at_ = after(now, is_starting(now) ? check_.start_interval : check_.interval);
}

void Health::begin_check(TimePoint now) {
    is_checking_ = true;
    next_at_ = after(now, check_.timeout);
}

Health::Change Health::end_check(bool passed, TimePoint now) {
    is_checking_ = false;
    if (passed) {
        has_passed_ = true;
        failures_ = 0;
        plan_next(now);
        return std::exchange(state_, State::healthy) == State::healthy ? Change::none
                                                                       : Change::healthy;
    }
    const bool counts = !is_starting(now);
    if (counts && failures_ < check_.retries) ++failures_;
    plan_next(now);
    if (failures_ < check_.retries) return Change::none;
    return std::exchange(state_, State::unhealthy) == State::unhealthy ? Change::none
                                                                       : Change::unhealthy;
}

}  // namespace launcher
