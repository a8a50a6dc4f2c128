/// One run of a scenario: a file system of its own, the processes in it, and what was found wrong.
/// It belongs to the driver and is used by it alone, but for the constants that the processes read.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "reaper/scan.hpp"
#include "support.hpp"

namespace crash {

using heap_test::Channel;
using heap_test::Child;
using heap_test::Event;
using heap_test::kib;
using heap_test::mib;

constexpr const char* tag = "crash/run";
constexpr std::uint64_t superblock_bytes = 256 * kib;

/// A folder on a tmpfs that nobody else writes to, so that its bytes can be counted; where that is
/// not possible, a folder in /dev/shm.
class Ground {
public:
    Ground();
    ~Ground();
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;

    [[nodiscard]] const heap_test::Folder& folder() const { return folder_; }
    /// Of the file system, unlinked files included; 0 where others write to it as well.
    [[nodiscard]] std::uint64_t bytes_in_use() const;
    /// Removes everything, after a run that went wrong.
    void clear() const;

private:
    heap_test::Folder folder_;
    bool is_own_ = false;
};

class World {
public:
    explicit World(const Ground& ground) : ground_(ground) {}

    [[nodiscard]] const std::string& folder() const { return ground_.folder().path(); }
    [[nodiscard]] std::set<std::string> names() const;
    [[nodiscard]] shmheap::HeapOptions options() const;

    /// A process of this run, which is killed should it hang.
    static std::function<int()> guarded(std::function<int()> body);

    /// Runs a part to its end. It ends with status 0, or in its trap.
    void run(Part part, const std::function<int()>& body);
    /// As run(), for a process that was started before.
    void await(Part part, Child& process);
    /// A process that nobody kills ends with status 0.
    void await(const char* who, Child& process);

    /// Removes what is orphaned, as the launcher does; nobody dies of it.
    void reap_all();

    void check(bool claim, const std::string& what);
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

    /// In which of the states that the log allows the victim's death left things.
    std::string outcome = "nothing begun";

private:
    const Ground& ground_;
    std::vector<std::string> problems_;
};

/// What the reaper says of a file. Names that are gone have the verdict other.
reaper::FileRecord look(const World& world, const std::string& name);

/// The launcher's way to remove the heaps of the run. A body for World::run.
int reap(const std::string& folder);

/// Descriptors that this process has open, and whether it still maps any heap.
std::size_t descriptor_count();
bool maps_a_heap();

}  // namespace crash
