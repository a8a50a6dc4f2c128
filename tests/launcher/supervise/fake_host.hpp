/// A Host without a system: time passes when advance() says so, processes do what a test wrote down
/// for them, and everything that is asked of them is kept. One thread, no wall time.
#pragma once

#include <csignal>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "launcher/supervise/host.hpp"

namespace launcher::test {

/// What one start of a component does.
struct Behaviour {
    std::optional<Duration> lives{};  ///< until it ends by itself; for ever when absent
    Exit exit = Exited{0};            ///< how it ends by itself
    bool ignores_stop = false;        ///< takes no notice of anything but SIGKILL
    bool ignores_kill = false;        ///< nor of that: a process in the kernel's hands
    Duration stop_takes{};            ///< from the stop signal to the end
    Duration kill_takes{};            ///< from SIGKILL to the end
    std::size_t descendants = 0;      ///< live on after the leader, until killed
    std::optional<shmheap::Error> start_error{};
    std::vector<std::pair<Duration, Report>> says{};  ///< since its start
};

/// What one health check does.
struct ProbeBehaviour {
    bool passes = true;
    Duration takes{};
    bool hangs = false;
};

struct Signalled {
    std::string component;
    int number = 0;
    Audience audience = Audience::leader;
    Duration at{};  ///< since the host was made
    bool is_forwarded = false;
};

class FakeHost;

class FakeProcess final : public Process {
public:
    FakeProcess(FakeHost& host, const SpawnRequest& request, Behaviour behaviour, pid_t pid)
        : host_(host),
          latch_(request.latch),
          component_(request.descriptor.name),
          behaviour_(std::move(behaviour)),
          descendants_(behaviour_.descendants),
          pid_(pid) {}
    ~FakeProcess() override;

    [[nodiscard]] pid_t pid() const override { return pid_; }
    [[nodiscard]] std::optional<Exit> exit() override { return exit_; }
    void signal(int number, Audience audience) override;
    void forward(int number) override;
    [[nodiscard]] std::size_t survivors() override { return descendants_; }
    void collect() override;
    [[nodiscard]] Report take_report() override { return std::exchange(report_, {}); }

    /// What it says now, besides what it has said before the last look.
    void say(const Report& report) {
        report_ = report;
        latch_.release();
    }

    [[nodiscard]] const std::string& component() const { return component_; }
    void end(const Exit& exit) {
        if (!exit_) exit_ = exit;
        latch_.release();
    }
    void die(Audience audience) {
        if (audience == Audience::tree) descendants_ = 0;
        const Exit killed = Killed{.signal = SIGKILL};
        end(killed);
    }

private:
    FakeHost& host_;
    Latch& latch_;
    std::string component_;
    Behaviour behaviour_;
    std::size_t descendants_;
    pid_t pid_;
    std::optional<Exit> exit_;
    Report report_;
};

class FakeProbe final : public Probe {
public:
    FakeProbe(FakeHost& host, Latch& latch) : host_(host), latch_(latch) {}
    FakeProbe(const FakeProbe&) = delete;
    FakeProbe& operator=(const FakeProbe&) = delete;
    ~FakeProbe() override;

    [[nodiscard]] std::optional<Result> result() override { return result_; }

    void end(bool passes) {
        result_ = Result{.has_passed = passes, .what = passes ? "" : "it says no"};
        latch_.release();
    }

private:
    FakeHost& host_;
    Latch& latch_;
    std::optional<Result> result_;
};

class FakeHost final : public Host {
public:
    explicit FakeHost(asio::io_context& io) : io_(io) {}

    /// What the starts of a component do, in order; the last one is repeated.
    std::map<std::string, std::deque<Behaviour>> behaviours;
    /// What the health checks of a component do, likewise.
    std::map<std::string, std::deque<ProbeBehaviour>> probes;
    std::function<void(const SpawnRequest&)> on_spawn;  ///< called before each start
    std::size_t strays = 0;                             ///< what end_strays() could not end
    Duration turn_takes{};                              ///< to come

    std::vector<std::string> started;           ///< components, in order
    std::vector<std::string> collected;         ///< components, in order
    std::vector<std::string> forgotten;         ///< components, in order
    std::map<std::string, unsigned> survivors;  ///< of an earlier harrier: component → start number
    std::set<std::string> changed;              ///< survivors of another description
    std::vector<std::string> adopted;           ///< tags, in order
    std::vector<Signalled> signals;
    std::vector<SpawnRequest> requests;
    int alive = 0;          ///< processes made and not collected
    std::size_t turns = 0;  ///< that were taken
    int probes_begun = 0;
    int probes_alive = 0;

    [[nodiscard]] TimePoint now() override { return now_; }
    [[nodiscard]] Duration elapsed() const { return now_ - TimePoint{}; }

    Awaitable<void> sleep_until(TimePoint time, Latch& latch) override {
        const auto sleeper = sleepers_.emplace(time, &latch);
        co_await latch.wait_until(end_of_time);
        sleepers_.erase(sleeper);
    }

    Awaitable<void> turn() override {
        ++turns;
        if (turn_takes == Duration{}) co_return;
        Latch mine(io_.get_executor());
        co_await sleep_until(now_ + turn_takes, mine);
    }

    Awaitable<shmheap::Result<std::unique_ptr<Process>>> spawn(
        const SpawnRequest& request) override {
        const Behaviour behaviour = next_of(behaviours[request.descriptor.name]);
        REQUIRE(turns > requests.size());  // each start in a turn of its own
        requests.push_back(request);
        if (on_spawn) on_spawn(request);
        if (behaviour.start_error) co_return tl::unexpected(*behaviour.start_error);
        started.push_back(request.descriptor.name);
        co_return make_process(request, behaviour);
    }

    [[nodiscard]] unsigned survivor(const std::string& component) override {
        const auto found = survivors.find(component);
        return found == survivors.end() ? 0 : found->second;
    }

    [[nodiscard]] bool survivor_is_changed(const std::string& component) override {
        return changed.contains(component);
    }

    shmheap::Result<std::unique_ptr<Process>> adopt(const SpawnRequest& request) override {
        REQUIRE(survivors.erase(request.descriptor.name) == 1);
        const Behaviour behaviour = next_of(behaviours[request.descriptor.name]);
        if (behaviour.start_error) return tl::unexpected(*behaviour.start_error);
        adopted.push_back(request.tag);
        return make_process(request, behaviour);
    }

    std::unique_ptr<Probe> probe(const SpawnRequest& request, const Process&) override {
        const ProbeBehaviour behaviour = next_of(probes[request.descriptor.name]);
        ++probes_begun;
        ++probes_alive;
        auto probe = std::make_unique<FakeProbe>(*this, request.latch);
        if (!behaviour.hangs)
            later(behaviour.takes, *probe,
                  [&it = *probe, passes = behaviour.passes] { it.end(passes); });
        return probe;
    }

    void forget(const std::string& component) override { forgotten.push_back(component); }

    Awaitable<std::size_t> end_strays(TimePoint) override { co_return strays; }

    /// Lets everything that is ready happen, and then, event by event, what happens in `duration`.
    void advance(Duration duration) {
        const TimePoint until = now_ + duration;
        settle();
        while (const auto next = next_time()) {
            if (*next > until) break;
            now_ = *next;
            fire_due();
            settle();
        }
        now_ = until;
    }

    /// The machine was suspended: whatever was due in `duration` is seen at its end.
    void oversleep(Duration duration) {
        now_ += duration;
        fire_due();
        settle();
    }

    void settle() {
        io_.restart();
        while (io_.poll() > 0)
            io_.restart();
    }

    /// How many coroutines wait for a time; 0 when nothing is left to happen by itself.
    [[nodiscard]] std::size_t timers() const {
        return static_cast<std::size_t>(
            std::distance(sleepers_.begin(), sleepers_.lower_bound(end_of_time)));
    }

    void end_later(FakeProcess& process, Duration in, const Exit& exit) {
        later(in, process, [&process, exit] { process.end(exit); });
    }
    void die_later(FakeProcess& process, Duration in, Audience audience) {
        later(in, process, [&process, audience] { process.die(audience); });
    }
    void say_later(FakeProcess& process, Duration in, const Report& report) {
        later(in, process, [&process, report] { process.say(report); });
    }
    void forget(const FakeProcess& process) {
        std::erase(processes_, &process);
        forget_events_of(process);
    }
    void forget(const FakeProbe& probe) {
        --probes_alive;
        forget_events_of(probe);
    }
    /// For the end of a test that leaves processes alive.
    void end_all() {
        const Exit killed = Killed{.signal = SIGKILL};
        for (FakeProcess* process : std::vector(processes_))
            process->end(killed);
    }

    /// The live process of a component; null when there is none.
    [[nodiscard]] FakeProcess* process_of(const std::string& component) const {
        for (FakeProcess* process : processes_) {
            if (process->component() == component) return process;
        }
        return nullptr;
    }

private:
    struct Happening {
        const void* whose = nullptr;  // nothing happens any more when he is gone
        std::function<void()> what;
    };

    template <class T>
    static T next_of(std::deque<T>& list) {
        if (list.empty()) return {};
        T next = list.front();
        if (list.size() > 1) list.pop_front();
        return next;
    }

    template <class Owner>
    void later(Duration in, const Owner& owner, std::function<void()> what) {
        happenings_.emplace(now_ + in, Happening{&owner, std::move(what)});
    }
    void forget_events_of(const auto& owner) {
        std::erase_if(happenings_, [&](const auto& each) { return each.second.whose == &owner; });
    }

    [[nodiscard]] std::optional<TimePoint> next_time() const {
        std::optional<TimePoint> next;
        if (!sleepers_.empty() && sleepers_.begin()->first != end_of_time)
            next = sleepers_.begin()->first;
        if (!happenings_.empty() && (!next || happenings_.begin()->first < *next))
            next = happenings_.begin()->first;
        return next;
    }

    void fire_due() {
        while (!happenings_.empty() && happenings_.begin()->first <= now_) {
            const auto what = std::move(happenings_.begin()->second.what);
            happenings_.erase(happenings_.begin());
            what();
        }
        for (const auto& [time, latch] : sleepers_) {
            if (time <= now_) latch->release();
        }
    }

    std::unique_ptr<Process> make_process(const SpawnRequest& request, const Behaviour& behaviour) {
        auto process = std::make_unique<FakeProcess>(*this, request, behaviour, next_pid_++);
        ++alive;
        processes_.push_back(process.get());
        if (behaviour.lives) end_later(*process, *behaviour.lives, behaviour.exit);
        for (const auto& [in, report] : behaviour.says)
            say_later(*process, in, report);
        return process;
    }

    asio::io_context& io_;
    TimePoint now_{};
    std::multimap<TimePoint, Latch*> sleepers_;
    std::multimap<TimePoint, Happening> happenings_;
    std::vector<FakeProcess*> processes_;
    pid_t next_pid_ = 1000;
};

inline FakeProcess::~FakeProcess() {
    host_.forget(*this);
}

inline FakeProbe::~FakeProbe() {
    host_.forget(*this);
}

inline void FakeProcess::signal(int number, Audience audience) {
    host_.signals.push_back({component_, number, audience, host_.elapsed()});
    if (number == SIGKILL) {
        if (behaviour_.ignores_kill) return;
        if (behaviour_.kill_takes == Duration{}) return die(audience);
        host_.die_later(*this, behaviour_.kill_takes, audience);
    } else if (!behaviour_.ignores_stop && !exit_) {
        const Exit killed = Killed{.signal = number};
        host_.end_later(*this, behaviour_.stop_takes, killed);
    }
}

inline void FakeProcess::forward(int number) {
    signal(number, Audience::leader);
    host_.signals.back().is_forwarded = true;
}

inline void FakeProcess::collect() {
    host_.collected.push_back(component_);
    --host_.alive;
}

}  // namespace launcher::test
