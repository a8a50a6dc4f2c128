#include "launcher/supervise/vigil.hpp"

#include <algorithm>

#include "launcher/supervise/stop_schedule.hpp"

namespace launcher {

Vigil::Vigil(const Descriptor& descriptor, TimePoint started) : descriptor_(descriptor) {
    if (announces_readiness(descriptor)) {
        ready_by_ = after(started, descriptor.ready.timeout);
    } else {
        become_ready(started);
    }
}

/// The watchdog counts from here: whoever starts up has other things to do.
void Vigil::become_ready(TimePoint now) {
    is_ready_ = true;
    ready_by_ = end_of_time;
    if (descriptor_.watchdog) alive_by_ = after(now, *descriptor_.watchdog);
}

void Vigil::resume(TimePoint alive_by) {
    is_ready_ = true;
    ready_by_ = end_of_time;
    alive_by_ = alive_by;
}

void Vigil::hear(const Report& report, TimePoint now) {
    // Who ends has its grace period for that and owes nothing else, whatever it goes on to say.
    if (report.ready && !is_ready_ && !is_ending_) become_ready(now);
    if (report.alive && is_ready_ && !is_ending_ && descriptor_.watchdog)
        alive_by_ = after(now, *descriptor_.watchdog);
    if (report.watchdog_trigger && descriptor_.watchdog) is_triggered_ = true;
    if (report.stopping && !is_ending_) {
        is_ending_ = true;
        ready_by_ = end_of_time;
        alive_by_ = end_of_time;
        end_by_ = after(now, grace_of(descriptor_.stop_sequence));
    }
    if (!report.extend_timeout) return;
    const TimePoint extended = after(now, *report.extend_timeout);
    if (ready_by_ != end_of_time) ready_by_ = std::max(ready_by_, extended);
    if (end_by_ != end_of_time) end_by_ = std::max(end_by_, extended);
}

std::optional<Cause> Vigil::overdue(TimePoint now) const {
    if (is_triggered_ || now >= alive_by_) return Cause::watchdog;
    if (now >= ready_by_) return Cause::not_ready;
    if (now >= end_by_) return Cause::not_ended;
    return std::nullopt;
}

TimePoint Vigil::next_at() const {
    return std::min({ready_by_, alive_by_, end_by_});
}

}  // namespace launcher
