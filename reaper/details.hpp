/// What is told of a file only when asked for, beside its record: who holds it, who its clients
/// are, how its blocks divide. A value; borrows the held files.
#pragma once

#include <optional>
#include <vector>

#include "file/inspect_blocks.hpp"
#include "file/inspect_clients.hpp"
#include "reaper/holders.hpp"
#include "reaper/scan.hpp"

namespace reaper {

struct Details {
    /// Who holds the file; the list is empty when nobody was found.
    std::optional<std::vector<Holder>> holders;
    /// Of a heap of ours that is in order; no value when it could not be read any more.
    std::optional<std::vector<shmheap::ClientRecord>> clients;
    std::optional<shmheap::BlockUsage> blocks;  ///< likewise
};

/// Reads details of one file after the other. One thread.
class DetailReader {
public:
    struct Wanted {
        bool clients = false;
        bool blocks = false;
        const HeldFiles* held = nullptr;  ///< null: holders are not wanted
    };

    DetailReader(const shmheap::os::ShmDirectory& directory, Wanted wanted)
        : directory_(directory), wanted_(wanted) {}

    /// Details of a file that a Scanner has looked at. What went meanwhile has none.
    Details read(const FileRecord& record);

private:
    void read_heap(const FileRecord& record, Details& details);

    const shmheap::os::ShmDirectory& directory_;
    const Wanted wanted_;
    shmheap::FileHead head_;
};

}  // namespace reaper
