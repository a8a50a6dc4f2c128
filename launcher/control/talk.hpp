/// What the verbs do that talk to a harrier that runs: each is a client of its control socket.
/// Blocking; data goes to stdout, messages to stderr. Main thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/clock.hpp"

namespace launcher {

/// What such a verb returns to the shell.
enum VerbStatus : int {
    verb_done = 0,
    verb_not_done = 1,     ///< harrier refused, or what was waited for cannot come
    verb_usage = 2,        ///< wrong arguments, or a bad description
    verb_no_instance = 3,  ///< no application runs, not that one, or several and none was named
    verb_timed_out = 4,    ///< not within --timeout
};

struct VerbOptions {
    std::string application = {};  ///< none: the only one
    std::vector<std::string> components = {};
    std::vector<std::string> files = {};     ///< plan, apply; none: those that harrier knows
    std::vector<std::string> command = {};   ///< launch
    std::vector<std::string> settings = {};  ///< launch: KEY=VALUE
    std::string output = "table";            ///< or "wide", "json"
    std::string signal = {};
    std::string program = {};          ///< upgrade; none: the one that harrier was started by
    std::string condition = "ready";   ///< or "ended"
    TimePoint deadline = end_of_time;  ///< of --timeout
    std::uint64_t lines = 10;          ///< logs
    bool watch = false;
    bool follow = false;
    bool no_wait = false;
    bool at_once = false;
};

/// Waits until every component of the application is ready or has completed. verb_no_instance,
/// without complaining, when harrier does not run or has ended meanwhile.
VerbStatus await_ready(const std::string& application, TimePoint deadline);

/// `verb` is the name of a request of the protocol.
VerbStatus talk(std::string_view verb, const VerbOptions& options);

}  // namespace launcher
