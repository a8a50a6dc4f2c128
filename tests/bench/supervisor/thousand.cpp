#include "supervisor/thousand.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "harness/load.hpp"
#include "supervisor/process_tree.hpp"
#include "supervisor/scene.hpp"
#include "supervisor/subjects.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int rounds_max = 3;     ///< each takes minutes, most of them the peers'
constexpr auto settle_time = 5s;  ///< until whatever belongs to the start is over
constexpr auto idle_time = 20s;

struct Started {
    std::unique_ptr<Supervision> supervision;
    Milliseconds took{};
};

shmheap::Result<Started> start(const Subject& subject, int count, const OwnDirectory& directory,
                               Application& application) {
    const auto heaps = directory.fresh("heaps");
    if (!heaps) return tl::unexpected(heaps.error());
    const auto fifo = *heaps / "announcements";
    auto announcements = Announcements::open(fifo, subject.name);
    if (!announcements) return tl::unexpected(announcements.error());
    application = {.count = count, .fifo = fifo, .heaps = *heaps};

    const auto begin = Clock::now();
    auto supervision = subject.supervise(application, directory);
    if (!supervision) return tl::unexpected(supervision.error());
    for (int i = 0; i < count; ++i) {
        const auto pid = announcements->next();
        if (!pid) return tl::unexpected(pid.error());
    }
    return Started{.supervision = std::move(*supervision), .took = Clock::now() - begin};
}

shmheap::Result<Sample> measure_start(const Subject& subject, int count,
                                      const OwnDirectory& directory) {
    const MachineWatch watch;
    Application application;
    auto started = start(subject, count, directory, application);
    if (!started) return tl::unexpected(started.error());
    started->supervision.reset();  // what was used is known when everything has ended
    return Sample{.value = started->took.count(), .disturbed = watch.disturbed()};
}

/// One supervision from start to stop.
struct Life {
    double start_ms = 0;
    double stop_ms = 0;
    double wakeups = 0;
    double rss_megabytes = 0;
    bool disturbed = false;
};

struct Wish {
    bool idle = false;
    bool stop = false;
};

shmheap::Result<Life> live(const Subject& subject, Wish wish, const OwnDirectory& directory) {
    constexpr int count = 1000;
    const MachineWatch watch;
    Application application;
    auto started = start(subject, count, directory, application);
    if (!started) return tl::unexpected(started.error());
    Life life{.start_ms = started->took.count()};
    if (wish.idle && subject.is_program) {
        const pid_t root = started->supervision->root();
        const auto program = application.program();
        std::this_thread::sleep_for(settle_time);
        const TreeUsage before = usage_of_supervisors(root, program);
        std::this_thread::sleep_for(idle_time);
        const TreeUsage after = usage_of_supervisors(root, program);
        life.wakeups = after.switches - before.switches;
        life.rss_megabytes = after.resident_bytes / 1e6;
    }
    if (wish.stop) {
        const auto begin = Clock::now();
        const auto stopped = started->supervision->stop();
        if (!stopped) return tl::unexpected(stopped.error());
        life.stop_ms = Milliseconds(Clock::now() - begin).count();
    }
    started->supervision.reset();
    life.disturbed = watch.disturbed();
    return life;
}

struct Workload {
    const char* name;
    const char* unit;
    double Life::*value;
    bool needs_program;
};

constexpr std::array workloads{
    Workload{"start-1000", "ms", &Life::start_ms, false},
    Workload{"idle-1000-wakeups", "per 20 s", &Life::wakeups, true},
    Workload{"idle-1000-rss-MB", "MB", &Life::rss_megabytes, true},
    Workload{"stop-1000", "ms", &Life::stop_ms, false},
};

/// The samples of one workload; `taken` says whether the disturbed ones had to be kept.
Samples pick(const std::vector<Life>& lives, const Samples& taken, double Life::*value) {
    Samples samples{.kept = {}, .dropped = taken.dropped, .quiet = taken.quiet};
    for (const Life& life : lives) {
        if (!life.disturbed || !taken.quiet) samples.kept.push_back({.value = life.*value});
    }
    return samples;
}

}  // namespace

shmheap::Status measure_starts(const Context& context, std::vector<Row>& rows) {
    constexpr int count = 100;
    if (!context.options.wants("start-100")) return {};
    const std::vector<Subject> all_subjects = subjects();
    std::vector<Series> all;
    all.reserve(all_subjects.size());
    for (const Subject& subject : all_subjects) {
        all.push_back({"start-100", subject.name, "ms", [&subject, &context] {
                           return measure_start(subject, count, context.directory);
                       }});
    }
    const auto measured = medians(all, context.options.rounds);
    if (!measured) return tl::unexpected(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
    return {};
}

shmheap::Status measure_thousand(const Context& context, std::vector<Row>& rows) {
    const Options& options = context.options;
    const bool wants_any = std::ranges::any_of(
        workloads, [&](const Workload& workload) { return options.wants(workload.name); });
    if (!wants_any) return {};
    const Wish wish{.idle = options.wants("idle-1000-wakeups") || options.wants("idle-1000-rss-MB"),
                    .stop = options.wants("stop-1000")};
    const std::vector<Subject> all_subjects = subjects();
    std::vector<std::vector<Life>> lives(all_subjects.size());
    std::vector<Series> all;
    for (std::size_t i = 0; i < all_subjects.size(); ++i) {
        all.push_back({"start-1000", all_subjects[i].name, "ms",
                       [&subject = all_subjects[i], &list = lives[i], wish, &context] {
                           return live(subject, wish, context.directory).map([&](const Life& life) {
                               list.push_back(life);
                               return Sample{.value = life.start_ms, .disturbed = life.disturbed};
                           });
                       }});
    }
    const auto taken = take_samples(all, std::min(options.rounds, rounds_max));
    if (!taken) return tl::unexpected(taken.error());
    for (const Workload& workload : workloads) {
        if (!options.wants(workload.name)) continue;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (workload.needs_program && !all_subjects[i].is_program) continue;
            const Series names{workload.name, all_subjects[i].name, workload.unit, {}};
            rows.push_back(summarise(names, pick(lives[i], (*taken)[i], workload.value)));
        }
    }
    return {};
}

}  // namespace bench
