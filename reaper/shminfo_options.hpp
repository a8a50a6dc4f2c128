/// The command line of shminfo.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reaper/check_expression.hpp"
#include "reaper/report_csv.hpp"
#include "reaper/selection.hpp"
#include "reaper/size_text.hpp"
#include "reaper/tool.hpp"

namespace reaper {

struct InfoOptions {
    CommonOptions common;
    Selection selection;
    SizeFormat sizes = SizeFormat::automatic;
    bool numeric_ids = false;
    bool connections = false;
    bool holders = false;
    bool deleted = false;
    bool clients = false;
    bool blocks = false;
    bool csv = false;
    bool metrics = false;
    std::optional<std::chrono::milliseconds> interval;  ///< of --watch
    std::optional<std::string> verified;                ///< the file that --verify names
    std::vector<std::string> checks;                    ///< as they were given
    std::vector<Condition> conditions;                  ///< one for each of them

    /// The table that --csv shows.
    [[nodiscard]] CsvReport::Table table() const;
};

inline constexpr const char* shminfo_program = "shminfo";

/// A value is the exit status of a program that has nothing more to do: help was asked for, or the
/// usage was wrong, which stderr tells.
std::optional<int> read_info_options(int argc, char** argv, InfoOptions& options);

}  // namespace reaper
