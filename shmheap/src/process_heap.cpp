// The heap of this process: made on demand, abandoned in a forked child, removed at exit, replaced
// when its file lost its name. Also the functions of heap.hpp that work on any heap.
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>

#include "environment.hpp"
#include "heap_core.hpp"
#include "metrics.hpp"
#include "shmheap/heap.hpp"
#include "thread_caches.hpp"

namespace shmheap {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds retry_interval{100};
constexpr std::chrono::seconds exit_patience{1};

/// A heap that this process, or one that it was forked from, ever had; it lives on for its blocks.
struct Kept {
    std::unique_ptr<Heap> heap;
    Kept* before;
};

/// What the environment says of heaps.
enum class Permission { unasked, given, refused };

/// Never destroyed: other threads may allocate until the very end.
struct ProcessHeap {
    std::atomic<Heap*> current{nullptr};
    std::atomic<bool> exiting{false};
    std::atomic<Permission> permission{Permission::unasked};
    std::timed_mutex birth;  ///< for what follows
    Error failure;
    Clock::time_point retry_at{};
    bool warned = false;
    Kept* kept = nullptr;
};

ProcessHeap& state() {
    alignas(ProcessHeap) static std::byte storage[sizeof(ProcessHeap)];
    static ProcessHeap* const instance = new (storage) ProcessHeap;
    return *instance;
}

Result<Heap*> refused(int code, const char* why) {
    return fail(code, "create heap", why);
}

/// Without a heap a program still runs; say once why it is slower.
void warn_once(ProcessHeap& process, const Error& error) {
    if (process.warned) return;
    process.warned = true;
    std::fprintf(stderr, "shmheap: no shared memory for this process: %s\n",
                 error.message().c_str());
}

/// Called with the birth lock held.
Result<Heap*> give_birth(ProcessHeap& process) {
    if (process.exiting.load()) return refused(ECANCELED, "while the process exits");
    const auto now = Clock::now();
    if (now < process.retry_at) return tl::unexpected(process.failure);
    auto options = HeapOptions::from_environment();
    auto heap = options ? Heap::create(*options) : tl::unexpected(options.error());
    if (!heap) {
        process.failure = heap.error();
        process.retry_at = now + retry_interval;
        warn_once(process, process.failure);
        return tl::unexpected(process.failure);
    }
    process.kept = new Kept{std::move(*heap), process.kept};
    Heap& born = *process.kept->heap;
    process.current.store(&born, std::memory_order_release);
    detail::process_core.store(&detail::core_of(born), std::memory_order_release);
    return &born;
}

/// The heap whose name was lost stays for its blocks; the next takes its place.
Heap* replaced_if_nameless(ProcessHeap& process, Heap* heap) {
    if (heap == nullptr || !heap->lost_its_name()) return heap;
    std::fprintf(stderr, "shmheap: somebody removed %s/%s while in use; a new heap replaces it\n",
                 heap->directory().c_str(), heap->name().c_str());
    process.current.store(nullptr, std::memory_order_relaxed);
    return nullptr;
}

void abandon_in_child() {
    ProcessHeap& process = state();
    process.current.store(nullptr, std::memory_order_relaxed);
    detail::process_core.store(nullptr, std::memory_order_relaxed);
    // Another thread may have been giving birth.
    new (&process.birth) std::timed_mutex;
    new (&process.failure) Error;
    process.retry_at = {};
}

[[gnu::constructor]] void watch_forks() {
    state();
    pthread_atfork(nullptr, nullptr, abandon_in_child);
}

/// As the environment was at the first question. No static constant: its first user may be another
/// thread that is in the middle of it when this one forks, for which the child would wait for ever.
bool is_disabled(ProcessHeap& process) {
    auto permission = process.permission.load(std::memory_order_relaxed);
    if (permission == Permission::unasked) {
        const bool disabled = detail::environment_text("SHMHEAP") == "disable";
        permission = disabled ? Permission::refused : Permission::given;
        process.permission.store(permission, std::memory_order_relaxed);
    }
    return permission == Permission::refused;
}

/// Only unlinks: other threads may still use the heap, and the kernel frees it with the process.
[[gnu::destructor]] void remove_at_exit() {
    ProcessHeap& process = state();
    process.exiting.store(true);
    // A birth that is under way in another thread is waited for, so that its name goes, too. It is
    // in this thread if a signal handler calls exit: then the wait ends by itself. By the wall
    // clock, since thread sanitizers do not know pthread_mutex_clocklock; a jump changes our
    // patience only.
    const std::unique_lock guard(process.birth, std::chrono::system_clock::now() + exit_patience);
    Heap* heap = process.current.load();
    if (heap == nullptr) return;
    detail::core_of(*heap).file().remove_name();
    detail::print_metrics(*heap);
}

}  // namespace

Result<Heap*> process_heap() {
    ProcessHeap& process = state();
    Heap* heap = process.current.load(std::memory_order_acquire);
    if (heap != nullptr && !heap->lost_its_name()) [[likely]]
        return heap;

    if (is_disabled(process)) return refused(ECANCELED, "as SHMHEAP=disable says");
    if (process.exiting.load()) return refused(ECANCELED, "while the process exits");
    const std::lock_guard guard(process.birth);
    heap = replaced_if_nameless(process, process.current.load(std::memory_order_relaxed));
    if (heap != nullptr) return heap;
    return give_birth(process);
}

namespace {

/// Out of line, so that the common path needs no stack frame.
[[gnu::noinline]] void* allocate_slowly(std::size_t bytes) noexcept {
    const auto heap = process_heap();
    if (!heap) {
        errno = heap.error().code;
        return nullptr;
    }
    void* block = (*heap)->allocate(bytes);
    if (block != nullptr || !(*heap)->lost_its_name()) return block;
    const auto next = process_heap();
    return next ? (*next)->allocate(bytes) : nullptr;
}

[[gnu::noinline]] void* allocate_not_kept(std::size_t bytes) noexcept {
    if (detail::has_process_cache()) {
        if (void* block = detail::process_cache->allocate(bytes)) return block;
    }
    return allocate_slowly(bytes);
}

[[gnu::noinline]] void* allocate_large(std::size_t bytes) noexcept {
    void* block = detail::process_cache->allocate_large_kept(bytes);
    return block != nullptr ? block : allocate_not_kept(bytes);
}

}  // namespace

// allocate() and deallocate() are the hot path: they leave by a jump at their end where something
// is to be done that is not usual, and so need no stack frame and save no register. Their
// instructions are counted in tests/bench/RESULTS.md.

void* allocate(std::size_t bytes) noexcept {
    if (bytes > detail::class_size_max) [[unlikely]]
        return allocate_large(bytes);
    void* block = detail::process_cache->allocate_kept(bytes);
    return block != nullptr ? block : allocate_not_kept(bytes);
}

void* allocate_hybrid(std::size_t bytes) noexcept {
    if (void* block = allocate(bytes)) return block;
    detail::count(detail::Metric::private_fallbacks);
    // aligned_alloc wants a multiple of the alignment.
    constexpr std::size_t alignment = cache_line_size;
    const std::size_t rounded = (bytes + alignment) / alignment * alignment;
    if (rounded < bytes) {
        errno = ENOMEM;
        return nullptr;
    }
    return std::aligned_alloc(alignment, rounded);
}

namespace {

[[gnu::noinline]] void look_after(detail::ThreadCache& cache) noexcept {
    static_cast<detail::HeapCore*>(cache.heap())->look_after(cache);
}

[[gnu::noinline]] void deallocate_without_room(std::byte* data,
                                               detail::ThreadCache& cache) noexcept {
    cache.free_without_room(data);
    if (cache.tick()) look_after(cache);
}

[[gnu::noinline]] void deallocate_slowly(std::byte* data) noexcept {
    detail::ThreadCache* cache = detail::current_cache;
    auto* heap = static_cast<detail::HeapCore*>(cache->heap());
    // A block under a lease mostly is of the heap that this thread used last.
    const bool is_usual = heap != nullptr && heap->contains(data) && !heap->is_inherited();
    if (!is_usual) {
        heap = detail::find_heap(data);
        if (heap == nullptr) return std::free(data);
        if (heap->is_inherited()) return;
        cache = detail::select_cache(*heap);
    }
    heap->free_slowly(data);
    // The only way on which blocks of a heap come back that is not the thread's usual one.
    if (cache != nullptr && cache->tick()) look_after(*cache);
}

}  // namespace

void deallocate(void* block) noexcept {
    auto* data = static_cast<std::byte*>(block);
    detail::ThreadCache& cache = *detail::current_cache;
    switch (cache.free(data)) {
        case detail::ThreadCache::Freed::kept:
            if (cache.tick()) [[unlikely]]
                look_after(cache);
            return;
        case detail::ThreadCache::Freed::no_room:
            return deallocate_without_room(data, cache);
        case detail::ThreadCache::Freed::refused:
            return deallocate_slowly(data);  // nullptr comes here, too
    }
}

bool is_shared(const void* address) noexcept {
    const detail::HeapCore* heap = detail::find_heap(address);
    return heap != nullptr && !heap->is_inherited();
}

}  // namespace shmheap
