#include "thread_caches.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <new>
#include <vector>

namespace shmheap::detail {

thread_local constinit ThreadCache* current_cache = &no_cache;
thread_local constinit ThreadCache* process_cache = &no_cache;

namespace {

/// Heaps of this process that were replaced or inherited count, too: their blocks may live on.
constexpr std::size_t heap_count_max = 512;

/// Which addresses are whose. Never changed and never freed, so that any address can be looked up
/// while a heap that it does not belong to is being destroyed.
struct HeapRange {
    HeapCore* heap;
    const std::byte* begin;
    std::size_t size;
};

struct Lists {
    std::mutex mutex;  ///< for the lists, and for adding and removing heaps
    std::deque<HeapRange> ranges;
    std::vector<ThreadCache*> unused;
    std::vector<ThreadCache*> bound;
    Lists* inherited = nullptr;  ///< through fork, in whatever state they were
};

/// Never destroyed: threads may outlive the destructors of static objects.
struct Registry {
    std::array<std::atomic<const HeapRange*>, heap_count_max> heaps{};
    std::atomic<std::size_t> used{0};  ///< no heap stands at this place or beyond
    Lists* lists = new Lists;
};

alignas(Registry) std::array<std::byte, sizeof(Registry)> registry_storage;

Registry& registry() {
    static Registry* const instance = new (registry_storage.data()) Registry;
    return *instance;
}

Lists& lists() {
    return *registry().lists;
}

/// With the lock held.
void retire(ThreadCache& cache) {
    if (auto* heap = static_cast<HeapCore*>(cache.heap()); heap != nullptr) {
        cache.flush();
        heap->return_thread_counters(cache.published());
        cache.unbind();
        std::erase(lists().bound, &cache);
    }
    lists().unused.push_back(&cache);
}

/// What one thread has; its destructor hands the blocks back when the thread ends.
struct OwnCaches {
    std::vector<ThreadCache*> caches;
    bool ended = false;

    ~OwnCaches() {
        ended = true;
        current_cache = process_cache = &no_cache;
        const std::lock_guard guard(lists().mutex);
        for (ThreadCache* cache : caches)
            retire(*cache);
        caches.clear();
    }
};

thread_local OwnCaches own_caches;

/// In the forked child, which has only the thread that called fork: another thread may have held
/// the mutex, and been in the middle of changing the lists.
void abandon_inherited() {
    current_cache = process_cache = &no_cache;
    own_caches.caches.clear();
    auto* fresh = new Lists;
    fresh->inherited = registry().lists;
    registry().lists = fresh;
}

[[gnu::constructor]] void watch_forks() {
    registry();
    pthread_atfork(nullptr, nullptr, abandon_inherited);
}

/// A cache that is bound to no heap, from this thread's own or from those of ended threads.
ThreadCache* unbound_cache() {
    auto& caches = own_caches.caches;
    const auto idle = std::find_if(caches.begin(), caches.end(),
                                   [](ThreadCache* cache) { return cache->heap() == nullptr; });
    if (idle != caches.end()) return *idle;
    caches.reserve(caches.size() + 1);
    auto& unused = lists().unused;
    if (unused.empty()) {
        caches.push_back(new ThreadCache);
    } else {
        caches.push_back(unused.back());
        unused.pop_back();
    }
    return caches.back();
}

ThreadCache* bind_cache(HeapCore& heap) {
    const std::lock_guard guard(lists().mutex);
    lists().bound.reserve(lists().bound.size() + 1);
    ThreadCache* cache = unbound_cache();
    cache->bind(heap, heap.arena(), heap.claim_thread_counters());
    lists().bound.push_back(cache);
    return cache;
}

}  // namespace

ThreadCache* select_cache(HeapCore& heap) {
    if (current_cache->heap() == &heap && !heap.is_inherited()) return current_cache;
    if (own_caches.ended || heap.is_inherited()) return nullptr;
    const auto& caches = own_caches.caches;
    const auto bound = std::find_if(caches.begin(), caches.end(),
                                    [&](ThreadCache* cache) { return cache->heap() == &heap; });
    try {
        current_cache = bound != caches.end() ? *bound : bind_cache(heap);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    if (process_core.load(std::memory_order_relaxed) == &heap) process_cache = current_cache;
    return current_cache;
}

bool has_process_cache() {
    // acquire: pairs with the birth of the process's heap.
    const HeapCore* core = process_core.load(std::memory_order_acquire);
    if (core != nullptr && process_cache->heap() == core) return true;
    process_cache = &no_cache;
    return false;
}

Status enlist_heap(HeapCore& heap) {
    const std::lock_guard guard(lists().mutex);
    Registry& all = registry();
    for (std::size_t place = 0; place < heap_count_max; ++place) {
        if (all.heaps[place].load(std::memory_order_relaxed) != nullptr) continue;
        lists().ranges.push_back({&heap, heap.arena().payload(), heap.arena().payload_size()});
        // release: pairs with find_heap.
        all.heaps[place].store(&lists().ranges.back(), std::memory_order_release);
        if (all.used.load(std::memory_order_relaxed) <= place) {
            all.used.store(place + 1, std::memory_order_release);  // pairs with find_heap
        }
        return {};
    }
    return fail(ENFILE, "add a heap to this process", heap.file().name());
}

void delist_heap(HeapCore& heap) {
    const std::lock_guard guard(lists().mutex);
    for (auto& entry : registry().heaps) {
        const HeapRange* range = entry.load(std::memory_order_relaxed);
        if (range != nullptr && range->heap == &heap) entry.store(nullptr);
    }
    std::erase_if(lists().bound, [&](ThreadCache* cache) {
        if (cache->heap() != &heap) return false;
        cache->unbind();
        return true;
    });
}

bool reclaim_kept_things() {
    bool any_left = false;
    const std::lock_guard guard(lists().mutex);  // no heap goes meanwhile
    for (auto& entry : registry().heaps) {
        const HeapRange* range = entry.load(std::memory_order_relaxed);
        if (range == nullptr || range->heap->is_inherited() || !range->heap->keeps_things()) {
            continue;
        }
        range->heap->reclaim();
        any_left = any_left || range->heap->keeps_things();
    }
    return any_left;
}

HeapCore* find_heap(const void* address) {
    const Registry& all = registry();
    // acquire, here and below: pairs with enlist_heap.
    const std::size_t used = all.used.load(std::memory_order_acquire);
    for (std::size_t place = 0; place < used; ++place) {
        const HeapRange* range = all.heaps[place].load(std::memory_order_acquire);
        if (range == nullptr) continue;
        const auto offset =
            static_cast<std::size_t>(static_cast<const std::byte*>(address) - range->begin);
        if (offset < range->size) return range->heap;
    }
    return nullptr;
}

}  // namespace shmheap::detail
