/// The time at which the tests of what only counts time begin.
#pragma once

#include "launcher/clock.hpp"

namespace launcher {

inline constexpr TimePoint first_moment{};

}  // namespace launcher
