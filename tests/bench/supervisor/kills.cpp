#include "supervisor/kills.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/load.hpp"
#include "supervisor/scene.hpp"
#include "supervisor/subjects.hpp"

namespace bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kills_per_sample_round = 10;  ///< latencies for each round that was asked for
constexpr std::size_t heap_bytes = std::size_t{16} * 1024 * 1024;

/// One component, killed again and again. Each kill gives the latency of its restart, and that of
/// the removal of its heap from a subject that removes heaps; behind others it is removed here.
class KillScene {
public:
    static shmheap::Result<std::shared_ptr<KillScene>> open(const Subject& subject,
                                                            const OwnDirectory& directory) {
        const auto heaps = directory.fresh(subject.name);
        if (!heaps) return tl::unexpected(heaps.error());
        const auto fifo = directory.path() / (std::string(subject.name) + "-announcements");
        auto announcements = Announcements::open(fifo, subject.name);
        if (!announcements) return tl::unexpected(announcements.error());
        auto removals = Removals::watch(*heaps);
        if (!removals) return tl::unexpected(removals.error());
        auto supervision =
            subject.supervise({.fifo = fifo, .heaps = *heaps, .heap_bytes = heap_bytes}, directory);
        if (!supervision) return tl::unexpected(supervision.error());
        auto scene = std::shared_ptr<KillScene>(
            new KillScene(subject.clears_heaps, *heaps, std::move(*announcements),
                          std::move(*removals), std::move(*supervision)));
        return scene->await_component().map([&] { return scene; });
    }

    /// The time until the next component runs; that until the heap is removed is kept aside.
    shmheap::Result<Sample> kill_component() {
        const std::string heap = "heap-" + std::to_string(pid_);
        const auto start = Clock::now();
        kill(pid_, SIGKILL);
        const auto cleared = supervision_->after_kill(pid_);
        if (!cleared) return tl::unexpected(cleared.error());
        if (clears_heaps_) {
            const auto removed = removals_.await(heap);
            if (!removed) return tl::unexpected(removed.error());
            const Milliseconds until_removed = Clock::now() - start;
            removals_ms_.push_back({.value = until_removed.count()});
        }
        const auto restarted = await_component();
        if (!restarted) return tl::unexpected(restarted.error());
        const Milliseconds until_restarted = Clock::now() - start;
        if (!clears_heaps_ && unlink((heaps_ / heap).c_str()) != 0) {
            return shmheap::fail(errno, "remove", heap);
        }
        return Sample{.value = until_restarted.count()};
    }

    [[nodiscard]] const std::vector<Sample>& removals_ms() const { return removals_ms_; }

private:
    KillScene(bool clears_heaps, std::filesystem::path heaps, Announcements announcements,
              Removals removals, std::unique_ptr<Supervision> supervision)
        : clears_heaps_(clears_heaps),
          heaps_(std::move(heaps)),
          announcements_(std::move(announcements)),
          removals_(std::move(removals)),
          supervision_(std::move(supervision)) {}

    shmheap::Status await_component() {
        return announcements_.next().map([this](pid_t pid) { pid_ = pid; });
    }

    bool clears_heaps_;
    std::filesystem::path heaps_;
    Announcements announcements_;
    Removals removals_;
    std::unique_ptr<Supervision> supervision_;
    pid_t pid_ = 0;
    std::vector<Sample> removals_ms_;
};

}  // namespace

shmheap::Status measure_kills(const Context& context, std::vector<Row>& rows) {
    const bool wants_restarts = context.options.wants("restart");
    if (!context.options.wants("heap-removed") && !wants_restarts) return {};
    std::vector<Series> all;
    std::vector<std::shared_ptr<KillScene>> scenes;
    for (const Subject& subject : subjects()) {
        if (!subject.clears_heaps && !wants_restarts) continue;
        const auto scene = KillScene::open(subject, context.directory);
        if (!scene) return tl::unexpected(scene.error());
        scenes.push_back(*scene);
        all.push_back(
            {"restart", subject.name, "ms", [scene = *scene] { return scene->kill_component(); }});
    }
    const auto restarts = take_samples(all, context.options.rounds * kills_per_sample_round);
    if (!restarts) return tl::unexpected(restarts.error());

    const auto add = [&](Series names, const Samples& taken) {
        const std::string workload = names.workload;
        names.workload = workload + "-p50";
        rows.push_back(summarise(names, taken, 0.5));
        names.workload = workload + "-p99";
        rows.push_back(summarise(names, taken, 0.99));
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (scenes[i]->removals_ms().empty()) continue;
        const Series removal{"heap-removed", all[i].subject, all[i].unit, {}};
        add(removal, {.kept = scenes[i]->removals_ms()});
    }
    for (std::size_t i = 0; i < all.size() && wants_restarts; ++i)
        add(all[i], (*restarts)[i]);
    return {};
}

}  // namespace bench
