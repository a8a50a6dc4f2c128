#include "heap_core.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "os/assert.hpp"
#include "os/crash_point.hpp"
#include "thread_caches.hpp"

namespace shmheap::detail {

constinit std::atomic<HeapCore*> process_core{nullptr};

namespace {

/// How long memory stays empty before it goes back to the file system, and how often a thread
/// that goes on calling the heap looks.
constexpr std::chrono::milliseconds give_back_delay{250};

[[noreturn]] void die_of(const char* mistake, const void* block, const std::string& heap) {
    std::fprintf(stderr, "shmheap: %s: block %p of %s\n", mistake, block, heap.c_str());
    std::abort();
}

/// One reference more, unless the block is not live or was deallocated.
bool add_reference(BlockWord& word) {
    std::uint32_t seen = word.load(std::memory_order_relaxed);
    while ((seen & (block_live | block_freed)) == block_live &&
           (seen & lease_count_mask) < lease_count_mask) {
        if (word.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) return true;
    }
    return false;
}

}  // namespace

HeapCore::HeapCore(std::unique_ptr<HeapFile> file, std::unique_ptr<Arena> arena)
    : file_(std::move(file)),
      arena_(std::move(arena)),
      payload_(arena_->payload()),
      payload_size_(arena_->payload_size()) {
    for (std::uint32_t index = 0; index < client_slot_count; ++index) {
        lanes_[index].bind(*file_, index);
        claims_[index].bind(*file_, index);
    }
}

Result<std::unique_ptr<HeapCore>> HeapCore::create(const HeapOptions& options) {
    auto file = HeapFile::create(options);
    if (!file) return tl::unexpected(file.error());
    auto arena = Arena::create(**file);
    if (!arena) {
        (*file)->remove_name();
        return tl::unexpected(arena.error());
    }
    std::unique_ptr<HeapCore> core(new HeapCore(std::move(*file), std::move(*arena)));
    if (auto hired = core->hire_caretaker(options); !hired) return tl::unexpected(hired.error());
    if (auto known = enlist_heap(*core); !known) return tl::unexpected(known.error());
    return core;
}

Status HeapCore::hire_caretaker(const HeapOptions& options) {
    Caretaker::Duties duties;
    duties.touches = options.prefault == Prefault::background;
    duties.delay = give_back_delay;
    if (options.background) {
        // Nobody tells when a client releases a block that was deallocated, or dies with it, so as
        // long as there are such blocks the helper looks again.
        duties.give_back = [this] {
            if (blocks_awaiting_leases_.load(std::memory_order_relaxed) > 0) {
                collect_lanes();
            } else {
                reclaim();
            }
            const bool more = arena_->give_back(give_back_delay);
            return more || blocks_awaiting_leases_.load(std::memory_order_relaxed) > 0;
        };
    }
    if (!duties.touches && !duties.give_back) return {};
    auto caretaker = Caretaker::start(std::move(duties));
    if (!caretaker) return tl::unexpected(caretaker.error());
    caretaker_ = std::move(*caretaker);
    file_->set_caretaker(caretaker_.get());
    arena_->set_caretaker(caretaker_.get());
    return {};
}

HeapCore::~HeapCore() {
    if (is_inherited()) {
        (void)caretaker_.release();  // its thread does not exist here, and would be waited for
    } else {
        file_->remove_name();
    }
    delist_heap(*this);
}

// ---- allocation

void* HeapCore::allocate(std::size_t bytes) noexcept {
    ThreadCache* cache = current_cache;
    if (cache->heap() != this) [[unlikely]] {
        if (is_inherited()) {
            errno = ECHILD;
            return nullptr;
        }
        cache = select_cache(*this);
        if (cache == nullptr) return allocate_at_limit(bytes, block_alignment);
    }
    std::byte* block = cache->allocate(bytes);
    return block != nullptr ? block : allocate_at_limit(bytes, block_alignment);
}

/// The short way failed: take back whatever can be taken back, then try once more.
void* HeapCore::allocate_at_limit(std::size_t bytes, std::size_t alignment) {
    int code = ENOMEM;
    if (bytes <= payload_size_) {
        collect_lanes();
        if (current_cache->heap() == this) current_cache->flush();
        arena_->give_back(std::chrono::milliseconds(0));
        const auto block = allocate_uncached(bytes, alignment);
        if (block) return *block;
        code = block.error().code;
        // What a large block got of its memory before there was no more is of use to others.
        arena_->give_back(std::chrono::milliseconds(0));
    }
    notice_loss();
    file_->header().counters.allocation_failures.fetch_add(1, std::memory_order_relaxed);
    errno = code == ENOSPC ? ENOSPC : ENOMEM;
    return nullptr;
}

/// Straight from the arena. `alignment` up to a page is had for free in a run of pages.
Result<std::byte*> HeapCore::allocate_uncached(std::size_t bytes, std::size_t alignment) {
    Block block{};
    if (bytes <= class_size_max && alignment <= block_alignment) {
        const auto taken = arena_->take(size_class_of(bytes), {&block, 1}, {Growth::allowed});
        if (!taken) return tl::unexpected(taken.error());
    } else {
        const auto pages = static_cast<std::uint32_t>(
            std::max<std::size_t>((bytes + page_size - 1) / page_size, 1));
        const auto aligned =
            static_cast<std::uint32_t>(std::max<std::size_t>(alignment / page_size, 1));
        const auto taken = arena_->take_large(pages, aligned, {Growth::allowed});
        if (!taken) return tl::unexpected(taken.error());
        block = *taken;
    }
    block.word->store(block_live, std::memory_order_relaxed);
    allow_use(block.data, find(block.data).span->usable_size());
    return block.data;
}

void* HeapCore::allocate_aligned(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t alignment_max =
        std::min<std::size_t>(file_->header().superblock_size, payload_alignment);
    if (!std::has_single_bit(alignment) || alignment > alignment_max) {
        errno = EINVAL;
        return nullptr;
    }
    if (alignment <= block_alignment || (bytes > class_size_max && alignment <= page_size)) {
        return allocate(bytes);
    }
    if (is_inherited()) {
        errno = ECHILD;
        return nullptr;
    }
    if (bytes <= payload_size_) {
        if (const auto block = allocate_uncached(bytes, alignment)) return *block;
    }
    return allocate_at_limit(bytes, alignment);
}

HeapCore::Found HeapCore::find(const std::byte* data) const {
    if (!contains(data)) return {};
    Span* span = arena_->find(data);
    if (span == nullptr) return {};
    const Span::Place place = span->place_of(data);
    if (!place.is_start() || place.index() >= span->block_count) return {};
    return {span, span->block(place.index())};
}

std::size_t HeapCore::usable_size(const std::byte* block) const {
    const Found found = find(block);
    if (found.span == nullptr) return 0;
    const std::uint32_t word = found.block.word->load(std::memory_order_relaxed);
    return (word & (block_live | block_freed)) == block_live ? found.span->usable_size() : 0;
}

void HeapCore::free_slowly(std::byte* data) {
    const Found found = find(data);
    if (found.span == nullptr) die_of("not the start of a block", data, file_->name());
    BlockWord& word = *found.block.word;
    KeptThings::Thing let_go_below;
    std::uint32_t seen = word.load(std::memory_order_relaxed);
    std::uint32_t next = 0;
    do {
        if ((seen & block_live) == 0 || (seen & block_freed) != 0) {
            die_of("deallocated twice", data, file_->name());
        }
        // Nobody else can free it then.
        if ((seen & lease_count_mask) == 0) let_go_below = kept_.take(data);
        next = (seen & lease_count_mask) == 0 ? block_cached : seen | block_freed;
        // acq_rel: pairs with drop_references(); whoever comes last frees, after all uses.
    } while (!word.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
    CRASH_POINT(deallocate_decided);
    if (next == block_cached) return release_block(*found.span, found.block);
    blocks_awaiting_leases_.fetch_add(1, std::memory_order_relaxed);
    if (caretaker_) caretaker_->memory_fell_empty();
}

/// A block whose word says cached goes to this thread's magazines, or to the arena.
void HeapCore::release_block(Span& span, const Block& block) {
    ThreadCache* cache = current_cache;
    if (cache->heap() == this) return cache->keep(span, block);
    forbid_use(block.data, span.usable_size());
    if (span.is_large()) return arena_->put_large({&block, 1});
    arena_->put(span.size_class, {&block, 1});
}

void HeapCore::look_after(ThreadCache& cache) {
    (void)has_process_cache();  // forgets that of a heap that lost its name
    if (!cache.is_due(Arena::Clock::now(), give_back_delay)) return;
    cache.flush();
    arena_->give_back(give_back_delay);
}

// ---- leases

OwnerLane* HeapCore::lane(std::uint32_t client) {
    const std::uint32_t index = client_index(client);
    return index < client_slot_count ? &lanes_[index] : nullptr;
}

Result<Loan> HeapCore::lend(const void* block, std::size_t offset, std::size_t bytes) {
    if (is_inherited()) return fail(ECHILD, "issue lease of", file_->name());
    const auto* data = static_cast<const std::byte*>(block);
    const Found found = find(data);
    if (found.span == nullptr || offset > found.span->usable_size() ||
        bytes > found.span->usable_size() - offset || !add_reference(*found.block.word)) {
        return fail(EINVAL, "issue lease of what is no live block of", file_->name());
    }
    CRASH_POINT(issue_block_referenced);
    return Loan{.block = found.block,
                .offset = static_cast<std::uint64_t>(data - file_->data()) + offset,
                .length = bytes};
}

Result<Reference> HeapCore::issue(const void* block, std::size_t offset, std::size_t bytes,
                                  std::uint32_t client) {
    const auto issue = [client](OwnerLane& to, const Loan& loan, EndedLeases& ended) {
        return to.issue(loan, client, ended);
    };
    return issue_by(issue, lend(block, offset, bytes), client);
}

/// Drops one reference for each entry, and frees what was deallocated and has no lease left.
std::size_t HeapCore::drop_references(const EndedLeases& ended) {
    for (const EndedLease& lease : ended) {
        // Who cannot tell whether a block is still read does not use it again.
        if (lease.lent_to != 0 && !adopt_claims(lease)) [[unlikely]]
            continue;
        const Block& block = lease.block;
        // acq_rel: pairs with free_slowly() and with its own kind; the last one frees.
        const std::uint32_t before = block.word->fetch_sub(1, std::memory_order_acq_rel);
        CRASH_POINT(reference_dropped);
        ASSERT((before & block_live) != 0);
        ASSERT((before & lease_count_mask) != 0);
        if (before != (block_live | block_freed | 1)) continue;
        CRASH_POINT(last_reference_dropped);
        blocks_awaiting_leases_.fetch_sub(1, std::memory_order_relaxed);
        const KeptThings::Thing let_go_below = kept_.take(block.data);
        block.word->store(block_cached, std::memory_order_relaxed);
        release_block(*arena_->find(block.data), block);
    }
    return ended.size();
}

Status HeapCore::revoke(const Reference& reference) {
    if (is_inherited()) return fail(ECHILD, "revoke lease of", file_->name());
    if (reference.heap != file_->header().uuid) {
        return fail(EXDEV, "revoke lease of", file_->name());
    }
    OwnerLane* of = lane(reference.client);
    if (of == nullptr) return fail(EPROTO, "revoke lease of", file_->name());
    EndedLeases ended;
    auto revoked = of->revoke(reference, ended);
    drop_references(ended);
    return revoked;
}

Result<std::size_t> HeapCore::collect_client(std::uint32_t client) {
    if (is_inherited()) return fail(ECHILD, "collect leases of", file_->name());
    return lane(client) != nullptr ? collect_lane(client_index(client)) : 0;
}

std::size_t HeapCore::collect_lane(std::uint32_t index) {
    EndedLeases of_lane;
    lanes_[index].collect(of_lane);
    const std::size_t leases = drop_references(of_lane);
    EndedLeases of_claims;
    claims_[index].collect(of_claims);
    return leases + drop_references(of_claims);
}

std::size_t HeapCore::leases_of(std::uint32_t client) {
    OwnerLane* of = lane(client);
    return of != nullptr && !is_inherited() ? of->leases_of(client) : 0;
}

void HeapCore::await_release(std::uint32_t client, std::int64_t timeout_ns) {
    if (OwnerLane* of = lane(client); of != nullptr && !is_inherited()) {
        of->await_release(client, timeout_ns);
    }
}

std::size_t HeapCore::collect_lanes() {
    std::size_t count = 0;
    for (std::uint32_t index = 0; index < client_slot_count; ++index)
        count += collect_lane(index);
    return count;
}

void HeapCore::reclaim() {
    for (std::uint32_t index = 0; index < client_slot_count; ++index)
        reclaim_client(index);
}

void HeapCore::reclaim_client(std::uint32_t client) {
    if (lane(client) == nullptr) return;
    EndedLeases of_lane;
    lanes_[client_index(client)].collect_if_moved(of_lane);
    drop_references(of_lane);
    EndedLeases of_claims;
    claims_[client_index(client)].collect_if_moved(of_claims);
    drop_references(of_claims);
}

Result<std::size_t> HeapCore::collect() {
    if (is_inherited()) return fail(ECHILD, "collect leases of", file_->name());
    const std::size_t count = collect_lanes();
    if (current_cache->heap() == this) current_cache->flush();
    arena_->give_back(std::chrono::milliseconds(0));
    file_->check_name();
    notice_loss();
    return count;
}

/// The next allocation of this process then goes the long way, to a new heap.
void HeapCore::notice_loss() {
    HeapCore* self = this;
    if (!file_->lost_its_name()) return;
    process_core.compare_exchange_strong(self, nullptr);
    (void)has_process_cache();
}

// ---- statistics

HeapStats HeapCore::stats() {
    const HeapCounters& counters = file_->header().counters;
    HeapStats stats;
    stats.heap_size = counters.committed_bytes.load(std::memory_order_relaxed);
    stats.allocation_failures = counters.allocation_failures.load(std::memory_order_relaxed);
    std::int64_t blocks = static_cast<std::int64_t>(counters.large_blocks.load());
    std::int64_t used = static_cast<std::int64_t>(counters.large_bytes.load());
    std::array<std::int64_t, class_count> live{};
    for (std::size_t index = 0; index < class_count; ++index) {
        live[index] = static_cast<std::int64_t>(counters.class_blocks[index].load());
    }
    const auto* threads =
        reinterpret_cast<const ThreadCounters*>(file_->data() + thread_counters_offset);
    const std::uint32_t threads_used = counters.thread_slots_used.load(std::memory_order_acquire);
    for (std::uint32_t thread = 0; thread < threads_used; ++thread) {
        const std::uint32_t kept = threads[thread].large_pages.load(std::memory_order_relaxed);
        blocks -= kept == 0 ? 0 : 1 + threads[thread].class_blocks[large_class];
        used -= static_cast<std::int64_t>(kept) * static_cast<std::int64_t>(page_size);
        for (std::size_t index = 0; index < class_count; ++index) {
            live[index] -= threads[thread].class_blocks[index].load(std::memory_order_relaxed);
        }
    }
    for (std::size_t index = 0; index < class_count; ++index) {
        blocks += live[index];
        used += live[index] * class_sizes[index];
    }
    stats.blocks_live = static_cast<std::uint64_t>(std::max<std::int64_t>(blocks, 0));
    stats.heap_used = static_cast<std::uint64_t>(std::max<std::int64_t>(used, 0));
    // In a forked child another thread of the parent may have held the locks for what follows.
    if (is_inherited()) return stats;
    stats.file_size = file_->file_size();
    for (OwnerLane& each : lanes_)
        stats.leases_live += each.leases_live();
    for (OwnerClaims& each : claims_)
        stats.leases_live += each.live();
    stats.clients = file_->count_clients();
    return stats;
}

std::uint64_t HeapCore::leases_issued() {
    std::uint64_t count = 0;
    for (OwnerLane& each : lanes_)
        count += each.leases_issued();
    return count;
}

ThreadCounters* HeapCore::claim_thread_counters() {
    const std::lock_guard guard(counters_mutex_);
    const auto place = std::find(counters_taken_.begin(), counters_taken_.end(), false);
    if (place == counters_taken_.end()) return nullptr;
    *place = true;
    const auto index = static_cast<std::uint32_t>(place - counters_taken_.begin());
    auto& used = file_->header().counters.thread_slots_used;
    if (used.load(std::memory_order_relaxed) <= index) {
        used.store(index + 1, std::memory_order_release);
    }
    return reinterpret_cast<ThreadCounters*>(file_->data() + thread_counters_offset) + index;
}

void HeapCore::return_thread_counters(ThreadCounters* counters) {
    const std::lock_guard guard(counters_mutex_);
    auto* first = reinterpret_cast<ThreadCounters*>(file_->data() + thread_counters_offset);
    const auto index = static_cast<std::size_t>(counters - first);
    if (index < counters_taken_.size()) counters_taken_[index] = false;
}

}  // namespace shmheap::detail
