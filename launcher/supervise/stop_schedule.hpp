/// The signals of one stop and when each is due. A value that is given the time; one component's
/// coroutine owns it, from the first signal to the end of the tree.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "launcher/clock.hpp"
#include "launcher/config/descriptor.hpp"

namespace launcher {

/// A time of the far future stays one.
constexpr TimePoint after(TimePoint time, Duration duration) {
    return duration < end_of_time - time ? time + duration : end_of_time;
}

/// From the first signal to SIGKILL.
Duration grace_of(const std::vector<StopStep>& steps);

class StopSchedule {
public:
    /// The steps from `begin` on, each when the one before has had its time, and SIGKILL after the
    /// last. Without a step SIGKILL is due at once.
    StopSchedule(std::vector<StopStep> steps, TimePoint begin)
        : steps_(std::move(steps)), next_at_(begin) {}

    /// The next signal, if it is due; call it until there is none. SIGKILL takes the place of all
    /// others from `kill_by` on.
    std::optional<int> due(TimePoint now, TimePoint kill_by);

    /// The next signal, unless it is the first, comes at `until` at the earliest.
    void extend(TimePoint until);

    /// The signal that comes next, whenever it is due.
    [[nodiscard]] int next(TimePoint now, TimePoint kill_by) const;

    /// When the next signal will be due; the end of time after SIGKILL.
    [[nodiscard]] TimePoint next_at(TimePoint kill_by) const;

    /// When SIGKILL was given.
    [[nodiscard]] std::optional<TimePoint> killed_at() const { return killed_at_; }

private:
    std::vector<StopStep> steps_;
    std::size_t given_ = 0;
    TimePoint next_at_;
    std::optional<TimePoint> killed_at_;
};

}  // namespace launcher
