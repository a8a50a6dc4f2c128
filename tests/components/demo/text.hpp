/// Numbers as the demo's reports show them, and the report's one way out.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "shmheap/result.hpp"

namespace demo {

/// "1,024"
inline std::string with_commas(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t place = text.size(); place > 3; place -= 3)
        text.insert(place - 3, ",");
    return text;
}

/// "64.0 MiB"
inline std::string mebibytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
    return text;
}

/// Prints a line at once, though stdout is a pipe.
inline void say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

/// Says what failed; the exit status of a component that gives up.
inline int give_up(const shmheap::Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    return 1;
}

}  // namespace demo
