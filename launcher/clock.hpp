/// The one clock that supervision goes by: steady, in nanoseconds. Whoever decides something is
/// given a time; only the host and main ask for it.
#pragma once

#include <chrono>

namespace launcher {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// A time that never comes.
inline constexpr TimePoint end_of_time = TimePoint::max();

}  // namespace launcher
