/// What an exit means, by the component's own idea of success. Pure.
#pragma once

#include <string_view>

#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/exit.hpp"

namespace launcher {

/// Why a process ended: by itself, or because harrier ended it.
enum class Cause {
    itself,
    shutdown,    ///< everything stops
    request,     ///< to stop or restart this component
    dependency,  ///< what it depends on has been restarted
    watchdog,    ///< its watchdog was not heard in time
    not_ready,   ///< it was not ready in time
    not_ended,   ///< it said that it ends, and did not in time
    unhealthy,   ///< its health checks failed
};

enum class Outcome {
    success,   ///< status 0, or what success_exit_codes lists
    failure,   ///< another status, or there was no process
    abnormal,  ///< a signal, what harrier found wrong with it, or nobody knows what
    watchdog,  ///< abnormal too
};

/// The cause as events name it; empty for what needs no reason.
std::string_view to_string(Cause cause);

Outcome outcome_of(const Exit& exit, Cause cause, const SuccessExits& success);

}  // namespace launcher
