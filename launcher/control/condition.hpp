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

Progress progress_of(const Component& component, Condition condition);

/// "waiting", "running", …
std::string_view to_string(State state);

}  // namespace launcher
