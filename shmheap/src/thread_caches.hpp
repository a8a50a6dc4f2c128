/// Which heaps this process has, and which cache this thread uses for each. Caches are never
/// freed, only reused, so that a stale pointer to one can always be looked through.
///
/// Thread-safety: every function may be called from any thread. After a fork the child starts with
/// no caches, and the parent's heaps are known as inherited.
#pragma once

#include "alloc/thread_cache.hpp"
#include "heap_core.hpp"

namespace shmheap::detail {

/// The cache this thread used last; no_cache at first. initial-exec and hidden: two instructions to
/// reach, and eight bytes of the space that the C library keeps for libraries loaded late.
extern thread_local constinit ThreadCache* current_cache
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/// This thread's cache for the heap of the process, or no_cache. When another thread finds that the
/// heap lost its name, this thread learns of it when a magazine is empty, or at its next tick: what
/// it allocates until then serves the clients that are attached.
extern thread_local constinit ThreadCache* process_cache
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/// True if process_cache is bound to the heap of this process; else it becomes no_cache.
bool has_process_cache();

/// This thread's cache for a heap, which becomes the current one; nullptr while the thread ends or
/// when private memory is out.
ThreadCache* select_cache(HeapCore& heap);

/// Makes a heap known to find_heap(). Errors: ENFILE (64 heaps in one process).
Status enlist_heap(HeapCore& heap);

/// Forgets a heap and unbinds its caches. No thread may be using it.
void delist_heap(HeapCore& heap);

/// Takes back the ended leases of every heap that keeps things until then. Whether any are left.
bool reclaim_kept_things();

/// The heap of this process that an address lies in, inherited ones among them; or nullptr.
HeapCore* find_heap(const void* address);

}  // namespace shmheap::detail
