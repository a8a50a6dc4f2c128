// What harrier adds to the bare system calls: starting 100 components, and from the SIGKILL of a
// component to the removal of its heap and to its next start. And what becomes of what components
// print.
//
// Nothing is pinned: a supervisor and its components use the processors that there are.
#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/load.hpp"
#include "harness/program.hpp"
#include "supervisor/logs.hpp"
#include "supervisor/scene.hpp"
#include "supervisor/subjects.hpp"

namespace {

using bench::Clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kills_per_sample_round = 10;  ///< latencies for each round that was asked for
constexpr std::size_t heap_bytes = std::size_t{16} * 1024 * 1024;

struct Subject {
    const char* name;
    bench::Supervise supervise;
};

constexpr std::array subjects{Subject{"harrier", bench::supervise_with_harrier},
                              Subject{"bare-spawn", bench::supervise_bare}};

/// From nothing to `count` components that have announced themselves.
shmheap::Result<bench::Sample> measure_start(const Subject& subject, int count,
                                             const bench::OwnDirectory& directory) {
    const auto heaps = directory.fresh("heaps");
    if (!heaps) return tl::unexpected(heaps.error());
    const auto fifo = *heaps / "announcements";
    auto announcements = bench::Announcements::open(fifo);
    if (!announcements) return tl::unexpected(announcements.error());

    const bench::MachineWatch watch;
    const auto start = Clock::now();
    auto supervision =
        subject.supervise({.count = count, .fifo = fifo, .heaps = *heaps}, directory);
    if (!supervision) return tl::unexpected(supervision.error());
    for (int i = 0; i < count; ++i) {
        const auto pid = announcements->next();
        if (!pid) return tl::unexpected(pid.error());
    }
    const Milliseconds took = Clock::now() - start;
    supervision->reset();  // what it and the components used is known when they have ended
    return bench::Sample{.value = took.count(), .disturbed = watch.disturbed()};
}

shmheap::Status measure_starts(const bench::Context& context, std::vector<bench::Row>& rows) {
    constexpr int count = 100;
    if (!context.options.wants("start-100")) return {};
    std::vector<bench::Series> all;
    for (const Subject& subject : subjects) {
        all.push_back({"start-100", subject.name, "ms", [&subject, &context] {
                           return measure_start(subject, count, context.directory);
                       }});
    }
    const auto measured = bench::medians(all, context.options.rounds);
    if (!measured) return tl::unexpected(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
    return {};
}

/// One component, killed again and again; each kill gives two latencies.
class KillScene {
public:
    static shmheap::Result<std::shared_ptr<KillScene>> open(const Subject& subject,
                                                            const bench::OwnDirectory& directory) {
        const auto heaps = directory.fresh(subject.name);
        if (!heaps) return tl::unexpected(heaps.error());
        const auto fifo = directory.path() / (std::string(subject.name) + "-announcements");
        auto announcements = bench::Announcements::open(fifo);
        if (!announcements) return tl::unexpected(announcements.error());
        auto removals = bench::Removals::watch(*heaps);
        if (!removals) return tl::unexpected(removals.error());
        auto supervision =
            subject.supervise({.fifo = fifo, .heaps = *heaps, .heap_bytes = heap_bytes}, directory);
        if (!supervision) return tl::unexpected(supervision.error());
        auto scene = std::shared_ptr<KillScene>(new KillScene(
            std::move(*announcements), std::move(*removals), std::move(*supervision)));
        return scene->await_component().map([&] { return scene; });
    }

    /// The time until the heap is removed; that until the next component runs is kept aside.
    shmheap::Result<bench::Sample> kill_component() {
        const auto start = Clock::now();
        kill(pid_, SIGKILL);
        const auto cleared = supervision_->after_kill(pid_);
        if (!cleared) return tl::unexpected(cleared.error());
        const auto removed = removals_.await("heap-" + std::to_string(pid_));
        if (!removed) return tl::unexpected(removed.error());
        const Milliseconds until_removed = Clock::now() - start;
        const auto restarted = await_component();
        if (!restarted) return tl::unexpected(restarted.error());
        const Milliseconds until_restarted = Clock::now() - start;
        restarts_.push_back({.value = until_restarted.count()});
        return bench::Sample{.value = until_removed.count()};
    }

    [[nodiscard]] const std::vector<bench::Sample>& restarts() const { return restarts_; }

private:
    KillScene(bench::Announcements announcements, bench::Removals removals,
              std::unique_ptr<bench::Supervision> supervision)
        : announcements_(std::move(announcements)),
          removals_(std::move(removals)),
          supervision_(std::move(supervision)) {}

    shmheap::Status await_component() {
        return announcements_.next().map([this](pid_t pid) { pid_ = pid; });
    }

    bench::Announcements announcements_;
    bench::Removals removals_;
    std::unique_ptr<bench::Supervision> supervision_;
    pid_t pid_ = 0;
    std::vector<bench::Sample> restarts_;
};

shmheap::Status measure_kills(const bench::Context& context, std::vector<bench::Row>& rows) {
    if (!context.options.wants("heap-removed") && !context.options.wants("restart")) return {};
    std::vector<bench::Series> all;
    std::vector<std::shared_ptr<KillScene>> scenes;
    for (const Subject& subject : subjects) {
        const auto scene = KillScene::open(subject, context.directory);
        if (!scene) return tl::unexpected(scene.error());
        scenes.push_back(*scene);
        all.push_back({"heap-removed", subject.name, "ms",
                       [scene = *scene] { return scene->kill_component(); }});
    }
    const auto samples = bench::take_samples(all, context.options.rounds * kills_per_sample_round);
    if (!samples) return tl::unexpected(samples.error());

    const auto add = [&](bench::Series names, const bench::Samples& taken, const char* suffix,
                         double quantile) {
        names.workload += suffix;
        rows.push_back(bench::summarise(names, taken, quantile));
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        bench::Series restart = all[i];
        restart.workload = "restart";
        const bench::Samples restarts{.kept = scenes[i]->restarts()};
        add(all[i], (*samples)[i], "-p50", 0.5);
        add(all[i], (*samples)[i], "-p99", 0.99);
        add(restart, restarts, "-p50", 0.5);
        add(restart, restarts, "-p99", 0.99);
    }
    return {};
}

shmheap::Status measure_all(const bench::Context& context, std::vector<bench::Row>& rows) {
    for (const bench::Benchmark part : {&measure_starts, &measure_kills, &bench::measure_logs}) {
        const auto status = part(context, rows);
        if (!status) return status;
    }
    return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
    return bench::run_program("supervisor", measure_all, argument_count, arguments);
}
