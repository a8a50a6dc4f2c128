/// shminfo --watch: a full-screen view of the directory that is drawn anew again and again, and
/// opened anew, so that one that is mounted or made anew is seen, until somebody presses q, a
/// signal asks to end, or the terminal goes. Needs a terminal on stdin and stdout. Used by the main
/// thread only; it has the screen and SIGINT, SIGTERM and SIGHUP for as long as it runs, and leaves
/// the terminal as it was.
#pragma once

#include <chrono>
#include <string>

#include "reaper/selection.hpp"
#include "shmheap/result.hpp"

namespace reaper::live {

/// Errors, as a message: there is no terminal, or none that can be drawn on.
tl::expected<void, std::string> watch(const std::string& directory, const Selection& selection,
                                      std::chrono::milliseconds interval);

}  // namespace reaper::live
