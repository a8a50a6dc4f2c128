/// Sizes for people and for scripts.
#pragma once

#include <cstdint>
#include <string>

namespace reaper {

enum class SizeFormat {
    automatic,  ///< "60.1M": one decimal, binary units; whole bytes below 1K
    bytes,      ///< a bare integer
    kibibytes,  ///< a bare integer, rounded down
};

std::string size_text(std::uint64_t bytes, SizeFormat format);

/// "98.7%"; 0.0% of nothing.
std::string percent_text(std::uint64_t part, std::uint64_t whole);

}  // namespace reaper
