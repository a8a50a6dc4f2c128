// Claims about the ends of memory: the heap's own limit, a full file system, RLIMIT_FSIZE and the
// memory cgroup give errors and never signals; and memory that is no longer used goes back.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "small_file_system.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Heap;

namespace {

/// Allocates until nothing is left; every page of every block is written, so that one without
/// memory behind it shows.
std::vector<void*> exhaust(Heap& heap, std::size_t bytes,
                           void (*write)(void*, std::size_t, std::uint64_t) = stamp) {
    std::vector<void*> blocks;
    while (void* block = heap.allocate(bytes)) {
        write(block, bytes, blocks.size());
        blocks.push_back(block);
    }
    return blocks;
}

void free_all(std::vector<void*>& blocks) {
    for (void* block : blocks)
        shmheap::deallocate(block);
    blocks.clear();
}

/// Instead of stamp(): a byte of each page, unseen by the thread sanitizer, whose notes about it
/// would count against the limit of the process, too.
__attribute__((no_sanitize("thread"))) void touch(void* block, std::size_t bytes, std::uint64_t) {
    volatile auto* to = static_cast<unsigned char*>(block);
    for (std::size_t position = 0; position < bytes; position += 4 * kib)
        to[position] = 1;
}

/// Makes this process the member of a memory cgroup (version 1) with that limit.
bool enter(const std::string& group, std::uint64_t limit_bytes) {
    std::ofstream(group + "/memory.limit_in_bytes") << limit_bytes << std::flush;
    std::ofstream(group + "/cgroup.procs") << 0 << std::flush;
    std::ifstream file(group + "/cgroup.procs");
    std::stringstream members;
    members << file.rdbuf();
    return !members.str().empty();
}

}  // namespace

TEST_CASE("a heap stops at its limit with ENOMEM and goes on when something was freed") {
    const Folder folder;
    const auto heap = make_heap(folder, 16 * mib);
    for (const std::size_t bytes : {100UL, 10 * kib, 100 * kib, 1 * mib, 3 * mib}) {
        errno = 0;
        auto blocks = exhaust(*heap, bytes);
        CHECK(errno == ENOMEM);
        CHECK(blocks.size() * bytes > 8 * mib);
        CHECK(blocks.size() * bytes <= 16 * mib);
        CHECK(heap->stats().heap_size <= 16 * mib);
        CHECK(heap->stats().blocks_live == blocks.size());
        shmheap::deallocate(blocks.back());
        blocks.pop_back();
        blocks.push_back(heap->allocate(bytes));
        CHECK(blocks.back() != nullptr);
        free_all(blocks);
        CHECK(heap->stats().blocks_live == 0);
    }
    CHECK(heap->stats().allocation_failures == 5);
}

TEST_CASE("collect gives the memory of a heap whose blocks were freed back to the file system") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const std::string path = folder / heap->name();
    const std::uint64_t at_birth = committed_bytes(path);
    std::vector<void*> blocks;
    blocks.reserve(64);
    for (int each = 0; each < 64; ++each)
        blocks.push_back(heap->allocate(mib / 2));
    CHECK(heap->stats().heap_size >= 32 * mib);
    CHECK(committed_bytes(path) >= 32 * mib);
    void* kept = heap->allocate(100);
    free_all(blocks);
    REQUIRE(heap->collect());
    CHECK(heap->stats().heap_size == 2 * mib);
    CHECK(committed_bytes(path) <= at_birth + 2 * mib + 4096);
    shmheap::deallocate(kept);
    REQUIRE(heap->collect());
    CHECK(heap->stats().heap_size == 0);
    CHECK(committed_bytes(path) == at_birth);
    CHECK(heap->stats().file_size >= 32 * mib);
}

TEST_CASE("a heap that stays in use gives memory back without being asked") {
    const Folder folder;
    const auto heap = make_heap(folder);
    std::vector<void*> blocks;
    blocks.reserve(64);
    for (int each = 0; each < 64; ++each)
        blocks.push_back(heap->allocate(mib / 2));
    free_all(blocks);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (heap->stats().heap_size > 2 * mib && std::chrono::steady_clock::now() < deadline) {
        for (int each = 0; each < 1'000; ++each)
            shmheap::deallocate(heap->allocate(100));
    }
    CHECK(heap->stats().heap_size <= 2 * mib);
    CHECK(committed_bytes(folder / heap->name()) < 3 * mib);
}

TEST_CASE(
    "memory that was given back and is committed again reads as whatever it was filled with") {
    const Folder folder;
    const auto heap = make_heap(folder, 32 * mib);
    for (int round = 0; round < 5; ++round) {
        auto blocks = exhaust(*heap, 300 * kib);
        for (std::size_t each = 0; each < blocks.size(); ++each)
            REQUIRE(bears(blocks[each], 300 * kib, each));
        free_all(blocks);
        REQUIRE(heap->collect());
        CHECK(heap->stats().heap_size == 0);
    }
}

TEST_CASE(
    "on a full file system allocation fails with ENOSPC, and works again when there is room") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = on_small_file_system(folder, [&] {
        const auto heap = make_heap(folder, 64 * mib);
        fill(folder / "filler", 3 * mib);
        auto blocks = exhaust(*heap, 300 * kib);
        if (errno != ENOSPC) return 1;
        if (blocks.empty()) return 2;
        std::filesystem::remove(folder / "filler");
        auto more = exhaust(*heap, 300 * kib);
        if (more.size() < 6) return 3;
        free_all(blocks);
        free_all(more);
        if (!heap->collect() || heap->stats().heap_size != 0) return 4;
        void* large = heap->allocate(5 * mib);
        if (large == nullptr) return 5;
        stamp(large, 5 * mib, 1);
        return 0;
    });
    CHECK(ended == exited(0));
}

TEST_CASE("a large superblock that does not fit leaves the file system as it found it") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = on_small_file_system(folder, [&] {
        auto options = options_in(folder, 64 * mib);
        options.superblock_size = 16 * mib;
        const auto heap = Heap::create(options);
        if (!heap) return 1;
        const auto before = committed_bytes(folder / (*heap)->name());
        if ((*heap)->allocate(100) != nullptr || errno != ENOSPC) return 2;
        return committed_bytes(folder / (*heap)->name()) == before ? 0 : 3;
    });
    CHECK(ended == exited(0));
}

TEST_CASE(
    "on a full file system a heap is not born and no client attaches, by error and not by signal") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = on_small_file_system(folder, [&] {
        const auto heap = make_heap(folder, 64 * mib);
        fill(folder / "filler", 8 * kib);
        const auto client = shmheap::Client::attach(heap->name(), folder.path());
        if (client || client.error().code != ENOSPC) return 1;
        const auto other = Heap::create(options_in(folder));
        if (other || other.error().code != ENOSPC) return 2;
        std::filesystem::remove(folder / "filler");
        if (!shmheap::Client::attach(heap->name(), folder.path())) return 3;
        return 0;
    });
    CHECK(ended == exited(0));
}

TEST_CASE("hybrid allocation goes private on a full file system and comes back by itself") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = on_small_file_system(folder, [&] {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        fill(folder / "filler", 3 * mib);
        std::vector<void*> blocks;
        bool went_private = false;
        for (int each = 0; each < 20; ++each) {
            blocks.push_back(shmheap::allocate_hybrid(500 * kib));
            if (blocks.back() == nullptr) return 1;
            stamp(blocks.back(), 500 * kib, 1);
            went_private |= !shmheap::is_shared(blocks.back());
        }
        if (!went_private || !shmheap::is_shared(blocks.front())) return 2;
        std::filesystem::remove(folder / "filler");
        void* shared = shmheap::allocate_hybrid(500 * kib);
        if (!shmheap::is_shared(shared)) return 3;
        free_all(blocks);
        shmheap::deallocate(shared);
        return 0;
    });
    CHECK(ended == exited(0));
}

TEST_CASE("RLIMIT_FSIZE is an error and never SIGXFSZ") {
    const Folder folder;
    const auto limited = [&](rlim_t limit, const std::function<int()>& body) {
        return in_child([&] {
            const rlimit file_size{limit, limit};
            ::setrlimit(RLIMIT_FSIZE, &file_size);
            return body();
        });
    };
    CHECK(limited(14 * mib, [&] {
              const auto heap = make_heap(folder);
              const auto blocks = exhaust(*heap, 300 * kib);
              return !blocks.empty() && errno == ENOMEM ? 0 : 1;
          }) == exited(0));
    CHECK(limited(1 * mib, [&] {
              const auto heap = Heap::create(options_in(folder));
              return !heap && heap.error().code == EFBIG ? 0 : 1;
          }) == exited(0));
    CHECK(folder.names().empty());
}

TEST_CASE("the memory cgroup's limit is an error before the OOM killer comes") {
    const std::string group = "/sys/fs/cgroup/memory/harrier-test-" + std::to_string(::getpid());
    std::error_code failed;
    if (!std::filesystem::exists("/sys/fs/cgroup/memory/tasks") ||
        !std::filesystem::create_directory(group, failed)) {
        skip("no memory cgroup (version 1) can be made here");
        return;
    }
    const Folder folder;
    const Ended ended = in_child([&] {
        if (!enter(group, 64 * mib)) return 77;
        const auto unlimited = Heap::create(options_in(folder, 0));
        if (!unlimited) return 1;
        auto blocks = exhaust(**unlimited, mib, touch);
        if (errno != ENOMEM || blocks.size() < 10) return 2;
        if ((*unlimited)->stats().heap_size > 32 * mib) return 3;  // half of the group's limit
        free_all(blocks);
        if (!(*unlimited)->collect()) return 4;
        const auto large = make_heap(folder, 256 * mib);
        blocks = exhaust(*large, mib, touch);
        const auto size = blocks.size() * mib;
        if (errno != ENOMEM || size <= 16 * mib || size >= 64 * mib) return 5;
        // Out of descriptors nobody can look at the limit, which is there all the same.
        const UniqueFd last(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const rlimit no_more{static_cast<rlim_t>(last.get()), 1'024};
        ::setrlimit(RLIMIT_NOFILE, &no_more);
        return exhaust(*large, mib, touch).empty() && errno == ENOMEM ? 0 : 6;
    });
    std::filesystem::remove(group, failed);
    if (ended == exited(77)) {
        skip("this process cannot enter a memory cgroup of its own");
        return;
    }
    CHECK(ended == exited(0));
}

TEST_CASE("a large block that does not fit leaves the file system as it found it") {
    const Folder folder;
    const auto ended = on_small_file_system(folder, [&] {
        const auto heap = make_heap(folder, 64 * mib);
        const auto path = folder / heap->name();
        const auto before = committed_bytes(path);
        if (heap->allocate(32 * mib) != nullptr || errno != ENOSPC) return 1;
        return committed_bytes(path) == before && heap->stats().heap_size == 0 ? 0 : 2;
    });
    if (ended == exited(50) && skip("needs a mount namespace")) return;
    CHECK(ended == exited(0));
}

TEST_CASE("memory that the application has locked is given back, too") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const auto path = folder / heap->name();
    const auto before = committed_bytes(path);
    void* block = heap->allocate(4 * mib);
    REQUIRE(block != nullptr);
    if (::mlock(block, 16 * kib) != 0 && skip("may not lock memory")) return;
    shmheap::deallocate(block);
    REQUIRE(heap->collect());
    CHECK(heap->stats().heap_size == 0);
    CHECK(committed_bytes(path) == before);
}
