/// The workloads of bench_alloc: which there are, and what a subject makes of each. A workload
/// keeps its state (live blocks, partner) from run to run.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace bench {

enum class Kind {
    lifo,               ///< allocate a block, free it
    touch,              ///< the same, writing a word of each of its pages in between
    random,             ///< free a random one of `live` blocks, allocate one of random size
    between_threads,    ///< one thread allocates, the other frees
    between_processes,  ///< one process allocates, the other reads and lets go
    lease_alone,        ///< issue, accept, release by one thread; the block stays
    lease_across,       ///< issue in one process, accept and release in the other; the block stays
};

struct WorkloadSpec {
    std::string_view name;
    Kind kind;
    std::string_view unit = "ns";
    std::size_t bytes = 0;  ///< of a block
    std::size_t live = 0;   ///< blocks at a time, for each thread
    int threads = 1;        ///< busy all the time; of between_processes: one in each process
};

inline constexpr std::array workload_specs{
    WorkloadSpec{.name = "lifo-64B", .kind = Kind::lifo, .bytes = 64},
    WorkloadSpec{.name = "lifo-1KiB", .kind = Kind::lifo, .bytes = 1024},
    WorkloadSpec{.name = "lifo-4KiB", .kind = Kind::lifo, .bytes = 4096},
    WorkloadSpec{.name = "lifo-16KiB", .kind = Kind::lifo, .bytes = 16 * 1024},
    WorkloadSpec{.name = "lifo-64KiB", .kind = Kind::lifo, .bytes = 64 * 1024},
    WorkloadSpec{.name = "lifo-1MiB", .kind = Kind::lifo, .bytes = 1024 * 1024},
    WorkloadSpec{.name = "touch-64KiB", .kind = Kind::touch, .bytes = 64 * 1024},
    WorkloadSpec{.name = "touch-1MiB", .kind = Kind::touch, .bytes = 1024 * 1024},
    WorkloadSpec{.name = "random-1000-1thread", .kind = Kind::random, .live = 1000},
    WorkloadSpec{.name = "random-8000-1thread", .kind = Kind::random, .live = 8000},
    WorkloadSpec{.name = "random-1000-2threads", .kind = Kind::random, .live = 1000, .threads = 2},
    WorkloadSpec{.name = "thread-to-thread-1KiB",
                 .kind = Kind::between_threads,
                 .bytes = 1024,
                 .threads = 2},
    WorkloadSpec{.name = "thread-to-thread-64KiB",
                 .kind = Kind::between_threads,
                 .bytes = 64 * 1024,
                 .threads = 2},
    WorkloadSpec{.name = "process-to-process-1KiB",
                 .kind = Kind::between_processes,
                 .bytes = 1024,
                 .threads = 2},
    WorkloadSpec{.name = "process-to-process-64KiB",
                 .kind = Kind::between_processes,
                 .bytes = 64 * 1024,
                 .threads = 2},
    WorkloadSpec{.name = "lease-1-process", .kind = Kind::lease_alone, .bytes = 1024},
    WorkloadSpec{
        .name = "lease-2-processes", .kind = Kind::lease_across, .bytes = 1024, .threads = 2},
};

inline constexpr std::size_t block_size_max = 1024 * 1024;

class Workload {
public:
    Workload() = default;
    virtual ~Workload() = default;
    Workload(const Workload&) = delete;
    Workload& operator=(const Workload&) = delete;

    /// `count` operations; of several threads, each does as many.
    virtual void run(std::uint64_t count) = 0;

    /// Processes besides this one that work in run().
    [[nodiscard]] virtual std::vector<pid_t> partners() const { return {}; }
};

/// What a subject makes of a workload; nullptr where it has none. A subject that cannot be set up
/// ends the program with a message. One function, in a file of its own, for each subject.
using MakeWorkload = std::unique_ptr<Workload> (*)(const WorkloadSpec& spec);
std::unique_ptr<Workload> make_harrier(const WorkloadSpec& spec);
std::unique_ptr<Workload> make_malloc(const WorkloadSpec& spec);
std::unique_ptr<Workload> make_boost_rbtree(const WorkloadSpec& spec);
/// Memory pools: local workloads only.
std::unique_ptr<Workload> make_iceoryx(const WorkloadSpec& spec);
std::unique_ptr<Workload> make_null(const WorkloadSpec& spec);

}  // namespace bench
