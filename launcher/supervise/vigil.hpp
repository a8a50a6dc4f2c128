/// What is expected of a component that runs, and by when: to be ready in time, to say that it
/// lives as often as its watchdog wants, to end when it has said that it does. Pure: it is given
/// the time and what was said. A value of the component's coroutine.
#pragma once

#include <optional>

#include "launcher/clock.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/outcome.hpp"
#include "launcher/supervise/report.hpp"

namespace launcher {

class Vigil {
public:
    /// `descriptor` outlives the vigil.
    Vigil(const Descriptor& descriptor, TimePoint started);

    /// It has been ready for long; the watchdog's time, if it has one, is up at `alive_by`.
    void resume(TimePoint alive_by);
    [[nodiscard]] TimePoint alive_by() const { return alive_by_; }

    void hear(const Report& report, TimePoint now);

    /// What it has failed to do, if anything.
    [[nodiscard]] std::optional<Cause> overdue(TimePoint now) const;

    /// When something will be overdue that has not been heard by then; the end of time for nothing.
    [[nodiscard]] TimePoint next_at() const;

    /// Whether it has said so, or need not.
    [[nodiscard]] bool is_ready() const { return is_ready_; }

    /// It has said that it ends: nothing else is expected any more.
    [[nodiscard]] bool is_ending() const { return is_ending_; }

private:
    void become_ready(TimePoint now);

    const Descriptor& descriptor_;
    bool is_ready_ = false;
    bool is_ending_ = false;
    bool is_triggered_ = false;
    TimePoint ready_by_ = end_of_time;
    TimePoint alive_by_ = end_of_time;
    TimePoint end_by_ = end_of_time;
};

}  // namespace launcher
