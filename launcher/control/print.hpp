/// What the program says on its own stdout and stderr when it is no supervisor. Blocking; main
/// thread.
#pragma once

#include <string>

namespace launcher {

/// "harrier: message" on stderr.
void complain(const std::string& message);

/// Brings out what was written to stdout. Complains when it has not arrived: nobody may read any
/// more, or the disk is full.
bool flush_out();

/// Writes and flushes, as flush_out().
bool write_out(const std::string& text);

}  // namespace launcher
