/// Pages of the heap's payload, handed out in runs. The payload is a row of superblocks; each is
/// absent (no memory behind it), or committed and divided by a bitmap of free pages, or part of a
/// run of several whole superblocks for one very large block.
///
/// Runs are placed first-fit from the lowest superblock that is in use already, so that high ones
/// empty out and can be given back. Not thread-safe: the arena's lock protects it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "file/heap_file.hpp"
#include "os/mapping.hpp"
#include "shmheap/result.hpp"

namespace shmheap::detail {

/// Whether more memory may be committed for a request.
enum class Growth { forbidden, allowed };

class SuperblockTable {
public:
    using Clock = std::chrono::steady_clock;

    /// Errors: ENOMEM (private memory for the table).
    static Result<SuperblockTable> create(HeapFile& file);

    /// A run of `pages` pages whose first page number is a multiple of `alignment` (a power of
    /// two). Errors: EAGAIN (growth is needed and forbidden), ENOMEM (the heap's limit), and those
    /// of HeapFile::commit.
    Result<std::uint32_t> allocate(std::uint32_t pages, std::uint32_t alignment, Growth growth);

    /// Gives a run back that allocate() returned.
    void free(std::uint32_t first_page, std::uint32_t pages, Clock::time_point now);

    /// Gives the memory of superblocks back to the file system that have been empty for `delay`.
    /// Returns how many.
    std::size_t give_back(Clock::time_point now, std::chrono::milliseconds delay);

    /// From the start of the payload; nothing beyond is in use.
    [[nodiscard]] std::uint64_t used_bytes() const { return high_water_ * superblock_size_; }
    [[nodiscard]] std::size_t empty_count() const { return empty_count_; }
    [[nodiscard]] std::uint64_t superblocks_committed() const { return commits_; }

private:
    struct Superblock {
        std::uint32_t committed_pages = 0;  ///< always a prefix
        std::uint32_t free_pages = 0;
        /// No free run is longer; may be too high, a search that fails lowers it.
        std::uint32_t longest_free = 0;
        std::uint32_t large_pages = 0;  ///< not 0: part of a run of whole superblocks
        Clock::time_point empty_since{};
    };

    SuperblockTable(HeapFile& file, os::Mapping superblocks, os::Mapping bitmaps);

    [[nodiscard]] Superblock& at(std::size_t index) const {
        return reinterpret_cast<Superblock*>(superblocks_.data())[index];
    }
    [[nodiscard]] std::uint64_t* bitmap(std::size_t index) const {
        return reinterpret_cast<std::uint64_t*>(bitmaps_.data()) + index * bitmap_words_;
    }
    [[nodiscard]] bool is_empty(std::size_t index) const {
        const Superblock& superblock = at(index);
        return superblock.large_pages == 0 && superblock.free_pages == pages_per_superblock_;
    }
    [[nodiscard]] bool is_absent(std::size_t index) const {
        const Superblock& superblock = at(index);
        return superblock.large_pages == 0 && superblock.committed_pages == 0;
    }

    Result<std::uint32_t> allocate_whole(std::uint32_t pages, Growth growth);
    Status commit(std::size_t index, std::uint32_t pages, Growth growth);
    void set_empty(std::size_t index, Clock::time_point now);
    std::uint32_t find_run(std::size_t index, std::uint32_t pages, std::uint32_t alignment);
    void mark(std::size_t index, std::uint32_t first, std::uint32_t pages, bool free);
    void publish_committed(std::int64_t pages);

    HeapFile* file_;
    os::Mapping superblocks_;
    os::Mapping bitmaps_;
    std::uint64_t superblock_size_;
    std::uint32_t pages_per_superblock_;
    std::uint32_t bitmap_words_;
    std::size_t count_;
    std::size_t high_water_ = 0;  ///< superblocks from here on were never used
    std::size_t empty_count_ = 0;
    std::uint64_t commits_ = 0;
};

}  // namespace shmheap::detail
