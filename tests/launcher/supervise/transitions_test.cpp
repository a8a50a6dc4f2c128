/// Random applications, and random things that happen to them, over a fake host: after each, what
/// must always be true is true. A failure names its seed; HARRIER_SEED repeats it alone.
#include <cstdlib>
#include <random>
#include <set>

#include "fixture.hpp"
#include "rounds.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

constexpr int sequences = 100'000;
constexpr int steps_max = 24;
constexpr unsigned components_max = 4;

/// Whole numbers and choices from a seed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    unsigned below(unsigned end) { return static_cast<unsigned>(engine_() % end); }
    bool one_in(unsigned count) { return below(count) == 0; }
    Duration up_to(Duration longest) { return below(1000) * (longest / 1000); }
    template <class T>
    T one_of(std::initializer_list<T> choices) {
        return *(choices.begin() + below(static_cast<unsigned>(choices.size())));
    }

private:
    std::mt19937_64 engine_;
};

std::string name_of(unsigned index) {
    return std::string(1, static_cast<char>('a' + index));
}

/// What has been seen of a component's last start and of all of them.
struct Seen {
    std::set<EventKind> ever;
    std::set<EventKind> last_start;
};

class World : public Fixture {
public:
    explicit World(std::uint64_t seed) : dice_(seed) {
        const unsigned count = 1 + dice_.below(components_max);
        application.components.reserve(count);
        for (unsigned i = 0; i < count; ++i)
            make_component(i);
        host.on_spawn = [this](const SpawnRequest& request) { check_start(request); };
        start();
        if (dice_.one_in(2)) supervisor().stay();
    }

    /// One thing happens, and then whatever follows from it.
    void step() {
        const std::string name = application.components[dice_.below(count())].name;
        Component& component = *supervisor().find(name);
        FakeProcess* const process = host.process_of(name);
        switch (dice_.below(summary ? 1 : 12)) {
            case 0:
            case 1:
                host.advance(dice_.up_to(3s));
                break;
            case 2:
            case 3:
                if (process != nullptr) process->end(some_exit());
                break;
            case 4:
            case 5:
                if (process != nullptr) process->say(some_report());
                break;
            case 6:
                (void)supervisor().start(component);
                break;
            case 7:
                supervisor().stop(component);
                break;
            case 8:
                (void)supervisor().restart(component);
                break;
            case 9:
                (void)supervisor().signal(component, SIGUSR1);
                break;
            case 10:
                if (dice_.one_in(8)) supervisor().stop();
                break;
            case 11:
                if (dice_.one_in(16)) supervisor().stop_at_once();
                break;
        }
        if (dice_.one_in(4)) return;  // the next thing happens at the same moment
        host.settle();
        check();
    }

    /// Everything is told to stop, and does.
    void finish() {
        supervisor().stop();
        host.advance(1min);
        check();
        require(summary.has_value(), "a stop that ends");
        require(host.alive == 0 && host.probes_alive == 0, "nothing left alive");
        require(host.timers() == 0, "no timer left");
    }

    std::string broken;  ///< what was not true; empty when all was

private:
    unsigned count() const { return static_cast<unsigned>(application.components.size()); }

    void make_component(unsigned index) {
        Descriptor& descriptor = add(name_of(index));
        for (unsigned other = 0; other < index; ++other) {
            if (dice_.one_in(2)) descriptor.depends_on.push_back(some_dependency(other));
        }
        descriptor.type = dice_.one_of({ComponentType::simple, ComponentType::simple,
                                        ComponentType::notify, ComponentType::oneshot});
        const bool is_oneshot = descriptor.type == ComponentType::oneshot;
        descriptor.restart = {
            .policy = dice_.one_of({RestartPolicy::no, RestartPolicy::on_failure,
                                    RestartPolicy::on_abnormal, RestartPolicy::on_watchdog,
                                    is_oneshot ? RestartPolicy::no : RestartPolicy::always}),
            .delay = dice_.up_to(1s),
            .jitter = dice_.one_of({0.0, 0.5}),
            .attempts_max = 1 + dice_.below(3)};
        if (dice_.one_in(3)) descriptor.restart.window = 5s;
        descriptor.stop_sequence = {{SIGINT, dice_.up_to(1s)}, {SIGTERM, dice_.up_to(1s)}};
        descriptor.kill_mode = dice_.one_of({KillMode::group, KillMode::mixed, KillMode::process});
        descriptor.ready.timeout = 2s;
        if (!is_oneshot && dice_.one_in(3)) descriptor.watchdog = 1s;
        // Only who has a check can be waited for, so all that may have one do.
        if (!is_oneshot) make_check(descriptor.healthcheck.emplace());
        if (dice_.one_in(4)) host.survivors[descriptor.name] = 1 + dice_.below(3);
        for (int i = 0; i < 3; ++i) {
            host.behaviours[descriptor.name].push_back(some_behaviour());
            host.probes[descriptor.name].push_back({.passes = !dice_.one_in(4),
                                                    .takes = dice_.up_to(300ms),
                                                    .hangs = dice_.one_in(8)});
        }
    }

    void make_check(HealthCheck& check) {
        check.test = TcpTest{};
        check.interval = 500ms;
        check.timeout = 200ms;
        check.retries = 1 + dice_.below(2);
        check.start_period = dice_.up_to(1s);
        check.start_interval = 100ms;
    }

    Dependency some_dependency(unsigned other) {
        using enum DependencyCondition;
        const bool is_oneshot = application.components[other].type == ComponentType::oneshot;
        return {.component = name_of(other),
                .condition = dice_.one_of(
                    {started, ready, is_oneshot ? ready : healthy, completed_successfully}),
                .restart = dice_.one_in(3),
                .required = !dice_.one_in(4)};
    }

    Behaviour some_behaviour() {
        Behaviour behaviour;
        if (dice_.one_in(2)) behaviour.lives = dice_.up_to(4s);
        behaviour.exit = some_exit();
        behaviour.ignores_stop = dice_.one_in(4);
        behaviour.stop_takes = dice_.up_to(1s);
        if (dice_.one_in(4)) behaviour.descendants = 1 + dice_.below(2);
        if (dice_.one_in(12)) behaviour.start_error = shmheap::Error{ENOENT, "execute", "/x"};
        if (dice_.one_in(2)) behaviour.says = {{dice_.up_to(2s), Report{.ready = true}}};
        return behaviour;
    }

    Exit some_exit() {
        if (dice_.one_in(2)) return Exited{0};
        if (dice_.one_in(2)) return Exited{1};
        return Killed{.signal = SIGSEGV};
    }

    Report some_report() {
        Report report;
        report.ready = dice_.one_in(2);
        report.alive = dice_.one_in(2);
        report.stopping = dice_.one_in(8);
        report.watchdog_trigger = dice_.one_in(16);
        if (dice_.one_in(4)) report.extend_timeout = dice_.up_to(1s);
        return report;
    }

    void require(bool holds, const std::string& what) {
        if (!holds && broken.empty()) broken = what;
    }

    /// What this start relies on has happened, as far as the events tell.
    void check_start(const SpawnRequest& request) {
        const std::string& name = request.descriptor.name;
        require(host.process_of(name) == nullptr, "one process of " + name + " at most");
        const auto seen = take_events();
        for (const Dependency& dependency : request.descriptor.depends_on) {
            const Component& other = *supervisor().find(dependency.component);
            const bool is_over = is_final(other.state());
            if (!dependency.required && is_over) continue;
            const auto found = seen.find(dependency.component);
            const Seen nothing;
            const Seen& it = found == seen.end() ? nothing : found->second;
            const bool is_followed = dependency.restart && !is_over;
            require(has_met(other, dependency, is_followed ? it.last_start : it.ever),
                    name + " starts before what it needs of " + dependency.component);
            require(!dependency.restart || is_over || other.state() == State::running,
                    name + " follows " + dependency.component + ", which is not up");
        }
    }

    static bool has_met(const Component& other, const Dependency& dependency,
                        const std::set<EventKind>& events) {
        const Descriptor& descriptor = other.descriptor();
        const bool is_completed = other.state() == State::completed;
        switch (dependency.condition) {
            case DependencyCondition::started:
                return descriptor.type == ComponentType::oneshot
                           ? is_completed
                           : events.contains(EventKind::started);
            case DependencyCondition::ready:
                if (descriptor.type == ComponentType::oneshot) return is_completed;
                return events.contains(announces_readiness(descriptor) ? EventKind::ready
                                                                       : EventKind::started);
            case DependencyCondition::healthy:
                return events.contains(EventKind::healthy);
            case DependencyCondition::completed_successfully:
                return is_completed;
        }
        return false;
    }

    std::map<std::string, Seen> take_events() {
        for (; events_taken_ < events.size(); ++events_taken_) {
            const Event& event = events[events_taken_];
            Seen& seen = seen_[event.component];
            const bool is_up = event.kind == EventKind::started || event.kind == EventKind::adopted;
            const EventKind kind = is_up ? EventKind::started : event.kind;
            if (is_up) seen.last_start.clear();
            seen.last_start.insert(kind);
            seen.ever.insert(kind);
        }
        return seen_;
    }

    void check() {
        std::size_t alive = 0;
        for (const Descriptor& descriptor : application.components) {
            const State state = supervisor().find(descriptor.name)->state();
            const bool has_process =
                state == State::running || state == State::stopping || state == State::ending;
            require(has_process == (host.process_of(descriptor.name) != nullptr),
                    descriptor.name + " has a process if and only if its state says so");
            alive += has_process ? 1 : 0;
        }
        require(alive == static_cast<std::size_t>(host.alive), "as many processes as are counted");
        require(host.timers() <= application.components.size() + 1, "a timer for each at most");
        check_reaping();
    }

    /// Every process that has ended was reaped once and collected once.
    void check_reaping() {
        const std::size_t ended =
            host.started.size() + host.adopted.size() - static_cast<std::size_t>(host.alive);
        require(host.collected.size() == ended, "every exit is collected");
        std::set<std::string> tags;
        std::size_t count = 0;
        for (const reaper::Selection& selection : reaps) {
            if (selection.tag_prefix.ends_with('/')) continue;  // the last look over all
            tags.insert(selection.tag_prefix);
            ++count;
        }
        require(count == ended && tags.size() == ended, "every exit is reaped exactly once");
    }

    Dice dice_;
    std::map<std::string, Seen> seen_;
    std::size_t events_taken_ = 0;
};

void run_sequence(std::uint64_t seed) {
    INFO("HARRIER_SEED=", seed);
    World world(seed);
    for (int i = 0; i < steps_max && world.broken.empty(); ++i)
        world.step();
    if (world.broken.empty()) world.finish();
    if (world.broken.empty()) return;
    std::string story;
    for (const std::string& line : world.lines)
        story += "\n  " + line;
    FAIL_CHECK("HARRIER_SEED=", seed, ": not true: ", world.broken, story);
}

TEST_CASE("whatever happens in whatever order, what must be true is true") {
    if (const char* seed = std::getenv("HARRIER_SEED")) {
        run_sequence(std::strtoull(seed, nullptr, 10));
        return;
    }
    const auto first = static_cast<std::uint64_t>(std::random_device{}()) << 20;
    MESSAGE("HARRIER_SEED from ", first);
    for (int i = 0; i < rounds(sequences); ++i)
        run_sequence(first + static_cast<std::uint64_t>(i));
}

}  // namespace
}  // namespace launcher::test
