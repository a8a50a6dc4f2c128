/// One of the equal parts of an arena, so that threads that allocate at the same time take
/// different locks. A shard has superblocks of its own and cuts them into spans; a block goes back
/// to the shard that it came from, whoever frees it.
///
/// The caller of every other function holds the lock. Nothing of this lies in shared memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "alloc/page_runs.hpp"
#include "alloc/size_class.hpp"
#include "alloc/span.hpp"
#include "file/heap_file.hpp"
#include "os/brief_lock.hpp"

namespace shmheap::detail {

/// What all shards of an arena share: which span each page of the payload belongs to.
struct PageTable {
    std::atomic<Span*>* spans;
    std::byte* payload;
};

class alignas(cache_line_size) Shard {
public:
    Shard(HeapFile& file, SuperblockTable& table, PageTable pages)
        : file_(&file), pages_(pages), runs_(table) {}

    void lock() { mutex_.lock(); }
    void unlock() { mutex_.unlock(); }

    /// Fills `blocks`, whose words are then block_cached; fewer when the heap cannot grow for more,
    /// none only with an error. Errors: those of PageRuns::allocate.
    Result<std::size_t> take(std::size_t size_class, std::span<Block> blocks, Growth growth);

    /// Errors: those of PageRuns::allocate.
    Result<Block> take_large(std::uint32_t pages, std::uint32_t alignment, Growth growth);

    /// Takes a block back, small or large, of a span of this shard. True when so much memory fell
    /// empty with it that it can be given back.
    bool put(Span& span, const Block& block);

    void count_free(FreePages& free) const { runs_.count_free(free); }

private:
    Span* unused_span();
    Result<Span*> make_span(std::uint32_t pages, std::uint32_t alignment, Growth growth);
    Result<Span*> make_small_span(std::size_t size_class, Growth growth);
    bool destroy_span(Span& span);
    void enlist(Span& span);
    void delist(Span& span);

    os::BriefLock mutex_;
    HeapFile* file_;
    PageTable pages_;
    PageRuns runs_;
    /// Spans of each class with free blocks, most recently freed into first.
    std::array<Span*, class_count> first_{};
    std::deque<Span> spans_;  ///< every span there ever was; addresses are stable
    Span* unused_spans_ = nullptr;
};

}  // namespace shmheap::detail
