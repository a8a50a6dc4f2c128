/// The allocator behind the magazines. Blocks come and go in batches, on one of two ways:
///
///     shelves   a batch that one thread left, for the next that needs such blocks: no lock
///     shards    spans of every size class and large blocks, under one lock for each shard
///
/// A thread allocates from the shard it was given, so that threads seldom meet; DESIGN.md says why.
/// Nothing of this lies in shared memory but the counters that it publishes.
///
/// Thread-safety: every function may be called from any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "alloc/poison.hpp"
#include "alloc/shard.hpp"
#include "alloc/shelf.hpp"
#include "alloc/size_class.hpp"
#include "alloc/span.hpp"
#include "alloc/superblock_table.hpp"
#include "file/heap_file.hpp"

namespace shmheap::detail {

/// Where to take blocks from first, and whether memory may be committed for them.
struct Terms {
    Growth growth;
    std::uint32_t shard = 0;
};

class Arena {
public:
    using Clock = SuperblockTable::Clock;

    static constexpr std::uint32_t shard_count = 4;
    static constexpr std::size_t batch_blocks_max = 72;
    static constexpr std::size_t large_batch_blocks_max = 16;
    /// Most bytes that wait on all shelves.
    static constexpr std::int64_t shelved_bytes_max = 2 * 1024 * 1024;

    /// Errors: ENOMEM (private memory for tables).
    static Result<std::unique_ptr<Arena>> create(HeapFile& file);
    /// The addresses may serve anybody from here on.
    ~Arena() { allow_use(payload_, superblocks_->used_bytes()); }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Fills `blocks` with blocks of a size class, whose words are block_cached; fewer when that is
    /// what a shelf has or when the heap cannot grow for more, none only with an error. Before the
    /// heap is at its limit all shards are asked. Errors: EAGAIN (growth is needed and forbidden),
    /// and those of HeapFile::commit.
    Result<std::size_t> take(std::size_t size_class, std::span<Block> blocks, Terms terms);

    /// Takes blocks of one size class back whose words are block_cached: into their spans, or on
    /// the shelf if there is a place.
    void put(std::size_t size_class, std::span<const Block> blocks);
    void shelve(std::size_t size_class, std::span<const Block> blocks);

    /// One block of its own run of pages; the word is block_cached. `alignment` in pages, a power
    /// of two. Errors: as take().
    Result<Block> take_large(std::uint32_t pages, std::uint32_t alignment, Terms terms);
    void put_large(std::span<const Block> blocks);

    /// The same for large blocks of one size; take_shelved() may find none, and returns how many.
    std::size_t take_shelved(std::uint32_t pages, std::span<Block> blocks);
    void shelve_large(std::uint32_t pages, std::span<const Block> blocks);

    /// The span that an address of the payload lies in, or nullptr; of a large block only the first
    /// page is known. Needs no lock: who owns a block keeps its span. relaxed: the entry of a live
    /// block was written before the block was handed out, on whatever way it came to the caller.
    [[nodiscard]] Span* find(const std::byte* address) const {
        const auto offset = static_cast<std::size_t>(address - payload_);
        return pages_[offset / page_size].load(std::memory_order_relaxed);
    }
    /// The table behind find(), one entry for each page of the payload.
    [[nodiscard]] const std::atomic<Span*>* pages() const { return pages_; }
    [[nodiscard]] std::byte* payload() const { return payload_; }
    [[nodiscard]] std::size_t payload_size() const { return payload_size_; }

    /// Clears the shelves, gives superblocks back to the file system that have been empty for
    /// `delay`, and tells onlookers what is free then. True when there are more that have not been
    /// empty for long enough.
    bool give_back(std::chrono::milliseconds delay);

    /// Whom to tell when memory can be given back; set before the first take.
    void set_caretaker(Caretaker* caretaker) { caretaker_ = caretaker; }

    [[nodiscard]] std::uint64_t superblocks_committed() {
        return superblocks_->superblocks_committed();
    }
    [[nodiscard]] std::uint64_t superblocks_given_back() {
        return superblocks_->superblocks_given_back();
    }

private:
    Arena(HeapFile& file, std::unique_ptr<SuperblockTable> superblocks, os::Mapping page_table);

    void put_home(std::span<const Block> blocks);
    bool reserve_on_shelf(std::size_t bytes);
    void unreserve_on_shelf(std::size_t bytes);
    void clear_shelves();
    void publish(std::size_t size_class, std::int64_t blocks);
    void publish_large(std::int64_t blocks, std::int64_t bytes);
    void publish_free();
    void tell_caretaker();

    HeapFile* file_;
    std::unique_ptr<SuperblockTable> superblocks_;
    os::Mapping page_table_;
    std::atomic<Span*>* pages_;
    std::byte* payload_;
    std::size_t payload_size_;
    Caretaker* caretaker_ = nullptr;
    std::array<Shard, shard_count> shards_;
    alignas(cache_line_size) std::atomic<std::int64_t> shelved_bytes_{0};
    std::array<Shelf<8, batch_blocks_max>, class_count> shelves_;
    Shelf<16, large_batch_blocks_max> large_shelf_;
};

}  // namespace shmheap::detail
