// Claims about what happens to memory without a call of the application's: giving it back while
// the process is idle, and making pages present before they are touched.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>
#include <vector>

#include "support.hpp"

using namespace heap_test;
using shmheap::Heap;
using shmheap::Prefault;

namespace {

constexpr std::size_t kept_bytes = 300 * kib;
constexpr std::chrono::seconds patience{20};

/// Whether a condition comes true; nobody tells us when the helper thread has done its work.
template <class Condition>
bool comes_true(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

/// Pages of a range that this process has in its page table (proc(5), pagemap, bit 63).
std::size_t pages_present(const void* begin, std::size_t bytes) {
    const UniqueFd pagemap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    const std::size_t first = reinterpret_cast<std::uintptr_t>(begin) / shmheap::page_size;
    std::vector<std::uint64_t> entries(bytes / shmheap::page_size);
    const auto size = static_cast<ssize_t>(entries.size() * sizeof entries[0]);
    const auto offset = static_cast<off_t>(first * sizeof entries[0]);
    REQUIRE(::pread(pagemap.get(), entries.data(), entries.size() * sizeof entries[0], offset) ==
            size);
    std::size_t present = 0;
    for (const std::uint64_t entry : entries)
        present += entry >> 63;
    return present;
}

std::unique_ptr<Heap> heap_with(const Folder& folder, Prefault prefault, bool background) {
    auto options = options_in(folder);
    options.prefault = prefault;
    options.background = background;
    auto heap = Heap::create(options);
    REQUIRE(heap);
    return std::move(*heap);
}

}  // namespace

TEST_CASE("with a helper thread an idle process gives its memory back") {
    const Folder folder;
    const auto heap = heap_with(folder, Prefault::none, true);
    std::vector<void*> blocks;
    for (int each = 0; each < 200; ++each)
        blocks.push_back(heap->allocate(kept_bytes));
    REQUIRE(heap->stats().heap_size >= 200 * kept_bytes);
    for (void* block : blocks)
        shmheap::deallocate(block);
    CHECK(comes_true([&] { return heap->stats().heap_size <= 4 * mib; }));
    CHECK(committed_bytes(folder / heap->name()) <= 5 * mib);
}

TEST_CASE("with a helper thread, what a client releases later goes back though the owner is idle") {
    const Folder folder;
    const auto heap = heap_with(folder, Prefault::none, true);
    const auto client = attach(*heap);
    void* block = heap->allocate(6 * mib);
    const auto reference = heap->issue(block, 0, 100, client->slot());
    REQUIRE((reference && client->accept(*reference)));
    shmheap::deallocate(block);
    // Longer than the helper would wait for memory to stay empty: it has found nothing to do.
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    CHECK(heap->stats().heap_size >= 6 * mib);
    REQUIRE(client->release(*reference));
    CHECK(comes_true([&] { return heap->stats().heap_size == 0; }));
}

TEST_CASE("with a helper thread, what a client held that was killed goes back, too") {
    const Folder folder;
    const auto heap = heap_with(folder, Prefault::none, true);
    const Channel slots;
    Child client([&] {
        const auto attached = attach(*heap);
        slots.send(attached->slot());
        ::pause();
        return 0;
    });
    std::uint32_t slot = 0;
    REQUIRE(slots.receive(slot));
    void* block = heap->allocate(6 * mib);
    REQUIRE(heap->issue(block, 0, 100, slot));
    shmheap::deallocate(block);
    CHECK(client.kill(SIGKILL) == killed_by(SIGKILL));
    CHECK(comes_true([&] { return heap->stats().heap_size == 0; }));
}

TEST_CASE("pages are made present when the heap grows, soon after, or at their first touch") {
    const Folder folder;
    constexpr std::size_t bytes = mib;
    constexpr std::size_t pages = bytes / shmheap::page_size;

    const auto lazy = heap_with(folder, Prefault::none, false);
    CHECK(pages_present(lazy->allocate(bytes), bytes) == 0);

    const auto eager = heap_with(folder, Prefault::on_grow, false);
    CHECK(pages_present(eager->allocate(bytes), bytes) == pages);

    const auto background = heap_with(folder, Prefault::background, false);
    const void* block = background->allocate(bytes);
    CHECK(comes_true([&] { return pages_present(block, bytes) == pages; }));
}

TEST_CASE("a child forked from a process with a helper thread ends without waiting for it") {
    const Folder folder;
    auto heap = heap_with(folder, Prefault::background, true);
    CHECK(in_child([&] {
              heap.reset();
              return 0;
          }) == exited(0));
    CHECK(folder.names().size() == 1);
}

TEST_CASE("metrics are printed at exit when they are asked for, and only then") {
    const Folder folder;
    const std::string directory = "SHMHEAP_DIR=" + folder.path();
    const std::vector<std::string> arguments = {"exit-with-heap"};
    const auto silent = run_program(LIFE_PROGRAM, arguments, {directory});
    CHECK(silent.errors.find("metrics") == std::string::npos);
    const auto spoken = run_program(LIFE_PROGRAM, arguments, {directory, "SHMHEAP_METRICS=1"});
    CHECK(spoken.ended == exited(0));
    CHECK(spoken.errors.find("shmheap metrics of heap-") != std::string::npos);
    CHECK(spoken.errors.find("superblocks committed:  1\n") != std::string::npos);
}
