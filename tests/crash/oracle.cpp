#include "oracle.hpp"

#include <algorithm>

namespace crash {
namespace {

/// What one refill or overflow of a magazine moves, or the change of a thread's large run.
constexpr std::uint64_t batch_blocks_max = 128;
constexpr std::uint64_t batch_bytes_max = mib;

/// Whether the victim died between the two stores by which the header learns of such a move.
bool died_within_move() {
    if (!ledger().was_killed(Part::victim)) return false;
    const std::string& name = points()[ledger().traps[0].point].name;
    for (const char* within :
         {"class_blocks_published", "magazine_count_published", "run_kept", "kept_run_flushed",
          "large_blocks_published", "large_bytes_published"}) {
        if (name == within) return true;
    }
    return false;
}

void apply(const Entry& entry, Expected& expected) {
    switch (entry.operation) {
        case Operation::make_heap:
            expected.names.insert(entry.name.data());
            return;
        case Operation::end_heap:
            expected.names.erase(entry.name.data());
            return;
        case Operation::allocate:
            expected.blocks.emplace(entry.block, entry.bytes);
            return;
        case Operation::deallocate:
            expected.blocks.erase(entry.block);
            expected.draining.emplace(entry.block, entry.bytes);
            return;
        case Operation::collect:
            expected.draining.clear();
            return;
    }
}

bool is_under_way(const Expected& expected, Operation operation) {
    return expected.under_way != nullptr && expected.under_way->operation == operation;
}

std::uint64_t sum(const std::map<std::uint64_t, std::uint64_t>& blocks) {
    std::uint64_t bytes = 0;
    for (const auto& [address, size] : blocks)
        bytes += size;
    return bytes;
}

std::string text(std::uint64_t found, std::uint64_t least, std::uint64_t most) {
    return std::to_string(found) + ", not " + std::to_string(least) + " to " + std::to_string(most);
}

/// How many lease areas and superblocks of memory there are, and what the header says of them.
void check_memory(World& world, const reaper::FileRecord& record, const Expected& expected,
                  std::uint64_t lanes) {
    const std::uint64_t fixed = shmheap::client_area_offset + lanes * shmheap::client_area_stride;
    const std::uint64_t found = record.allocated_bytes();
    const std::uint64_t told = fixed + record.heap.committed_bytes;
    // Memory comes before the count of it, and goes before.
    const bool changes =
        is_under_way(expected, Operation::allocate) || is_under_way(expected, Operation::collect);
    const std::uint64_t slack = changes ? superblock_bytes : 0;
    world.check(found + slack >= told && found <= told + slack,
                "memory behind the file: " + text(found, told - slack, told + slack));
}

}  // namespace

Expected read_log() {
    Expected expected;
    const Ledger& log = ledger();
    for (std::uint32_t index = 0; index < log.entry_count.load(); ++index) {
        const Entry& entry = log.entries[index];
        if (entry.ended.load()) {
            apply(entry, expected);
        } else {
            expected.under_way = &entry;
        }
    }
    return expected;
}

void check_names(World& world, const Expected& expected) {
    const auto found = world.names();
    auto either = expected.names;
    if (is_under_way(expected, Operation::end_heap)) either.erase(expected.under_way->name.data());
    bool agrees = found == expected.names || found == either;
    if (is_under_way(expected, Operation::make_heap)) {
        agrees = agrees || (found.size() == expected.names.size() + 1 &&
                            std::includes(found.begin(), found.end(), expected.names.begin(),
                                          expected.names.end()));
    }
    world.check(agrees, "the directory has " + std::to_string(found.size()) + " names, the log " +
                            std::to_string(expected.names.size()));
    if (expected.under_way != nullptr) {
        world.outcome = found == expected.names ? "as before the operation" : "as after it";
    } else {
        world.outcome = "between operations";
    }
    for (const auto& name : found) {
        world.check(look(world, name).verdict == reaper::Verdict::orphaned,
                    name + " is not an orphan");
    }
}

void check_heap(World& world, const std::string& name, const Expected& expected,
                std::uint64_t lanes) {
    const auto record = look(world, name);
    world.check(record.verdict == reaper::Verdict::orphaned, name + " is not an orphan");
    std::uint64_t blocks_least = expected.blocks.size();
    std::uint64_t bytes_least = sum(expected.blocks);
    std::uint64_t blocks_most = blocks_least + expected.draining.size();
    std::uint64_t bytes_most = bytes_least + sum(expected.draining);
    if (is_under_way(expected, Operation::allocate)) {
        ++blocks_most;
        bytes_most += expected.under_way->bytes;
    }
    if (is_under_way(expected, Operation::deallocate)) {
        --blocks_least;
        bytes_least -= expected.under_way->bytes;
    }
    if (died_within_move()) {
        blocks_most += batch_blocks_max;
        bytes_most += batch_bytes_max;
    }
    world.check(record.heap.blocks_live >= blocks_least && record.heap.blocks_live <= blocks_most,
                "blocks: " + text(record.heap.blocks_live, blocks_least, blocks_most));
    world.check(record.heap.used_bytes >= bytes_least && record.heap.used_bytes <= bytes_most,
                "bytes of blocks: " + text(record.heap.used_bytes, bytes_least, bytes_most));
    check_memory(world, record, expected, lanes);
    world.outcome = expected.under_way == nullptr                       ? "between operations"
                    : record.heap.blocks_live == expected.blocks.size() ? "as before the operation"
                                                                        : "as after it";
}

}  // namespace crash
