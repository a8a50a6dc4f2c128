// Owners are killed at random moments, at work and at birth: the cleaner removes exactly their
// heaps, their clients read on, and nothing is ever half made.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "file/inspect.hpp"
#include "rounds.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::CleanResult;
using shmheap::Reference;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t lent_bytes = 20'000;

/// A moment inside the work of another process; no event marks it, that is the point.
void let_work(std::mt19937& random, std::uint32_t microseconds_max) {
    const auto until = Clock::now() + std::chrono::microseconds(random() % microseconds_max);
    while (Clock::now() < until) {
    }
}

/// Tells its pid, learns of a client, leases to it, and goes on allocating, growing and issuing.
int work_as_owner(const Folder& folder, const Event& born, const Channel& slots,
                  const Channel& leases, std::uint32_t seed) {
    const auto heap = make_heap(folder, 64 * mib);
    born.tell();
    std::uint32_t slot = 0;
    if (!slots.receive(slot)) return 1;
    void* block = heap->allocate(lent_bytes);
    stamp(block, lent_bytes, 1);
    const auto first = heap->issue(block, 0, lent_bytes, slot);
    if (!first || !leases.send(*first)) return 2;
    std::mt19937 random(seed);
    std::vector<void*> blocks(32);
    while (true) {
        void*& place = blocks[random() % blocks.size()];
        shmheap::deallocate(place);
        place = heap->allocate(random() % (mib / (1 + random() % 64)));
        if (const auto lease = heap->issue(block, 0, 1, slot); random() % 2 == 0 && lease)
            (void)heap->revoke(*lease);
        if (random() % 64 == 0) (void)heap->collect();
    }
}

}  // namespace

TEST_CASE("an owner killed at work leaves one heap to clean, and its clients read on") {
    std::mt19937 random(printed_seed("killed owners"));
    const Folder folder;
    const auto bystander = make_heap(folder);
    for (int round = 0; round < rounds(1'000); ++round) {
        const Event born;
        const Channel slots;
        const Channel leases;
        const auto seed = static_cast<std::uint32_t>(random());
        Child owner([&] { return work_as_owner(folder, born, slots, leases, seed); });
        const std::string name = "heap-" + std::to_string(owner.pid());
        REQUIRE(born.wait());
        const auto client = shmheap::Client::attach(name, folder.path());
        REQUIRE(client);
        REQUIRE(slots.send((*client)->slot()));
        Reference reference;
        REQUIRE(leases.receive(reference));
        const auto bytes = (*client)->accept(reference);
        REQUIRE(bytes);
        let_work(random, 1'500);
        REQUIRE((*client)->owner_lives());
        REQUIRE(clean(folder, name) == CleanResult::alive);
        REQUIRE(owner.kill(SIGKILL) == killed_by(SIGKILL));
        REQUIRE_FALSE((*client)->owner_lives());
        const auto late = shmheap::Client::attach(name, folder.path());
        REQUIRE((!late && late.error().code == EOWNERDEAD));
        REQUIRE(clean(folder, name) == CleanResult::removed);
        REQUIRE(folder.names() == std::vector{bystander->name()});
        REQUIRE(bears(bytes->data(), lent_bytes, 1));
        REQUIRE((*client)->release(reference));
    }
}

namespace {

/// What a killed creator may have left: nothing, or one whole heap that can be cleaned.
bool only_whole_heaps(const Folder& folder) {
    for (const std::string& name : folder.names()) {
        const UniqueFd file(::open((folder / name).c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0) return false;
        shmheap::FileHead head;
        const auto seen = shmheap::inspect(file.get(), status, head);
        if (!seen || seen->content != shmheap::Content::heap) return false;
        if (clean(folder, name) != CleanResult::removed) return false;
    }
    return folder.names().empty();
}

std::uint64_t free_blocks(const Folder& folder) {
    struct statvfs space {};
    ::statvfs(folder.path().c_str(), &space);
    return space.f_bfree;
}

/// So much, or soon.
bool has_free_again(const Folder& folder, std::uint64_t blocks) {
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    while (free_blocks(folder) != blocks && Clock::now() < deadline)
        std::this_thread::yield();
    return free_blocks(folder) == blocks;
}

int kill_creators(const Folder& folder, int count, std::mt19937& random) {
    const std::uint64_t free_at_first = free_blocks(folder);
    for (int round = 0; round < count; ++round) {
        const Event started;
        Child creator([&] {
            started.tell();
            while (true) {
                const auto heap = make_heap(folder, 8 * mib);
                if (heap->allocate(100) == nullptr) return 1;
            }
        });
        if (!started.wait()) return 2;
        let_work(random, 1'500);
        if (creator.kill(SIGKILL) != killed_by(SIGKILL)) return 3;
        if (!only_whole_heaps(folder)) return 4;
        // Nor is there memory without a name, once nobody reads the dead one's maps in /proc.
        if (!has_free_again(folder, free_at_first)) return 5;
    }
    return 0;
}

}  // namespace

TEST_CASE("a process killed while its heap is born leaves a whole heap or nothing at all") {
    if (!is_root()) return;  // needs a file system of its own, to see whether memory is left
    std::mt19937 random(printed_seed("creators"));
    const Folder folder;
    CHECK(in_child([&] {
              if (::unshare(CLONE_NEWNS) != 0) return 50;
              if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 51;
              if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64m") != 0) return 52;
              return kill_creators(folder, rounds(1'000), random);
          }) == exited(0));
}
