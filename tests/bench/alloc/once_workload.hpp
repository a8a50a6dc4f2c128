/// The workloads of bench_alloc that begin with nothing: each sample is taken in a process of its
/// own, which has not allocated before.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bench {

enum class OnceKind {
    cold_start,  ///< set the subject up, allocate a block, write a word of each page, free it
    first_pass,  ///< allocate blocks of 1 MiB and write a word of each page
    first_read,  ///< another process reads a word of each page of these, which were just written
    footprint,   ///< memory held ÷ peak of the live bytes, after random replacement
    left_over,   ///< memory still held 2 s after everything was freed
};

struct OnceSpec {
    std::string_view name;
    OnceKind kind;
    std::string_view unit;
    int threads = 1;
};

inline constexpr std::array once_specs{
    OnceSpec{.name = "cold-start", .kind = OnceKind::cold_start, .unit = "µs"},
    OnceSpec{.name = "first-pass", .kind = OnceKind::first_pass, .unit = "µs/MiB"},
    OnceSpec{.name = "first-read", .kind = OnceKind::first_read, .unit = "µs/MiB"},
    OnceSpec{.name = "footprint-1000-1thread", .kind = OnceKind::footprint, .unit = "x live"},
    OnceSpec{.name = "footprint-1000-2threads",
             .kind = OnceKind::footprint,
             .unit = "x live",
             .threads = 2},
    OnceSpec{.name = "footprint-1000-4threads",
             .kind = OnceKind::footprint,
             .unit = "x live",
             .threads = 4},
    OnceSpec{.name = "left-over", .kind = OnceKind::left_over, .unit = "MiB"},
};

/// A subject's figure; nullopt where it has no such workload. To be called once in a process. One
/// function, beside its MakeWorkload, for each subject.
using MeasureOnce = std::optional<double> (*)(const OnceSpec& spec);
std::optional<double> measure_harrier_once(const OnceSpec& spec);
std::optional<double> measure_malloc_once(const OnceSpec& spec);
std::optional<double> measure_boost_rbtree_once(const OnceSpec& spec);
std::optional<double> measure_iceoryx_once(const OnceSpec& spec);

}  // namespace bench
