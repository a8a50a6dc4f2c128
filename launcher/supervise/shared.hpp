/// What the components of one application share: the host, the way to reap, who they are, how far
/// a stop has come, and what is counted. Owned by the supervisor, which alone changes the stop; the
/// coroutines read it and add to the totals. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "launcher/observe/event.hpp"
#include "launcher/supervise/host.hpp"
#include "launcher/supervise/restart.hpp"
#include "reaper/reap.hpp"

namespace launcher {

/// How heaps are reaped; a function object, so that tests need no files.
using Reap = std::function<shmheap::Result<reaper::ReapOutcome>(
    const reaper::HeapSelection&, std::chrono::milliseconds patience)>;

/// What SIGKILL is given at least to show its effect, however late it is.
constexpr auto death_patience = std::chrono::milliseconds(350);

/// How far a stop of everything has come, and the times that bound it.
struct StopOrder {
    enum class Phase {
        none,
        graceful,  ///< dependents first, each with its grace period
        at_once,   ///< SIGKILL, everybody
    };
    Phase phase = Phase::none;
    TimePoint tell_by = end_of_time;  ///< who has not been told by then, dependents or not, is told
    TimePoint kill_by = end_of_time;  ///< no grace period lasts longer
    TimePoint give_up_at = end_of_time;  ///< what has survived SIGKILL until then is left behind,
                                         ///< unless that came late: see death_patience

    [[nodiscard]] bool requested() const { return phase != Phase::none; }
};

struct Totals {
    unsigned restarts = 0;
    unsigned heaps_reaped = 0;
    std::size_t left_behind = 0;  ///< processes and heaps
};

struct Shared {
    Host& host;
    const EventSink& emit;
    Reap reap;
    std::string instance_tag;              ///< "<application>/<instance uuid>"
    std::string run_directory;             ///< absolute
    std::string shm_directory;             ///< absolute, unless a component's environment differs
    std::vector<std::string> environment;  ///< what components inherit
    Random random;                         ///< for the jitter of delays
    StopOrder stop = {};
    TimePoint no_check_before{};          ///< no health check begins until then
    std::function<void()> on_stopping{};  ///< called when a component begins to stop
    Totals totals = {};
};

}  // namespace launcher
