/// Which heaps this process has, and which cache this thread uses for each. Caches are never
/// freed, only reused, so that a stale pointer to one can always be looked through.
///
/// Thread-safety: every function may be called from any thread. After a fork the child starts with
/// no caches, and the parent's heaps are known as inherited.
#pragma once

#include "alloc/thread_cache.hpp"
#include "heap_core.hpp"

namespace shmheap::detail {

/// The cache this thread used last; nullptr at first. initial-exec: one instruction to reach, and
/// eight bytes of the space that the C library keeps for libraries loaded late.
extern thread_local constinit ThreadCache* current_cache __attribute__((tls_model("initial-exec")));

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
