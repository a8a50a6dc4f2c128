// An owner allocates and deallocates, so that memory comes and goes: wherever it dies, the header
// tells the blocks that were live and the memory behind the file.
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "oracle.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

constexpr int rounds_of_work = 12;
constexpr int small_blocks = 40;
constexpr std::size_t page_of_locked = 4096;

/// Sizes that are rounded up to nothing else.
void* allocate(shmheap::Heap& heap, std::size_t bytes) {
    Entry& entry = begin(Operation::allocate, 0, bytes);
    void* block = heap.allocate(bytes);
    if (block == nullptr) ::_exit(3);
    entry.block = reinterpret_cast<std::uint64_t>(block);
    end(entry);
    return block;
}

void deallocate(void* block, std::size_t bytes) {
    Entry& entry = begin(Operation::deallocate, reinterpret_cast<std::uint64_t>(block), bytes);
    shmheap::deallocate(block);
    end(entry);
}

void collect(shmheap::Heap& heap) {
    Entry& entry = begin(Operation::collect);
    (void)heap.collect();
    end(entry);
}

/// Small and large blocks and one of several superblocks, all freed again.
void work(shmheap::Heap& heap) {
    std::vector<std::pair<void*, std::size_t>> blocks;
    for (const std::size_t bytes : {kib, 16 * kib}) {
        for (int each = 0; each < small_blocks; ++each)
            blocks.emplace_back(allocate(heap, bytes), bytes);
    }
    for (const std::size_t bytes : {64 * kib, 64 * kib, mib})
        blocks.emplace_back(allocate(heap, bytes), bytes);
    for (const auto& [block, bytes] : blocks)
        deallocate(block, bytes);
    // From the run that the thread kept.
    deallocate(allocate(heap, 64 * kib), 64 * kib);
    collect(heap);
}

/// Memory that the application has locked goes back another way. By the system call itself, since
/// the address sanitizer's mlock() does nothing.
void work_locked(shmheap::Heap& heap) {
    constexpr std::size_t bytes = 2 * superblock_bytes;
    void* block = allocate(heap, bytes);
    const bool locked = ::syscall(SYS_mlock, block, page_of_locked) == 0;
    deallocate(block, bytes);
    collect(heap);
    if (locked) ::syscall(SYS_munlock, block, page_of_locked);
}

int grow_and_shrink(const shmheap::HeapOptions& options) {
    Entry& making = begin(Operation::make_heap);
    auto heap = shmheap::Heap::create(options);
    if (!heap) return 1;
    set_name(making, (*heap)->name());
    end(making);
    play(Part::victim);
    for (int round = 0; round < rounds_of_work; ++round) {
        work(**heap);
        work_locked(**heap);
        // The application closes what is not its own; the heap goes on.
        if (round % 2 != 0) ::close_range(3, ~0U, 0);
    }
    // Nobody may say that it went: the process is killed, or ends without its handlers.
    ::_exit(0);
}

/// A helper thread touches what is new, and dies with the process.
int grow_in_background(const shmheap::HeapOptions& options) {
    Entry& making = begin(Operation::make_heap);
    auto heap = shmheap::Heap::create(options);
    if (!heap) return 1;
    set_name(making, (*heap)->name());
    end(making);
    play(Part::victim);
    for (std::uint32_t round = 1; round <= rounds_of_work; ++round) {
        (void)allocate(**heap, superblock_bytes);
        if (!await_pass("caretaker_prefaulted", round)) return 2;
    }
    ::_exit(0);
}

void play_owner(World& world, const std::function<int()>& body) {
    Child owner(World::guarded(body));
    world.await(Part::victim, owner);
    const Expected expected = read_log();
    check_names(world, expected);
    for (const auto& name : expected.names)
        check_heap(world, name, expected, 0);
    world.run(Part::recoverer, [&] { return reap(world.folder()); });
    world.reap_all();
}

void play_growth(World& world) {
    auto options = world.options();
    options.prefault = shmheap::Prefault::on_grow;
    play_owner(world, [&] { return grow_and_shrink(options); });
}

void play_prefault(World& world) {
    auto options = world.options();
    options.prefault = shmheap::Prefault::background;
    play_owner(world, [&] { return grow_in_background(options); });
}

}  // namespace

const Scenario growth = {"growth", "owner that allocates and gives back", "launcher that reaps",
                         play_growth};
const Scenario prefault = {"prefault", "owner with a helper thread", "launcher that reaps",
                           play_prefault};

}  // namespace crash
