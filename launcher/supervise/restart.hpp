/// Whether a component that has ended starts again, and when. Pure functions: they are given the
/// time and the chance, and never ask for either.
///
/// Restarts form a *row*, which an uptime of reset_after ends. Each delay in a row is `factor`
/// times the one before, up to delay_max. max_attempts limits the row; with a `window` it limits
/// instead how many restarts were decided within that time, and reset_after is about the delay
/// alone.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "launcher/clock.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/outcome.hpp"

namespace launcher {

/// Where the jitter of a delay comes from; its seed decides all.
using Random = std::mt19937_64;

/// What decide() has to know of the past.
struct History {
    unsigned attempts = 0;               ///< restarts in a row, up to now
    std::optional<TimePoint> started{};  ///< when the process that ended began; none if it did not
    std::vector<TimePoint> restarts{};   ///< with a window: when those within it were decided
};

enum class Next {
    complete,  ///< ended as it should
    fail,      ///< ended for good, and not as it should
    give_up,   ///< would start again, had it not been tried too often
    restart,
};

struct Decision {
    Next next = Next::complete;
    unsigned attempt = 0;  ///< restart: which one in a row, from 1; give_up: how many there were
    Duration delay{};      ///< restart: how long to wait before it
};

bool wants_restart(RestartPolicy policy, Outcome outcome);

/// `outcome` is one that nobody asked for: what harrier stops is not decided here.
Decision decide(const Restart& policy, const History& history, Outcome outcome, TimePoint now,
                Random& random);

/// The history with a restart that was decided at `now`; it never outgrows max_attempts.
void remember(History& history, const Restart& policy, const Decision& decision, TimePoint now);

}  // namespace launcher
