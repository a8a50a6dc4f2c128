// Measures one subject under one workload, as bench_alloc asks for it:
//     alloc_worker SUBJECT WORKLOAD           answers each line with a sample; of a workload that
//                                             begins with nothing (once_workload.hpp) one line
//     alloc_worker SUBJECT WORKLOAD COUNT     makes that many operations once, for a profiler
// Which malloc "malloc" is depends on what is preloaded.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "alloc/once_workload.hpp"
#include "alloc/workload.hpp"
#include "harness/load.hpp"
#include "harness/worker.hpp"

namespace {

using bench::Clock;
using bench::Seconds;

constexpr Seconds sample_duration{0.1};

struct Subject {
    std::string_view name;
    bench::MakeWorkload make;
    bench::MeasureOnce measure_once;  ///< or nullptr
};

constexpr std::array subjects{
    Subject{"harrier", bench::make_harrier, bench::measure_harrier_once},
    Subject{"malloc", bench::make_malloc, bench::measure_malloc_once},
    Subject{"boost-rbtree", bench::make_boost_rbtree, bench::measure_boost_rbtree_once},
#ifdef WITH_ICEORYX
    Subject{"iceoryx", bench::make_iceoryx, bench::measure_iceoryx_once},
#endif
    Subject{"null", bench::make_null, nullptr},
};

/// The element of that name, or nullptr.
template <class Table>
const auto* find_named(const Table& table, std::string_view name) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [name](const auto& element) { return element.name == name; });
    return found == table.end() ? nullptr : &*found;
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

bench::Sample measure_once(bench::MeasureOnce subject, const bench::OnceSpec& spec) {
    const std::uint64_t faults = bench::page_faults();
    const bench::BusyWatch watch(1);
    const auto value = subject == nullptr ? std::nullopt : subject(spec);
    if (!value) bench::give_up("this subject has no such workload");
    // What is counted, not timed, no load disturbs.
    const bool timed =
        spec.kind != bench::OnceKind::footprint && spec.kind != bench::OnceKind::left_over;
    return {.value = *value,
            .faults = static_cast<double>(bench::page_faults() - faults),
            .disturbed = timed && watch.disturbed()};
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count < 3) bench::give_up("usage: alloc_worker SUBJECT WORKLOAD [COUNT]");
    const Subject* subject = find_named(subjects, arguments[1]);
    if (subject == nullptr) bench::give_up("unknown subject");
    if (const auto* once = find_named(bench::once_specs, arguments[2])) {
        if (once->threads == 1) bench::pin_to(0);
        std::string line;
        if (std::getline(std::cin, line)) {
            bench::answer(measure_once(subject->measure_once, *once));
        }
        return 0;
    }
    const auto* spec = find_named(bench::workload_specs, arguments[2]);
    if (spec == nullptr) bench::give_up("unknown workload");
    bench::pin_to(0);
    const auto workload = subject->make(*spec);
    if (!workload) bench::give_up("this subject has no such workload");
    if (argument_count > 3) {
        workload->run(std::strtoull(arguments[3], nullptr, 10));
        return 0;
    }
    const std::uint64_t count = calibrate(*workload);
    bench::answer_samples([&] { return measure(*workload, spec->threads, count); });
    return 0;
}
