// Measures one subject under one workload, as bench_alloc asks for it:
//     alloc_worker SUBJECT WORKLOAD           answers each line with a sample
//     alloc_worker SUBJECT WORKLOAD COUNT     makes that many operations once, for a profiler
// Which malloc "malloc" is depends on what is preloaded.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "alloc/workload.hpp"
#include "harness/load.hpp"
#include "harness/worker.hpp"

namespace {

using bench::Clock;
using bench::Seconds;

constexpr Seconds sample_duration{0.1};

bench::MakeWorkload maker_of(std::string_view subject) {
    if (subject == "harrier") return bench::make_harrier;
    if (subject == "malloc") return bench::make_malloc;
    if (subject == "boost-rbtree") return bench::make_boost_rbtree;
    if (subject == "null") return bench::make_null;
    bench::give_up("unknown subject");
}

const bench::WorkloadSpec& spec_of(std::string_view name) {
    const auto* found =
        std::find_if(bench::workload_specs.begin(), bench::workload_specs.end(),
                     [&](const bench::WorkloadSpec& spec) { return spec.name == name; });
    if (found == bench::workload_specs.end()) bench::give_up("unknown workload");
    return *found;
}

Seconds time_of(bench::Workload& workload, std::uint64_t count) {
    const auto start = Clock::now();
    workload.run(count);
    return Clock::now() - start;
}

/// Warms up, and finds out how many operations fill a sample. What fills tables and touches fresh
/// memory for the first time is over when a second run is timed.
std::uint64_t calibrate(bench::Workload& workload) {
    std::uint64_t count = 1;
    workload.run(count);
    while (time_of(workload, count) < sample_duration / 2)
        count *= 2;
    const double scale = sample_duration / time_of(workload, count);
    return std::max<std::uint64_t>(1,
                                   static_cast<std::uint64_t>(static_cast<double>(count) * scale));
}

bench::Sample measure(bench::Workload& workload, int threads, std::uint64_t count) {
    const std::uint64_t faults = bench::page_faults();
    const bench::BusyWatch watch(threads, workload.partners());
    const Seconds took = time_of(workload, count);
    const auto operations = static_cast<double>(count);
    return {.value = took.count() / operations * 1e9,
            .faults = static_cast<double>(bench::page_faults() - faults) / operations,
            .disturbed = watch.disturbed()};
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count < 3) bench::give_up("usage: alloc_worker SUBJECT WORKLOAD [COUNT]");
    bench::pin_to(0);
    const bench::WorkloadSpec& spec = spec_of(arguments[2]);
    const auto workload = maker_of(arguments[1])(spec);
    if (!workload) bench::give_up("this subject has no such workload");
    if (argument_count > 3) {
        workload->run(std::strtoull(arguments[3], nullptr, 10));
        return 0;
    }
    const std::uint64_t count = calibrate(*workload);
    bench::answer_samples([&] { return measure(*workload, spec.threads, count); });
    return 0;
}
