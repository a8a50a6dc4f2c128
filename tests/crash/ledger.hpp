/// What survives every crash: a mapping that the driver and all processes of a run share. In it
/// stand where the two parts are to be killed, which points they came by, and the log of what the
/// processes did, each operation noted before it begins and after it ended. From the log alone the
/// oracle (oracle.hpp) computes what must be live.
///
/// Any process and thread may write; the driver reads when those that write are dead or waiting.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "points.hpp"

namespace crash {

/// Who is killed first, and who is killed while putting that right.
enum class Part : std::uint32_t { victim = 0, recoverer = 1 };
constexpr std::size_t part_count = 2;

/// At the `hit`-th time (from 1) that the part comes by the point.
struct Trap {
    std::size_t point = 0;
    std::uint32_t hit = 0;  ///< 0: nobody is killed
};

enum class Operation : std::uint32_t {
    make_heap,   ///< name
    end_heap,    ///< name
    allocate,    ///< block, bytes
    deallocate,  ///< block, bytes
    collect,
};

struct Entry {
    Operation operation;
    std::atomic<bool> ended;
    std::uint64_t block;
    std::uint64_t bytes;
    std::array<char, 48> name;
};

struct Ledger {
    static constexpr std::uint32_t entries_max = 4096;

    std::array<Trap, part_count> traps;
    std::array<std::atomic<bool>, part_count> killed;
    std::array<std::array<std::atomic<std::uint32_t>, points_max>, part_count> hits;
    std::array<std::atomic<std::uint32_t>, points_max> passes;  ///< by anybody; futex words
    std::array<std::atomic<bool>, points_max> reached;          ///< by anybody, in any run
    std::atomic<std::uint32_t> entry_count;
    std::array<Entry, entries_max> entries;

    /// For the next run: everything but `reached`.
    void clear();

    [[nodiscard]] bool was_killed(Part part) const {
        return killed[static_cast<std::size_t>(part)].load();
    }
};

/// The one of this program; mapped at the first call, which sets the observer of crash points.
Ledger& ledger();

/// This process plays the part from here on: its points are counted, and its trap may close.
void play(Part part);

/// Waits until anybody has come by a point `count` times in this run; half a second at most.
bool await_pass(std::string_view point, std::uint32_t count);

/// Notes an operation; `end` notes that it is over, with what is only known then.
Entry& begin(Operation operation, std::uint64_t block = 0, std::uint64_t bytes = 0);
void end(Entry& entry);
void set_name(Entry& entry, std::string_view name);

}  // namespace crash
