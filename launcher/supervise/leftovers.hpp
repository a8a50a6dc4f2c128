/// What an earlier instance of an application left behind when it was killed: processes that still
/// bear its tag. They are ended before anything is started. The one place that walks over all of
/// /proc, once, at the start. Main thread; waits, before there is a loop to hold up.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace launcher {

struct Leftovers {
    std::size_t ended = 0;
    std::size_t alive = 0;  ///< processes that survived SIGKILL for as long as we waited
};

/// Ends the processes of our user whose tag names `application`. `run_directory` is that of the
/// instance whose lock the caller holds, which proves that no other lives in it; processes of an
/// instance that holds the lock of another run directory are left alone.
Leftovers end_leftovers(std::string_view application, std::string_view run_directory,
                        std::chrono::milliseconds patience);

}  // namespace launcher
