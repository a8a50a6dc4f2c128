/// The command line of shmclean: what is asked for, checked. Used by the main thread only.
#pragma once

#include <optional>
#include <string>

#include "reaper/clean_run.hpp"
#include "reaper/tool.hpp"

namespace reaper {

struct CleanOptions {
    CommonOptions common;
    CleanRequest request;
    bool interactive = false;
    std::string files_from;  ///< empty: the option was not given
    bool nul_separated = false;
    bool watch = false;
};

/// A value is the exit status of a program that has nothing more to do: help was asked for, or the
/// usage was wrong, which is said.
std::optional<int> read_clean_options(int argc, char** argv, CleanOptions& options);

}  // namespace reaper
