// Cleaners against creators, with real processes and the real cleaning code: whatever the
// interleaving, no live heap ever loses its name.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <new>

#include <optional>

#include "fabricator.hpp"
#include "file/cleaner.hpp"
#include "reaper/clean_run.hpp"
#include "rounds.hpp"

namespace {

using namespace reaper_test;

constexpr int rounds_per_wait = 25;

/// Counters in memory that all processes of a test share.
struct Shared {
    std::array<std::atomic<unsigned>, 2> attempts;
    std::atomic<unsigned> removed;
    std::atomic<unsigned> failures;
    std::atomic<bool> stop;
};

class SharedCounters {
public:
    SharedCounters()
        : memory_(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
          shared_(new (memory_) Shared{}) {}
    ~SharedCounters() { ::munmap(memory_, sizeof(Shared)); }
    SharedCounters(const SharedCounters&) = delete;
    SharedCounters& operator=(const SharedCounters&) = delete;

    Shared* operator->() const { return shared_; }
    Shared& operator*() const { return *shared_; }

private:
    void* memory_;
    Shared* shared_;
};

int keep_cleaning_name(const TestDirectory& directory, Shared& shared) {
    while (!shared.stop) {
        const auto result = shmheap::clean(directory.open(), "heap-1");
        if (!result) ++shared.failures;
        if (result && *result == shmheap::CleanResult::removed) ++shared.removed;
        ++shared.attempts[0];
    }
    return 0;
}

/// What shmclean does.
int keep_cleaning_everything(const TestDirectory& directory, Shared& shared) {
    while (!shared.stop) {
        const auto done = reaper::run_clean(directory.open(), {}, [&](const auto& outcome) {
            if (outcome.result == reaper::CleanStatus::unlinked) ++shared.removed;
        });
        if (!done || !*done) ++shared.failures;
        ++shared.attempts[1];
    }
    return 0;
}

/// Returns when every cleaner has begun and finished at least one attempt after this was called.
void await_attempts(Shared& shared, std::size_t cleaners) {
    std::array<unsigned, 2> before{shared.attempts[0], shared.attempts[1]};
    for (std::size_t cleaner = 0; cleaner < cleaners; ++cleaner)
        while (shared.attempts[cleaner] < before[cleaner] + 2)
            ::usleep(20);
}

TEST_CASE("two cleaners and a creator at one name: no live heap ever loses its name") {
    const TestDirectory directory;
    const SharedCounters shared;
    Child first([&] { return keep_cleaning_name(directory, *shared); }, Child::After::runs);
    Child second([&] { return keep_cleaning_everything(directory, *shared); }, Child::After::runs);

    const std::string head = heap_head();
    const int wanted = rounds(10'000);
    for (int round = 0; round < wanted; ++round) {
        shmheap::os::HeldLock lock;
        while (!give_birth(directory.open(), "heap-1", head, lock))
            (void)shmheap::clean(directory.open(), "heap-1");
        struct stat born {};
        REQUIRE(::stat((directory / "heap-1").c_str(), &born) == 0);
        // Some rounds live until each cleaner had its chance; the others race with birth and death.
        if (round % rounds_per_wait == 0) await_attempts(*shared, 2);
        REQUIRE(directory.open().names_file("heap-1", born));
        lock = {};  // the owner dies, the name stays behind
        if (round % rounds_per_wait == 1) await_attempts(*shared, 2);
    }
    shared->stop = true;
    CHECK(first.join() == 0);
    CHECK(second.join() == 0);
    CHECK(shared->removed > 0);
    CHECK(shared->failures == 0);
    (void)shmheap::clean(directory.open(), "heap-1");
    CHECK(directory.names().empty());
}

int keep_cleaning_as_nobody(const TestDirectory& directory, Shared& shared) {
    if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 1;
    die_with_parent();
    return keep_cleaning_everything(directory, shared);
}

/// As REDHAWK names them. No other process may take the name over, since nothing but the pid
/// protects such a heap between the judgement and the removal.
std::string redhawk_name(pid_t creator) {
    return "heap-" + std::to_string(creator);
}

TEST_CASE("shmclean by an ordinary user never takes a live heap of another user for orphaned") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 0777);  // not sticky: only the lock protects
    const SharedCounters shared;
    Child visitor([&] { return keep_cleaning_as_nobody(directory, *shared); }, Child::After::runs);

    const int wanted = rounds(500);
    for (int round = 0; round < wanted; ++round) {
        const std::array<mode_t, 4> modes{0600, 0640, 0644, 0666};
        const mode_t mode = modes[round % modes.size()];
        const Child owner([&] {
            static std::optional<FabricatedHeap> heap;
            heap.emplace(directory, "heap-1", HeapOptions{.mode = mode});
            directory.write(redhawk_name(::getpid()), redhawk_heap(::getpid()), 0666);
            return 0;
        });
        while (shared->attempts[1] <
               static_cast<unsigned>(round))  // the visitor keeps up with the owners
            ::usleep(20);
        REQUIRE(directory.has("heap-1"));
        REQUIRE(directory.has(redhawk_name(owner.pid())));
        owner.kill();
        (void)directory.open().unlink("heap-1");
        (void)directory.open().unlink(redhawk_name(owner.pid()));
    }
    shared->stop = true;
    CHECK(visitor.join() == 0);
}

}  // namespace
