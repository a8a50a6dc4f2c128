/// `shminfo --check`: finds out what the conditions ask for and says which of them are true.
#pragma once

#include <string>
#include <vector>

#include "reaper/check_expression.hpp"
#include "reaper/scan.hpp"
#include "reaper/selection.hpp"

namespace reaper {

struct Counted {
    Quantities quantities{};
    std::vector<std::string> blind_spots;  ///< in words, what could not be seen of it
    bool is_whole = true;                  ///< nothing that the conditions ask for was missed
};

/// What there is to ask about the files that the selection lets through (all of them are looked
/// at; the file system and deleted files are always the whole). Errors: the directory cannot be
/// read.
shmheap::Result<Counted> find_quantities(Scanner& scanner, const Selection& selection,
                                         const std::vector<Condition>& conditions);

}  // namespace reaper
