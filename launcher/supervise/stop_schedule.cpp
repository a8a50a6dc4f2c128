#include "launcher/supervise/stop_schedule.hpp"

#include <algorithm>
#include <csignal>

namespace launcher {

Duration grace_of(const std::vector<StopStep>& steps) {
    Duration sum{};
    for (const StopStep& step : steps)
        sum += std::min(step.grace_period, Duration::max() - sum);
    return sum;
}

std::optional<int> StopSchedule::due(TimePoint now, TimePoint kill_by) {
    if (killed_at_ || now < next_at(kill_by)) return std::nullopt;
    const int signal = next(now, kill_by);
    if (signal == SIGKILL) {
        killed_at_ = now;
    } else {
        next_at_ = after(next_at_, steps_[given_++].grace_period);
    }
    return signal;
}

void StopSchedule::extend(TimePoint until) {
    if (given_ > 0) next_at_ = std::max(next_at_, until);
}

int StopSchedule::next(TimePoint now, TimePoint kill_by) const {
    return given_ == steps_.size() || now >= kill_by ? SIGKILL : steps_[given_].signal;
}

TimePoint StopSchedule::next_at(TimePoint kill_by) const {
    return killed_at_ ? end_of_time : std::min(next_at_, kill_by);
}

}  // namespace launcher
