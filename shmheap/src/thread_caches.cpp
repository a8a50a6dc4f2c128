#include "thread_caches.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <vector>

namespace shmheap::detail {

thread_local constinit ThreadCache* current_cache = nullptr;

namespace {

constexpr std::size_t heap_count_max = 64;

/// Never destroyed: threads may outlive the destructors of static objects.
struct Registry {
    std::array<std::atomic<HeapCore*>, heap_count_max> heaps{};
    std::mutex mutex;  ///< for the lists below, and for adding and removing heaps
    std::vector<ThreadCache*> unused;
    std::vector<ThreadCache*> bound;
};

alignas(Registry) std::array<std::byte, sizeof(Registry)> registry_storage;

Registry& registry() {
    static Registry* const instance = new (registry_storage.data()) Registry;
    return *instance;
}

void retire(ThreadCache& cache) {
    if (auto* heap = static_cast<HeapCore*>(cache.heap()); heap != nullptr) {
        cache.flush();
        heap->return_thread_counters(cache.published());
        cache.unbind();
        std::erase(registry().bound, &cache);
    }
    registry().unused.push_back(&cache);
}

/// What one thread has; its destructor hands the blocks back when the thread ends.
struct OwnCaches {
    std::vector<ThreadCache*> caches;
    bool ended = false;

    ~OwnCaches() {
        ended = true;
        current_cache = nullptr;
        const std::lock_guard guard(registry().mutex);
        for (ThreadCache* cache : caches)
            retire(*cache);
        caches.clear();
    }
};

thread_local OwnCaches own_caches;

/// In the forked child, which has only the thread that called fork.
void abandon_inherited() {
    current_cache = nullptr;
    own_caches.caches.clear();
    new (&registry().mutex) std::mutex;  // another thread may have held it
    registry().bound.clear();
}

[[gnu::constructor]] void watch_forks() {
    registry();
    pthread_atfork(nullptr, nullptr, abandon_inherited);
}

ThreadCache* bind_cache(HeapCore& heap) {
    const std::lock_guard guard(registry().mutex);
    Registry& known = registry();
    ThreadCache* cache = nullptr;
    if (known.unused.empty()) {
        cache = new ThreadCache;
    } else {
        cache = known.unused.back();
        known.unused.pop_back();
    }
    cache->bind(heap, heap.arena(), heap.claim_thread_counters());
    known.bound.push_back(cache);
    return cache;
}

}  // namespace

ThreadCache* select_cache(HeapCore& heap) {
    if (own_caches.ended || heap.is_inherited()) return nullptr;
    try {
        auto& caches = own_caches.caches;
        const auto bound = std::find_if(caches.begin(), caches.end(),
                                        [&](ThreadCache* cache) { return cache->heap() == &heap; });
        if (bound != caches.end()) return current_cache = *bound;
        caches.reserve(caches.size() + 1);
        caches.push_back(bind_cache(heap));
        return current_cache = caches.back();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

Status enlist_heap(HeapCore& heap) {
    const std::lock_guard guard(registry().mutex);
    for (auto& entry : registry().heaps) {
        if (entry.load(std::memory_order_relaxed) != nullptr) continue;
        entry.store(&heap, std::memory_order_release);  // release: pairs with find_heap
        return {};
    }
    return fail(ENFILE, "add a heap to this process", heap.file().name());
}

void delist_heap(HeapCore& heap) {
    const std::lock_guard guard(registry().mutex);
    for (auto& entry : registry().heaps) {
        if (entry.load(std::memory_order_relaxed) == &heap) entry.store(nullptr);
    }
    std::erase_if(registry().bound, [&](ThreadCache* cache) {
        if (cache->heap() != &heap) return false;
        cache->unbind();
        return true;
    });
}

HeapCore* find_heap(const void* address) {
    for (const auto& entry : registry().heaps) {
        HeapCore* heap = entry.load(std::memory_order_acquire);  // pairs with enlist_heap
        if (heap != nullptr && heap->contains(address)) return heap;
    }
    return nullptr;
}

}  // namespace shmheap::detail
