/// Proof of life: open-file-description locks (fcntl(2), F_OFD_SETLK) on single bytes of a heap
/// file. The kernel drops such a lock when the last descriptor *and mapping* of its open file
/// description goes, that is at the latest when the process dies, however it dies.
///
/// A lock that is to last is held through a mapping without access rights, not through a
/// descriptor: an application that closes descriptors it does not know (close_range) cannot drop
/// it, and MADV_DONTFORK keeps it out of forked children. See shmheap/FORMAT.md, "Locks".
#pragma once

#include <cstdint>
#include <optional>

#include "os/fork_generation.hpp"
#include "os/mapping.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace shmheap::os {

/// Lock bytes lie beyond any possible content of a file.
constexpr std::uint64_t owner_lock_byte = std::uint64_t{1} << 62;
constexpr std::uint64_t client_lock_byte(std::uint32_t slot) {
    return owner_lock_byte + 1 + slot;
}

/// A write lock that lasts until this object or the process ends. Move-only. In a forked child the
/// inherited object holds nothing, and its end does nothing.
class HeldLock {
public:
    HeldLock() = default;
    HeldLock(HeldLock&&) noexcept = default;
    HeldLock& operator=(HeldLock&&) noexcept = default;
    ~HeldLock() {
        // MADV_DONTFORK: other memory may lie where the parent has the pin.
        if (fork_generation_ != fork_generation()) pin_.release();
    }

    /// Locks one byte of the file behind `fd` through an open file description of its own.
    /// Errors: EAGAIN when another holds it; ENOENT without /proc; what open and mmap say.
    static Result<HeldLock> acquire(int fd, std::uint64_t byte);

    explicit operator bool() const { return static_cast<bool>(pin_); }

private:
    explicit HeldLock(Mapping pin) : pin_(std::move(pin)) {}

    Mapping pin_;
    std::uint32_t fork_generation_ = fork_generation();
};

/// Takes a write lock on one byte through this very descriptor (which must be open for writing)
/// without waiting; dropped when the last copy of the descriptor is closed.
/// Errors: EAGAIN when another holds it.
Status try_lock(int fd, std::uint64_t byte);

/// Drops a lock that try_lock took.
void unlock(int fd, std::uint64_t byte);

/// A byte in [first, first + count) that another open file description has *write*-locked, if any.
/// A reader's lock does not count: it proves nothing. One system call; any descriptor will do.
Result<std::optional<std::uint64_t>> find_write_lock(int fd, std::uint64_t first,
                                                     std::uint64_t count);

/// Whether another open file description has a lock on a byte, be it a reader's. Any descriptor
/// will do.
Result<bool> is_locked(int fd, std::uint64_t byte);

}  // namespace shmheap::os
