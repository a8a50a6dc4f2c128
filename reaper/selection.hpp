/// Which files are shown, and in what order: what --component, --user and --sort say.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reaper/scan.hpp"

namespace reaper {

enum class SortKey {
    name,
    size,  ///< the largest file first
    used,  ///< the heap with most bytes in use first
    age,   ///< the oldest first: a heap by its birth, another file by its last change of content
};

struct Selection {
    bool all = false;                      ///< files that are no heaps, too
    std::optional<std::string> component;  ///< of heaps of ours: the name as it is
    std::optional<uid_t> user;             ///< who owns the file
    SortKey key = SortKey::name;

    [[nodiscard]] bool matches(const FileRecord& record) const;
};

/// What the keys but the name order by.
struct Measures {
    std::uint64_t file_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::int64_t since_ns = 0;  ///< since 1970; what lies before 1677 or after 2262 stops there
};

Measures measures_of(const FileRecord& record);

/// What comes first has the smallest; equals follow their names, byte by byte. Of the name all are
/// equal.
std::uint64_t rank(const Measures& measures, SortKey key);

/// The entries in the order of the key. Every key but the name has each file looked at once more,
/// so that no more than names stand in memory.
std::vector<DirectoryEntry> in_order(std::vector<DirectoryEntry> entries,
                                     const Selection& selection, Scanner& scanner);

/// Of a heap; 0 of anything else.
std::uint64_t used_bytes(const FileRecord& record);
std::uint64_t heap_bytes(const FileRecord& record);

}  // namespace reaper
