/// Runs of pages from the superblocks that one shard of the arena holds for itself. A run is placed
/// where the longest free run is the shortest that will do, and an empty superblock goes back to
/// the table for whoever needs it. Not thread-safe: the shard's lock protects it.
#pragma once

#include <cstdint>
#include <vector>

#include "alloc/superblock_table.hpp"

namespace shmheap::detail {

class PageRuns {
public:
    explicit PageRuns(SuperblockTable& table) : table_(&table) {}

    /// A run of `pages` pages whose first page number is a multiple of `alignment` (a power of
    /// two). Errors: EAGAIN (growth is needed and forbidden), ENOMEM (the heap's limit, or private
    /// memory), and those of HeapFile::commit.
    Result<std::uint32_t> allocate(std::uint32_t pages, std::uint32_t alignment, Growth growth);

    /// Gives a run back that allocate() returned. True when a superblock fell empty with it.
    bool free(std::uint32_t first_page, std::uint32_t pages);

    /// Adds what is free in the superblocks of this shard.
    void count_free(FreePages& free) const;

private:
    struct Held {
        std::uint32_t index;  ///< in the table
        std::uint32_t free_pages;
        /// No free run is longer; may be too high, a search that fails lowers it.
        std::uint32_t longest_free;
    };

    struct Place {
        Held* held = nullptr;
        std::uint32_t first = 0;
    };

    static bool is_below(const Held& held, std::uint32_t index);
    Held* tightest(std::uint32_t pages);
    Place find(std::uint32_t pages, std::uint32_t alignment);
    Result<Held*> hold_another(Growth growth);

    SuperblockTable* table_;
    std::vector<Held> held_;  ///< by ascending index
};

}  // namespace shmheap::detail
