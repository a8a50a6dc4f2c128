/// A heap: one file in the shared memory directory, in which only the process that created it
/// allocates, and which other processes (client.hpp) read without copying.
///
/// Most programs use the heap of their process through the functions at the end of this header;
/// it is created at the first allocation and removed when the process exits. All state of the
/// allocator is private to the owner (DESIGN note in shmheap/FORMAT.md): a client can neither
/// corrupt it nor make it wait.
///
/// Thread-safety: every function may be called from any thread, but a Heap must not be destroyed
/// while another call on it, or on one of its blocks, is running. In a forked child a parent's
/// heap is abandoned: allocate, issue, revoke and collect say ECHILD and deallocate does nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "shmheap/heap_options.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

/// After collect(), blocks_live and leases_live are exact.
struct HeapStats {
    std::uint64_t file_size = 0;  ///< st_size, bytes
    std::uint64_t heap_size = 0;  ///< committed bytes of superblocks
    std::uint64_t heap_used = 0;  ///< bytes of live blocks, rounded up to their size classes
    std::uint64_t blocks_live = 0;
    std::uint64_t leases_live = 0;
    std::uint64_t clients = 0;              ///< live clients, this process among them if attached
    std::uint64_t allocation_failures = 0;  ///< since birth
};

class Heap;

namespace detail {
class HeapCore;
/// The inside of a public heap, for the library's own parts.
HeapCore& core_of(Heap& heap);
}  // namespace detail

class Heap {
public:
    /// Makes the file, locks it, and gives it its name (FORMAT.md, "Birth").
    /// Errors: EINVAL (options), ENOSPC, ENOMEM, EACCES, EOPNOTSUPP (no O_TMPFILE), ENOENT (no
    /// /proc or no such directory), EEXIST (every possible name is taken).
    static Result<std::unique_ptr<Heap>> create(const HeapOptions& options);

    /// Removes the file's name. Its memory goes when the last process has let go of it.
    ~Heap();
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    /// "heap-2286"; constant.
    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] const std::string& directory() const;
    [[nodiscard]] const Uuid& uuid() const;

    /// A block of at least `bytes` (0 counts as 1), aligned to 64 bytes, from 16 KiB on to a page.
    /// nullptr with errno ENOMEM (limit of the heap or of memory) or ENOSPC (file system full),
    /// after everything that could be taken back was taken back.
    [[nodiscard]] void* allocate(std::size_t bytes) noexcept;

    /// As allocate; `alignment` is a power of two up to 2 MiB and the superblock size, else EINVAL.
    [[nodiscard]] void* allocate_aligned(std::size_t bytes, std::size_t alignment) noexcept;

    /// Whether the address lies in this heap's payload. One range compare.
    [[nodiscard]] bool contains(const void* address) const noexcept;

    /// Usable bytes of a live block; 0 if `block` is not the start of one.
    [[nodiscard]] std::size_t usable_size(const void* block) const noexcept;

    /// Leases `bytes` bytes at `offset` of a live block to one client for one delivery. Send the
    /// reference to that client by any channel, or revoke it. The block stays, even if it is
    /// deallocated, until its last lease ends. `client` is what Client::slot() said there.
    /// Errors: EAGAIN (the client's lane is full: it holds 1,024 leases), ENOTCONN (that client is
    /// gone), EINVAL (not the start of a live block, or beyond its end), ENOSPC, ECHILD.
    Result<Reference> issue(const void* block, std::size_t offset, std::size_t bytes,
                            std::uint32_t client);

    /// Takes back a lease that was not accepted yet.
    /// Errors: EBUSY (accepted), ESTALE (ended already), EXDEV (of another heap), EPROTO (out of
    /// range), ECHILD.
    Status revoke(const Reference& reference);

    /// Ends every lease of one client if that client is dead or detached, else those that it has
    /// released. Returns how many ended. Errors: ECHILD.
    Result<std::size_t> collect_client(std::uint32_t client);

    /// How many leases of this client have not ended as far as is known now.
    [[nodiscard]] std::size_t leases_of(std::uint32_t client) const;

    /// Waits until the client has released something since the call began, or `timeout_ns` passed.
    /// Returns at once when there is no such client. For a sender whose lane is full.
    void await_release(std::uint32_t client, std::int64_t timeout_ns);

    /// Harvests released leases and those of dead clients, gives empty superblocks back, and
    /// notices if the file lost its name. Returns how many leases ended. Errors: ECHILD.
    Result<std::size_t> collect();

    /// Whether somebody else removed the file's name (logind's RemoveIPC, rm); as of the last
    /// growth or collect().
    [[nodiscard]] bool lost_its_name() const noexcept;

    /// In a forked child without what needs a lock: file_size, leases_live and clients are 0.
    [[nodiscard]] HeapStats stats() const;

private:
    friend detail::HeapCore& detail::core_of(Heap& heap);
    explicit Heap(std::unique_ptr<detail::HeapCore> core);

    std::unique_ptr<detail::HeapCore> core_;
};

/// The heap of this process, created if need be. When its file lost its name, a new one takes its
/// place and the old one lives on until its blocks are gone.
/// Errors: ECANCELED (SHMHEAP=disable, or the process is exiting), and those of Heap::create,
/// which is tried again at the earliest 100 ms after a failure.
Result<Heap*> process_heap();

/// From the heap of this process; nullptr with errno as Heap::allocate and process_heap say.
[[nodiscard]] void* allocate(std::size_t bytes) noexcept;

/// Shared if possible, else private memory (counted in the metrics); nullptr only when out of
/// both. is_shared() tells which it was.
[[nodiscard]] void* allocate_hybrid(std::size_t bytes) noexcept;

/// Frees what allocate, allocate_hybrid or any Heap of this process returned, from any thread.
/// nullptr is allowed. A pointer inherited through fork is left alone. A block that is freed twice
/// ends the process with a message.
void deallocate(void* block) noexcept;

/// Whether the address lies in a heap that this process owns.
[[nodiscard]] bool is_shared(const void* address) noexcept;

}  // namespace shmheap
