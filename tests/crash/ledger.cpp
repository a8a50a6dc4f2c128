#include "ledger.hpp"

#include <doctest/doctest.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <new>
#include <optional>

#include "os/crash_point.hpp"

namespace crash {
namespace {

/// Of this process; none in those that only look on.
std::optional<Part> own_part;  // NOLINT: set once, right after the fork

[[noreturn]] void die() {
    while (true)
        ::kill(::getpid(), SIGKILL);
}

/// Between processes, which std::atomic::wait is not for.
void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const timespec* timeout) {
    ::syscall(SYS_futex, &word, operation, value, timeout, nullptr, 0);
}

void observe(const char* name) {
    const int code = errno;
    Ledger& shared = ledger();
    const std::size_t point = index_of(name);
    shared.reached[point].store(true);
    shared.passes[point].fetch_add(1);
    futex(shared.passes[point], FUTEX_WAKE, INT_MAX, nullptr);
    if (own_part) {
        const auto part = static_cast<std::size_t>(*own_part);
        auto& hits = shared.hits[part][point];
        const std::uint32_t hit = hits.fetch_add(1) + 1;
        const Trap& trap = shared.traps[part];
        if (trap.hit == hit && trap.point == point) {
            shared.killed[part].store(true);
            die();
        }
    }
    errno = code;
}

}  // namespace

void Ledger::clear() {
    traps = {};
    for (auto& each : killed)
        each.store(false);
    for (auto& part : hits) {
        for (auto& each : part)
            each.store(0);
    }
    for (auto& each : passes)
        each.store(0);
    entry_count.store(0);
}

Ledger& ledger() {
    static Ledger* const shared = [] {
        void* memory = ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        (void)points();
        shmheap::os::crash_point_reached = observe;
        return new (memory) Ledger{};
    }();
    return *shared;
}

void play(Part part) {
    own_part = part;
}

bool await_pass(std::string_view point, std::uint32_t count) {
    constexpr timespec patience{0, 500'000'000};
    auto& passes = ledger().passes[index_of(point)];
    for (std::uint32_t seen = passes.load(); seen < count; seen = passes.load()) {
        futex(passes, FUTEX_WAIT, seen, &patience);
        if (passes.load() == seen) return false;
    }
    return true;
}

Entry& begin(Operation operation, std::uint64_t block, std::uint64_t bytes) {
    Ledger& shared = ledger();
    const std::uint32_t index = shared.entry_count.fetch_add(1);
    if (index >= Ledger::entries_max) std::abort();
    Entry& entry = shared.entries[index];
    entry.operation = operation;
    entry.ended.store(false);
    entry.block = block;
    entry.bytes = bytes;
    entry.name.fill('\0');
    return entry;
}

void end(Entry& entry) {
    entry.ended.store(true);
}

void set_name(Entry& entry, std::string_view name) {
    name.copy(entry.name.data(), entry.name.size() - 1);
}

}  // namespace crash
