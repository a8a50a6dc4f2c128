/// `harrier run --detach`: starts harrier once more, as a process without a terminal, and returns
/// when it can be asked (its control socket listens), or when all components are ready. A new
/// program and no mere fork(2): nothing of this process, be it an event loop, a lock or the
/// caller's stdout, is in the other. Blocking, main thread.
#pragma once

#include <string>
#include <vector>

#include "launcher/clock.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/control/instance.hpp"

namespace launcher {

struct DetachOptions {
    std::string log = {};  ///< for its stdout and stderr; none: harrier-APPLICATION.log, here
    bool waits = false;    ///< until all are ready
    TimePoint deadline = end_of_time;  ///< for all of it; then the other goes on alone
};

/// Messages go to stderr, and who runs where to stdout. `files` are those that `application` was
/// read from. `done` when it was started and, if asked for, all are ready.
ExitStatus run_detached(const Application& application, const std::vector<std::string>& files,
                        const DetachOptions& options);

/// Where the other one says that it listens.
inline constexpr int detached_listening_fd = 3;

}  // namespace launcher
