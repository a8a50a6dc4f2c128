/// The allocator behind the magazines: spans of every size class and large blocks, under one lock
/// that is private to the owner. Blocks come and go in batches, so the lock is rarely taken.
/// Nothing of this lies in shared memory but the counters that it publishes.
///
/// Thread-safety: every function may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>

#include "alloc/poison.hpp"
#include "alloc/size_class.hpp"
#include "alloc/span.hpp"
#include "alloc/superblock_table.hpp"
#include "file/heap_file.hpp"

namespace shmheap::detail {

class Arena {
public:
    using Clock = SuperblockTable::Clock;

    /// Errors: ENOMEM (private memory for tables).
    static Result<std::unique_ptr<Arena>> create(HeapFile& file);
    /// The addresses may serve anybody from here on.
    ~Arena() { allow_use(payload_, superblocks_.used_bytes()); }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Fills `blocks` with blocks of a size class, whose words are block_cached; fewer when the
    /// heap cannot grow for more, none only with an error. Errors: EAGAIN (growth is needed and
    /// forbidden), and those of HeapFile::commit.
    Result<std::size_t> take(std::size_t size_class, std::span<Block> blocks, Growth growth);

    /// Takes blocks of one size class back whose words are block_cached.
    void put(std::size_t size_class, std::span<const Block> blocks);

    /// One block of its own run of pages; the word is block_cached. `alignment` in pages, a power
    /// of two. Errors: as take().
    Result<Block> take_large(std::uint32_t pages, std::uint32_t alignment, Growth growth);
    void put_large(Span& span);

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

    /// Gives back what has been empty for `delay`: spans to their superblocks, superblocks to the
    /// file system. True when there is more that has not been empty for long enough.
    bool give_back(std::chrono::milliseconds delay);

    /// Whom to tell when a superblock falls empty; set before the first take.
    void set_caretaker(Caretaker* caretaker) { caretaker_ = caretaker; }

    [[nodiscard]] std::uint64_t superblocks_committed();
    [[nodiscard]] std::uint64_t superblocks_given_back();

private:
    struct ClassState {
        Span* first = nullptr;  ///< spans with free blocks, most recently freed into first
        std::uint32_t empty_spans = 0;
    };

    Arena(HeapFile& file, SuperblockTable superblocks, os::Mapping page_table);

    Span* unused_span();
    Result<Span*> make_span(std::uint32_t pages, std::uint32_t alignment, Growth growth);
    Result<Span*> make_small_span(std::size_t size_class, Growth growth);
    void destroy_span(Span& span);
    void put_one(ClassState& state, const Block& block);
    void enlist(ClassState& state, Span& span);
    void delist(ClassState& state, Span& span);
    void publish(std::size_t size_class, std::int64_t blocks);

    std::mutex mutex_;
    HeapFile* file_;
    SuperblockTable superblocks_;
    os::Mapping page_table_;
    std::atomic<Span*>* pages_;
    std::byte* payload_;
    std::size_t payload_size_;
    std::array<ClassState, class_count> classes_{};
    std::deque<Span> spans_;  ///< every span there ever was; addresses are stable
    Span* unused_spans_ = nullptr;
    std::uint64_t given_back_ = 0;
    Caretaker* caretaker_ = nullptr;
};

}  // namespace shmheap::detail
