/// What of the output of a component outlasts the program that captures it: `harrier upgrade`
/// replaces that by another one in the same process, which keeps the descriptors. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace launcher {

struct CarriedOutput {
    int read_end = -1;  ///< of its pipe; both are open, and whoever takes over owns them
    int write_end = -1;
    std::string partial = {};              ///< the beginning of a line that had no end yet
    std::vector<std::string> kept = {};    ///< the last lines, of who has no log
    std::vector<std::uint64_t> ends = {};  ///< of processes, counted in bytes that are not yet read
};

}  // namespace launcher
