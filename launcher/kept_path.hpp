/// The names of what a component that is to outlive harrier has in the run directory; what each is
/// for is in supervise/kept.hpp.
#pragma once

#include <string>
#include <string_view>

namespace launcher {

constexpr std::string_view kept_prefix = "kept-";
constexpr std::string_view kept_lock = ".lock";
constexpr std::string_view kept_record = ".record";
constexpr std::string_view kept_output = ".out";
constexpr std::string_view kept_ready = ".ready";

inline std::string kept_path(const std::string& run_directory, const std::string& component,
                             std::string_view kind) {
    return run_directory + '/' + std::string(kept_prefix) + component + std::string(kind);
}

}  // namespace launcher
