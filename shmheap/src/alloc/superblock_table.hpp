/// The superblocks of the heap's payload: each is absent (no memory behind it), empty (committed
/// and for whoever comes first), held by a shard that divides it into runs of pages, or part of a
/// run of several whole superblocks for one very large block.
///
/// Whoever needs one gets the lowest that is empty, else the lowest that is absent; empty ones are
/// given back to the file system after a while. Thread-safety: every function may be called from
/// any thread; a bitmap belongs to the holder of its superblock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "alloc/page_bitmap.hpp"
#include "file/heap_file.hpp"
#include "os/brief_lock.hpp"
#include "os/mapping.hpp"
#include "shmheap/result.hpp"

namespace shmheap::detail {

/// Whether more memory may be committed for a request.
enum class Growth { forbidden, allowed };

/// Pages that have memory and are in no span.
struct FreePages {
    std::uint64_t pages = 0;
    std::uint64_t longest = 0;  ///< that lie together
};

class SuperblockTable {
public:
    using Clock = std::chrono::steady_clock;

    /// Errors: ENOMEM (private memory for the table).
    static Result<std::unique_ptr<SuperblockTable>> create(HeapFile& file);

    /// A superblock for the caller alone; its bitmap says nothing yet. Errors: EAGAIN (growth is
    /// needed and forbidden), ENOMEM (the heap's limit), and those of HeapFile::commit.
    Result<std::uint32_t> acquire(Growth growth);
    void release(std::uint32_t index);

    /// The first page of as many whole superblocks as `pages` need. Errors: as acquire().
    Result<std::uint32_t> allocate_whole(std::uint32_t pages, Growth growth);
    void free_whole(std::uint32_t index, std::uint32_t pages);

    [[nodiscard]] PageBitmap bitmap(std::uint32_t index) const {
        auto* words = reinterpret_cast<std::uint64_t*>(bitmaps_.data());
        constexpr std::uint32_t bits = PageBitmap::bits_per_word;
        return {words + std::size_t{index} * (pages_per_superblock_ / bits), pages_per_superblock_};
    }
    [[nodiscard]] std::uint32_t pages_per_superblock() const { return pages_per_superblock_; }

    /// Gives the memory of superblocks back to the file system that have been empty for `delay`.
    /// True when there are others that have not been empty for long enough.
    bool give_back(std::chrono::milliseconds delay);

    /// Adds what the superblocks have that nobody holds.
    void count_free(FreePages& free);

    /// From the start of the payload; nothing beyond is in use.
    [[nodiscard]] std::uint64_t used_bytes();
    [[nodiscard]] std::uint64_t superblocks_committed();
    [[nodiscard]] std::uint64_t superblocks_given_back();

private:
    enum class State : std::uint8_t { absent, empty, held, whole };

    struct Superblock {
        std::uint32_t committed_pages = 0;  ///< always a prefix
        std::uint32_t whole_pages = 0;      ///< of the run of whole superblocks it is part of
        State state = State::absent;
        Clock::time_point empty_since{};
    };

    SuperblockTable(HeapFile& file, os::Mapping superblocks, os::Mapping bitmaps);

    [[nodiscard]] Superblock& at(std::size_t index) const {
        return reinterpret_cast<Superblock*>(superblocks_.data())[index];
    }
    [[nodiscard]] bool is_available(std::size_t index) const {
        return at(index).state == State::absent || at(index).state == State::empty;
    }
    [[nodiscard]] std::size_t first_available() const;
    Status commit(std::size_t index, std::uint32_t pages, Growth growth);
    void set_empty(std::size_t index);
    void set_taken(std::size_t index, State state);
    void publish_committed(std::int64_t pages);

    os::BriefLock mutex_;
    HeapFile* file_;
    os::Mapping superblocks_;
    os::Mapping bitmaps_;
    std::uint64_t superblock_size_;
    std::uint32_t pages_per_superblock_;
    std::size_t count_;
    std::size_t high_water_ = 0;  ///< superblocks from here on were never used
    std::size_t empty_count_ = 0;
    std::uint64_t commits_ = 0;
    std::uint64_t given_back_ = 0;
};

}  // namespace shmheap::detail
