// With the address sanitizer a use after free in a heap is reported as it is in private memory.
// Without it there is nothing to claim.
#include <doctest/doctest.h>

#include <csignal>
#include <cstddef>

#include "support.hpp"

using namespace heap_test;

#ifdef __SANITIZE_ADDRESS__

namespace {

/// What a process says, and that it ends, that reads a block of `bytes` bytes after it was freed.
Spoken read_after_free(std::size_t bytes, std::size_t position) {
    const Folder folder;
    return speaking_child([&] {
        const auto heap = make_heap(folder);
        auto* block = static_cast<volatile std::byte*>(heap->allocate(bytes));
        block[position] = std::byte{1};
        shmheap::deallocate(const_cast<std::byte*>(block));
        return static_cast<int>(block[position]);
    });
}

}  // namespace

TEST_CASE("a use after free in a heap is reported") {
    for (const std::size_t bytes : {64UL, 10 * kib, 100 * kib, 3 * mib}) {
        CAPTURE(bytes);
        const Spoken spoken = read_after_free(bytes, bytes - 1);
        CHECK(spoken.ended != exited(0));
        CHECK(spoken.errors.find("use-after-poison") != std::string::npos);
    }
}

TEST_CASE("a block may be used while it is live and when its memory is another block's") {
    const Folder folder;
    const auto heap = make_heap(folder, 32 * mib);
    for (const std::size_t bytes : {64UL, 3 * kib, 40 * kib, 5 * mib, 1 * kib}) {
        std::vector<void*> blocks;
        while (void* block = heap->allocate(bytes)) {
            stamp(block, heap->usable_size(block), 1);
            blocks.push_back(block);
        }
        for (void* block : blocks)
            shmheap::deallocate(block);
        REQUIRE(heap->collect());
    }
}

TEST_CASE("a block that was freed under a lease may be read until the lease ends") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const auto client = attach(*heap);
    auto* block = static_cast<std::byte*>(heap->allocate(1'000));
    stamp(block, 1'000, 1);
    const auto reference = heap->issue(block, 0, 1'000, client->slot());
    REQUIRE((reference && client->accept(*reference)));
    shmheap::deallocate(block);
    CHECK(bears(block, 1'000, 1));
    REQUIRE(client->release(*reference));
    CHECK(heap->collect() == 1);
}

#endif
