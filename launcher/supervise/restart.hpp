/// Whether a component that has ended starts again, and when. A pure function: it is given the
/// time and never asks for it.
#pragma once

#include <optional>

#include "launcher/clock.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/exit.hpp"

namespace launcher {

/// What decide() has to know of the past.
struct History {
    unsigned attempts = 0;               ///< restarts in a row, up to now
    std::optional<TimePoint> started{};  ///< when the process that ended began; none if it did not
};

enum class Next {
    complete,  ///< ended as it should
    fail,      ///< ended for good, and not as it should
    give_up,   ///< would start again, had it not been tried too often
    restart,
};

struct Decision {
    Next next = Next::complete;
    unsigned attempt = 0;  ///< restart: which one in a row, from 1
    Duration delay{};      ///< restart: how long to wait before it
};

/// `exit` is one that nobody asked for: what harrier stops is not decided here.
Decision decide(const Restart& policy, const History& history, const Exit& exit, TimePoint now);

}  // namespace launcher
