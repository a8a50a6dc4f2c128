/// Random applications, and random things that happen to them, over a fake host: after each, what
/// must always be true is true. A failure names its seed; HARRIER_SEED repeats it alone.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "fixture.hpp"
#include "launcher/supervise/changes.hpp"
#include "rounds.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

constexpr int sequences = 100'000;
constexpr int steps_max = 24;
constexpr unsigned components_max = 4;
constexpr unsigned launches_max = 3;

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
        for (unsigned i = 0; i < count; ++i) {
            make_component(i);
            if (dice_.one_in(4)) host.survivors[name_of(i)] = 1 + dice_.below(3);
        }
        host.on_spawn = [this](const SpawnRequest& request) { check_start(request); };
        start();
        if (dice_.one_in(2)) supervisor().stay();
    }

    /// One thing happens, and then whatever follows from it.
    void step() {
        const auto& all = supervisor().components();
        if (all.empty()) return summary ? void() : apply_something();
        Component& component = *all[dice_.below(static_cast<unsigned>(all.size()))];
        FakeProcess* const process = host.process_of(component.descriptor().name);
        switch (dice_.below(summary ? 1 : 14)) {
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
                if (dice_.one_in(8)) stop_everything(&Supervisor::stop);
                break;
            case 11:
                if (dice_.one_in(16)) stop_everything(&Supervisor::stop_at_once);
                break;
            case 12:
                apply_something();
                break;
            case 13:
                launch_something();
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
        require(!supervisor().is_applying(), "nothing left to apply");
    }

    std::string broken;  ///< what was not true; empty when all was

private:
    void make_component(unsigned index) { describe(add(name_of(index))); }

    /// Fills in what may be any way; on those before it in the application it may depend.
    void describe(Descriptor& descriptor) {
        for (const Descriptor& other : application.components) {
            if (other.name == descriptor.name) break;
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

    void stop_everything(void (Supervisor::*how)()) {
        is_stopping_ = true;
        (supervisor().*how)();
    }

    /// Each is left, removed, described anew, or changed in what its process can take over.
    void apply_something() {
        host.settle();
        Application next{.name = application.name, .components = {}};
        std::swap(next, application);
        const Application before = next;
        for (unsigned i = 0; i < components_max; ++i) {
            const auto old = std::find_if(
                next.components.begin(), next.components.end(),
                [i](const Descriptor& descriptor) { return descriptor.name == name_of(i); });
            const bool is_there = old != next.components.end();
            if (dice_.one_in(4) || (!is_there && dice_.one_in(2))) continue;
            if (!is_there || dice_.one_in(4)) {
                make_component(i);
                continue;
            }
            application.components.push_back(*old);
            if (dice_.one_in(3)) application.components.back().restart.attempts_max = 5;
        }
        drop_dependencies_on_nobody();
        if (is_a_launched_one_lost()) {
            application = before;
            return;
        }
        const auto spared = who_goes_on();
        const bool is_applied = supervisor().apply(application).has_value();
        host.settle();
        for (const auto& [name, pid] : spared) {
            const FakeProcess* process = host.process_of(name);
            const Component* component = supervisor().find(name);
            require(
                process != nullptr && process->pid() == pid && component->state() == State::running,
                name + ", which is unchanged, goes on");
        }
        if (is_applied && !supervisor().is_applying() && !is_stopping_) check_who_is_there();
    }

    void drop_dependencies_on_nobody() {
        std::set<std::string> names;
        for (Descriptor& descriptor : application.components) {
            std::erase_if(descriptor.depends_on, [&](const Dependency& dependency) {
                return dependency.required && !names.contains(dependency.component);
            });
            names.insert(descriptor.name);
        }
    }

    /// One that was launched needs a component that is not described any more.
    bool is_a_launched_one_lost() {
        std::set<std::string> names;
        for (const Descriptor& descriptor : application.components)
            names.insert(descriptor.name);
        for (const auto& component : supervisor().components()) {
            for (const Dependency& dependency : component->descriptor().depends_on) {
                const bool is_lost = dependency.required && !names.contains(dependency.component);
                if (component->is_transient && is_lost) return true;
            }
        }
        return false;
    }

    /// It is restarted when somebody comes up who is down at present: the changes may be what that
    /// one waits for.
    static bool may_follow(const Component& component) {
        const auto& requirements = component.requirements;
        return std::any_of(requirements.begin(), requirements.end(), [](const Requirement& each) {
            const bool may_come_up = each.component.state() != State::running;
            return each.dependency.restart && (may_come_up || may_follow(each.component));
        });
    }

    /// Those that run and are to take no notice of the application as it is now.
    std::map<std::string, pid_t> who_goes_on() {
        std::map<std::string, pid_t> found;
        for (const auto& component : supervisor().components()) {
            if (component->state() == State::running && !component->asked &&
                !may_follow(*component))
                found[component->descriptor().name] = component->pid;
        }
        for (const Change& change : changes_between(supervisor().components(), application)) {
            if (change.kind != Change::Kind::update) found.erase(change.component);
        }
        return found;
    }

    void check_who_is_there() {
        std::size_t count = 0;
        for (const auto& component : supervisor().components())
            count += component->is_transient ? 0 : 1;
        bool is_all_there = count == application.components.size();
        for (const Descriptor& descriptor : application.components) {
            const Component* component = supervisor().find(descriptor.name);
            is_all_there = is_all_there && component != nullptr &&
                           changed_keys(component->descriptor(), descriptor).empty();
        }
        require(is_all_there, "what was applied is there, and nothing else");
    }

    void launch_something() {
        if (launched_ == launches_max || supervisor().is_applying()) return;
        Descriptor descriptor = test::component("launched-" + std::to_string(launched_++));
        describe(descriptor);
        (void)supervisor().add_transient(std::move(descriptor));
    }

    Dependency some_dependency(const Descriptor& other) {
        using enum DependencyCondition;
        const bool is_oneshot = other.type == ComponentType::oneshot;
        return {.component = other.name,
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
            const Component* const there = supervisor().find(dependency.component);
            if (there == nullptr && !dependency.required) continue;
            const Component& other = *there;
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
        for (const auto& component : supervisor().components()) {
            const std::string& name = component->descriptor().name;
            const State state = component->state();
            const bool has_process =
                state == State::running || state == State::stopping || state == State::ending;
            require(has_process == (host.process_of(name) != nullptr),
                    name + " has a process if and only if its state says so");
            alive += has_process ? 1 : 0;
        }
        require(alive == static_cast<std::size_t>(host.alive), "as many processes as are counted");
        require(host.timers() <= supervisor().components().size() + 1, "a timer for each at most");
        check_reaping();
    }

    /// Every process that has ended was reaped once and collected once.
    void check_reaping() {
        const std::size_t ended =
            host.started.size() + host.adopted.size() - static_cast<std::size_t>(host.alive);
        require(host.collected.size() == ended, "every exit is collected");
        std::set<std::string> tags;
        std::size_t count = 0;
        for (const reaper::HeapSelection& selection : reaps) {
            if (selection.tag_prefix.ends_with('/')) continue;  // the last look over all
            tags.insert(selection.tag_prefix);
            ++count;
        }
        require(count == ended && tags.size() == ended, "every exit is reaped exactly once");
    }

    Dice dice_;
    unsigned launched_ = 0;
    bool is_stopping_ = false;
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
