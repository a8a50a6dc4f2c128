#include "supervisor/storm.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "harness/load.hpp"
#include "supervisor/process_tree.hpp"
#include "supervisor/subjects.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds_max = 3;
constexpr int count = 200;
constexpr auto storm_time = 20s;  ///< from the start of the supervisor, which counts, too

struct Storm {
    double supervisors_seconds = 0;
    double all_seconds = 0;
    bool disturbed = false;
};

shmheap::Result<Storm> rage(const Subject& subject, const OwnDirectory& directory) {
    const auto heaps = directory.fresh("heaps");
    if (!heaps) return tl::unexpected(heaps.error());
    const Application application{
        .component = Application::Component::fails, .count = count, .heaps = *heaps};
    const MachineWatch watch;
    const auto end = Clock::now() + storm_time;
    auto supervision = subject.supervise(application, directory);
    if (!supervision) return tl::unexpected(supervision.error());
    std::this_thread::sleep_until(end);
    const TreeUsage usage = usage_of_supervisors((*supervision)->root(), application.program());
    supervision->reset();
    if (usage.ended_children <= 0s) return shmheap::fail(EPROTO, "have components fail");
    return Storm{.supervisors_seconds = usage.processor.count(),
                 .all_seconds = (usage.processor + usage.ended_children).count(),
                 .disturbed = watch.disturbed()};
}

Samples pick(const std::vector<Storm>& storms, const Samples& taken, double Storm::*value) {
    Samples samples{.kept = {}, .dropped = taken.dropped, .quiet = taken.quiet};
    for (const Storm& storm : storms) {
        if (!storm.disturbed || !taken.quiet) samples.kept.push_back({.value = storm.*value});
    }
    return samples;
}

}  // namespace

shmheap::Status measure_storms(const Context& context, std::vector<Row>& rows) {
    const bool wants_own = context.options.wants("storm-200-cpu");
    const bool wants_all = context.options.wants("storm-200-cpu-all");
    if (!wants_own && !wants_all) return {};
    std::vector<Subject> programs = subjects();
    std::erase_if(programs, [](const Subject& subject) { return !subject.is_program; });
    std::vector<std::vector<Storm>> storms(programs.size());
    std::vector<Series> all;
    for (std::size_t i = 0; i < programs.size(); ++i) {
        all.push_back({"storm-200-cpu", programs[i].name, "s",
                       [&subject = programs[i], &list = storms[i], &context] {
                           return rage(subject, context.directory).map([&](const Storm& storm) {
                               list.push_back(storm);
                               return Sample{.value = storm.supervisors_seconds,
                                             .disturbed = storm.disturbed};
                           });
                       }});
    }
    const auto taken = take_samples(all, std::min(context.options.rounds, rounds_max));
    if (!taken) return tl::unexpected(taken.error());
    for (std::size_t i = 0; i < all.size() && wants_own; ++i)
        rows.push_back(summarise(all[i], (*taken)[i]));
    for (std::size_t i = 0; i < all.size() && wants_all; ++i) {
        const Series names{"storm-200-cpu-all", programs[i].name, "s", {}};
        rows.push_back(summarise(names, pick(storms[i], (*taken)[i], &Storm::all_seconds)));
    }
    return {};
}

}  // namespace bench
