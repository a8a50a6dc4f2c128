/// Which files a run of shmclean is about, beside what it may remove: those of a user, of a
/// component, or of a certain age. Pure but for the clock that it is given.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reaper/scan.hpp"

namespace reaper {

/// Other frameworks' files, if a run is about them at all.
struct ForeignChoice {
    std::vector<std::string> kinds;  ///< Finding::kind; empty: all
};

struct CleanFilter {
    std::optional<uid_t> user;
    std::optional<std::string> component;  ///< of a heap of ours
    std::optional<std::chrono::seconds> older_than;
    std::optional<ForeignChoice> foreign;
    std::optional<uid_t> foreign_user;  ///< of other frameworks' files, where `user` says nothing

    /// Whether it lets heaps pass without a look at them.
    [[nodiscard]] bool is_open() const { return !user && !component && !older_than; }
};

/// Why the file is none that the run is about: "it is not of user 1000"; empty when it is one.
/// `now` is the time since 1970. A file is as old as its last change: of its content by a write, of
/// its size, mode or name. (What is written through a mapping leaves no trace in it.)
std::string why_excluded(const FileRecord& record, const CleanFilter& filter,
                         std::chrono::seconds now);

/// Whether the file is another framework's, and of a kind that the run is about.
bool is_chosen_foreign(const FileRecord& record, const CleanFilter& filter);

}  // namespace reaper
