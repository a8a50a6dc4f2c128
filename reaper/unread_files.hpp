/// Files that a look over the directory could not read, and what is to be said of them: for want of
/// rights, which root has, or because something failed, so that the look is not whole.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reaper/scan.hpp"

namespace reaper {

class UnreadFiles {
public:
    /// Of the unreadable it keeps the heaps, by their names, and whatever failed.
    void note(const FileRecord& record);

    [[nodiscard]] bool empty() const { return count_of_.empty(); }

    /// Something else than rights was wanting.
    [[nodiscard]] bool has_failures() const;

    /// One line for each reason, with the remedy.
    [[nodiscard]] std::vector<std::string> complaints() const;

private:
    std::map<int, unsigned> count_of_;  // by errno
};

}  // namespace reaper
