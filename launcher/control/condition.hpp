/// Whether components have come to where somebody waits for them to be. A request that was not yet
/// carried out counts: who has been asked to restart is not ready, though the old process still
/// runs. Pure functions of the component.
#pragma once

#include "launcher/control/request.hpp"
#include "launcher/supervise/component.hpp"

namespace launcher {

enum class Progress {
    pending,
    met,
    impossible,  ///< not without somebody's doing: it has failed or was stopped
};

/// Runs and has come as far as it was described to be ready, or has completed.
bool is_ready(const Component& component);

Progress progress_of(const Component& component, Condition condition);

/// "waiting", "running", …
std::string_view to_string(State state);

}  // namespace launcher
