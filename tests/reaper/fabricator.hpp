/// Heaps made by hand from the layout alone, for tests that must not depend on the owner's side:
/// sound ones, hostile ones, and REDHAWK's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "os/file_lock.hpp"
#include "shmheap/layout.hpp"
#include "support.hpp"

namespace reaper_test {

struct HeapOptions {
    pid_t creator_pid = 4242;
    std::string component = {};
    std::string tag = {};
    std::uint64_t committed_bytes = 4 << 20;
    mode_t mode = 0640;
    /// Last changes to the header before it is written.
    std::function<void(shmheap::HeapHeader&)> change = {};
    std::vector<std::function<void(shmheap::ThreadCounters&)>> threads = {};
};

/// The header page and the thread counters.
std::string heap_head(const HeapOptions& options = {});

/// Size of the file that such a head describes.
std::uint64_t heap_file_size(const HeapOptions& options = {});

enum class Owner { lives, is_dead };

/// A heap file with its name, born as a real one is: unnamed, filled, locked, then linked. While
/// this object lives so does the "owner" (this process), until die().
class FabricatedHeap {
public:
    FabricatedHeap(const TestDirectory& directory, const std::string& name,
                   const HeapOptions& options = {}, Owner owner = Owner::lives);

    /// Drops the owner's lock, as the kernel does at death.
    void die() { lock_ = {}; }

    /// Locks a client's byte; it holds while this object lives.
    void attach(std::uint32_t slot);
    void detach_all() { clients_.clear(); }

    /// The open file, for whatever else a test wants to do to it.
    [[nodiscard]] int fd() const { return file_.get(); }

private:
    shmheap::os::UniqueFd file_;
    shmheap::os::HeldLock lock_;
    std::vector<shmheap::os::HeldLock> clients_;
};

/// Birth of a heap under a name that may be taken: false then. The lock lasts as long as `lock`.
bool give_birth(const shmheap::os::ShmDirectory& directory, const std::string& name,
                const std::string& head, shmheap::os::HeldLock& lock);

/// A REDHAWK version-1 heap: the real one of tests/data with another creator.
std::string redhawk_heap(pid_t creator_pid);

/// Overwrites a little-endian number in bytes.
template <class T>
void put(std::string& bytes, std::size_t offset, T value) {
    bytes.replace(offset, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace reaper_test
