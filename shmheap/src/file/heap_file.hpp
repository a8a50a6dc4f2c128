/// A heap's file as its owner sees it: birth under a lock and a name, growth, give-back, and the
/// removal of the name. Knows bytes, not blocks. commit() and give_back() of disjoint ranges may
/// run at the same time; everything else is for one thread.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "file/caretaker.hpp"
#include "os/crash_point.hpp"
#include "os/file_lock.hpp"
#include "os/identified_file.hpp"
#include "os/mapping.hpp"
#include "os/shm_directory.hpp"
#include "shmheap/heap_options.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::detail {

class HeapFile {
public:
    /// Birth (FORMAT.md): an unnamed file is filled, locked and mapped, then linked to its name.
    /// Whoever sees the name sees a whole, locked heap. Errors: as Heap::create.
    static Result<std::unique_ptr<HeapFile>> create(const HeapOptions& options);

    /// Maps nothing away: mapping and lock go with this object.
    ~HeapFile() = default;
    HeapFile(const HeapFile&) = delete;
    HeapFile& operator=(const HeapFile&) = delete;

    [[nodiscard]] const std::string& name() const { return file_.name(); }
    [[nodiscard]] const std::string& directory() const { return file_.directory(); }
    [[nodiscard]] std::byte* data() const { return mapping_.data(); }
    [[nodiscard]] std::uint64_t size_max() const { return mapping_.size(); }
    [[nodiscard]] HeapHeader& header() const {
        return *reinterpret_cast<HeapHeader*>(mapping_.data());
    }

    /// Makes sure that [offset, offset + length) has memory behind it, in steps of at most 2 MiB;
    /// what was committed before a failure stays so. ENOSPC, ENOMEM or EFBIG instead of a signal;
    /// ESTALE when the file has lost its name and must not grow any more.
    Status commit(std::uint64_t offset, std::uint64_t length);

    /// Makes committed pages present at once or soon, as the heap's options say.
    void prefault(std::uint64_t offset, std::uint64_t length);

    /// Gives the memory of a range back to the file system; it reads as zeros if it is committed
    /// again.
    void give_back(std::uint64_t offset, std::uint64_t length);

    /// Takes a byte's lock for a moment, calls `while_locked`, drops it. EAGAIN when it is held.
    template <class Function>
    Status with_lock(std::uint64_t byte, Function while_locked) {
        const std::lock_guard guard(descriptor_mutex_);
        if (auto open = look(); !open) return tl::unexpected(open.error());
        if (auto locked = os::try_lock(file_.fd(), byte); !locked) return locked;
        CRASH_POINT(moment_lock_taken);
        while_locked();
        os::unlock(file_.fd(), byte);
        CRASH_POINT(moment_lock_dropped);
        return {};
    }

    /// Who makes pages present for Prefault::background; set before the first commit.
    void set_caretaker(Caretaker* caretaker) { caretaker_ = caretaker; }

    /// Live clients, by their locks.
    [[nodiscard]] std::uint64_t count_clients();

    [[nodiscard]] std::uint64_t file_size();

    /// Looks whether the file still has its name.
    bool check_name();
    [[nodiscard]] bool lost_its_name() const { return lost_name_.load(std::memory_order_relaxed); }

    /// Removes the name if it still stands for this file.
    void remove_name();

private:
    HeapFile(os::IdentifiedFile file, os::Mapping mapping, os::HeldLock lock, Prefault prefault)
        : file_(std::move(file)),
          mapping_(std::move(mapping)),
          lock_(std::move(lock)),
          prefault_(prefault) {}

    /// Before each use of the descriptor; notices the loss of the name on the way.
    Result<struct stat> look();

    std::mutex descriptor_mutex_;
    os::IdentifiedFile file_;
    os::Mapping mapping_;
    os::HeldLock lock_;
    Prefault prefault_;
    Caretaker* caretaker_ = nullptr;
    std::atomic<bool> removed_name_{false};  ///< by ourselves, which is no loss
    std::atomic<bool> lost_name_{false};
};

}  // namespace shmheap::detail
