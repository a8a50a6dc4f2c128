#include "launcher/supervise/health.hpp"

#include <utility>

#include "launcher/supervise/stop_schedule.hpp"

namespace launcher {

Health::Health(const HealthCheck& check, TimePoint begin)
    : check_(check), past_{.start_until = after(begin, check.start_period)} {
    plan_next(begin);
}

bool Health::is_starting(TimePoint now) const {
    return !past_.has_passed && now < past_.start_until;
}

void Health::plan_next(TimePoint now) {
    past_.next_at = after(now, is_starting(now) ? check_.start_interval : check_.interval);
}

void Health::begin_check(TimePoint now) {
    is_checking_ = true;
    past_.next_at = after(now, check_.timeout);
}

Health::Change Health::end_check(bool passed, TimePoint now) {
    is_checking_ = false;
    if (passed) {
        past_.has_passed = true;
        past_.failures = 0;
        plan_next(now);
        return std::exchange(past_.state, State::healthy) == State::healthy ? Change::none
                                                                            : Change::healthy;
    }
    const bool counts = !is_starting(now);
    if (counts && past_.failures < check_.retries) ++past_.failures;
    plan_next(now);
    if (past_.failures < check_.retries) return Change::none;
    return std::exchange(past_.state, State::unhealthy) == State::unhealthy ? Change::none
                                                                            : Change::unhealthy;
}

}  // namespace launcher
