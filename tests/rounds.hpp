/// How often a test that kills at random moments repeats itself. Sanitized builds are many times
/// slower, so their presets ask for a share of the rounds, by a variable (tests/README.md).
#pragma once

#include <algorithm>
#include <cstdlib>

/// HARRIER_ROUNDS_PERCENT of `full`, at least one round; all of them when the variable is not set.
inline int rounds(int full) {
    const char* percent = std::getenv("HARRIER_ROUNDS_PERCENT");
    if (percent == nullptr) return full;
    return std::max(1, full * std::atoi(percent) / 100);
}
