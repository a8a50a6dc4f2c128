/// What is to be said of a removal: why the file could go, and what becomes of its memory. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "reaper/holders.hpp"
#include "reaper/scan.hpp"
#include "reaper/unheld.hpp"

namespace reaper {

/// A file of another framework, seen together with who holds files.
struct ForeignVerdict {
    bool is_removable = false;
    bool is_in_use = false;   ///< its owner is known to live, or somebody has it mapped or open
    std::string explanation;  ///< why, either way
};

/// | owner by its rule | held by somebody we see | by anybody (lease) | all processes seen |
/// verdict   | | ----------------- | ----------------------- | ------------------ |
/// ------------------ | --------- | | alive             |                         | | | in use    |
/// |                   | yes                     |                    |                    | in use
/// | |                   |                         | yes                |                    | in
/// use    | | unknown           | no                      | no, or unknown     | | left      | |
/// dead, held        | no                      | unknown            | no                 | left |
/// | dead, held        | no                      | unknown            | yes                |
/// removable | | dead, held        | no                      | no                 | | removable |
///
/// `unheld` speaks of the file itself, and of the one whose holders count where that is another.
ForeignVerdict judge_foreign(const FileRecord& record, const HeldFiles& held, Unheld unheld);

/// Why a heap may go: "its owner's lock is free; process 4242 was its owner".
std::string heap_evidence(const FileRecord& record);

/// Whose memory it was: allocated bytes that return at once, and those that return when the last
/// holder exits.
struct Returns {
    std::uint64_t bytes_now = 0;
    std::uint64_t bytes_later = 0;
    std::size_t holders = 0;
};

Returns count_returns(const FileRecord& record, const HeldFiles& held);

}  // namespace reaper
