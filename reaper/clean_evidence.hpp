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

/// | owner by its rule | a holder is seen | held, by the lease | all are seen | verdict   |
/// | ----------------- | ---------------- | ------------------ | ------------ | --------- |
/// | alive             |                  |                    |              | in use    |
/// |                   | yes              | yes, or unknown    |              | in use    |
/// |                   | yes, not ours    | no                 |              | in use    |
/// |                   |                  | yes                |              | in use    |
/// | unknown           | no               | no, or unknown     |              | left      |
/// | dead, held        | no               | unknown            | no           | left      |
/// | dead, held        | no               | unknown            | yes          | removable |
/// | dead, held        | no               | no                 |              | removable |
///
/// A holder that is ours is one of our tools by its name: they look at a file for a moment, and so
/// are seen as holders of it by each other. Then the kernel decides.
///
/// `unheld` speaks of the file itself, and of the one whose holders count where that is another.
ForeignVerdict judge_foreign(const FileRecord& record, const HeldFiles& held, Unheld unheld);

/// Decides what the rule leaves to the holders (foreign::Life::held), as the processes tell it:
/// alive where one of them has the file that counts, dead where all were seen and none has, else
/// unknown: also where only tools of ours have it, as it seems.
void settle_by_holders(const HeldFiles& held, const FileRecord& record, foreign::Finding& finding);

/// Why a heap may go: "its owner's lock is free; process 4242 was its owner".
std::string heap_evidence(const FileRecord& record);

/// Whose memory it was: allocated bytes that return at once, and those that return when the last
/// holder has exited and the last other name is gone.
struct Returns {
    std::uint64_t bytes_now = 0;
    std::uint64_t bytes_later = 0;
    std::size_t holders = 0;
    std::size_t other_names = 0;   ///< hard links
    std::string blind_spots = {};  ///< who may hold it as well, in words; empty: nobody
};

/// `unheld` is what the kernel says of the file, who also knows of holders that nobody sees.
Returns count_returns(const FileRecord& record, const HeldFiles& held, Unheld unheld);

/// The same where no more is known than how many have it.
Returns count_returns(const FileRecord& record, std::size_t holders);

/// "4096 bytes return now", or "0 bytes return now, 4096 when its 2 holders exit".
std::string returns_text(const Returns& returns);

}  // namespace reaper
