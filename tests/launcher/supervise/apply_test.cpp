/// Components that come, go and change while others run.
#include <csignal>

#include "fixture.hpp"
#include "launcher/supervise/changes.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

class Applying : public Fixture {
public:
    Descriptor& described(const std::string& name) {
        return *std::find_if(application.components.begin(), application.components.end(),
                             [&](const Descriptor& each) { return each.name == name; });
    }
    void remove(const std::string& name) {
        std::erase_if(application.components,
                      [&](const Descriptor& each) { return each.name == name; });
    }
    void apply() {
        REQUIRE(supervisor().apply(application));
        host.advance(0s);
    }
    State state_of(const std::string& name) { return supervisor().find(name)->state(); }
    pid_t pid_of(const std::string& name) { return supervisor().find(name)->pid; }
};

Dependency on(std::string name) {
    return {.component = std::move(name)};
}

TEST_CASE("what is unchanged keeps its process, what is changed has a new one") {
    Applying it;
    it.add("a");
    it.add("b");
    it.start();
    const pid_t a = it.pid_of("a");
    const pid_t b = it.pid_of("b");
    it.described("b").environment["X"] = "1";
    it.described("a").place.line = 7;
    it.add("c");
    it.apply();
    CHECK(it.pid_of("a") == a);
    CHECK(it.pid_of("b") != b);
    CHECK(it.state_of("b") == State::running);
    CHECK(it.state_of("c") == State::running);
    CHECK(it.host.requests.back().descriptor.name == "c");
    CHECK(it.host.forgotten.empty());
}

TEST_CASE("whose output takes another way has its old pipe closed") {
    Applying it;
    it.add("a");
    it.start();
    it.described("a").on_supervisor_loss = SupervisorLoss::keep;
    it.apply();
    CHECK(it.host.forgotten == std::vector<std::string>{"a"});
}

TEST_CASE("whoever stands above what he depends on waits for it when both are changed") {
    Applying it;
    it.add("a").depends_on = {on("b")};
    it.add("b");
    it.start();
    it.described("a").environment["X"] = "1";
    it.described("b").environment["X"] = "1";
    it.apply();
    CHECK(it.state_of("a") == State::running);
    CHECK(it.state_of("b") == State::running);
    CHECK(it.count("failed") == 0);
}

TEST_CASE("a stop of everything gives up what is being applied, and keeps to its own order") {
    Applying it;
    it.add("a");
    it.add("b").depends_on = {on("a")};
    it.add("c").depends_on = {on("a")};
    it.host.behaviours["b"] = {{.stop_takes = 1s}};
    it.host.behaviours["c"] = {{.stop_takes = 3s}};
    it.start();
    for (const char* name : {"a", "b", "c"})
        it.remove(name);
    it.apply();
    CHECK_FALSE(it.supervisor().was_given_up());
    it.supervisor().stop();
    it.host.advance(2s);
    CHECK(it.supervisor().was_given_up());
    CHECK(it.state_of("b") == State::stopped);
    CHECK(it.state_of("a") == State::running);
    it.host.advance(2s);
    CHECK(it.state_of("a") == State::stopped);
}

TEST_CASE("who is removed is stopped, dependents first, and is gone") {
    Applying it;
    it.add("a");
    it.add("b").depends_on = {on("a")};
    it.add("c");
    it.host.behaviours["b"] = {{.stop_takes = 1s}};
    it.start();
    it.remove("a");
    it.remove("b");
    it.apply();
    CHECK(it.state_of("b") == State::stopping);
    CHECK(it.state_of("a") == State::running);
    CHECK(it.supervisor().is_applying());
    it.host.advance(1s);
    CHECK_FALSE(it.supervisor().is_applying());
    CHECK(it.supervisor().find("a") == nullptr);
    CHECK(it.supervisor().is_gone("b"));
    CHECK(it.state_of("c") == State::running);
    CHECK(it.host.forgotten == std::vector<std::string>{"a", "b"});
    CHECK(it.host.alive == 1);
}

TEST_CASE("keys that no process was started with are taken over by the one that runs") {
    Applying it;
    it.add("a");
    it.add("b");
    it.start();
    const pid_t b = it.pid_of("b");
    it.described("b").restart.policy = RestartPolicy::always;
    it.described("b").restart.delay = 0s;
    it.described("b").stop_sequence = {{SIGINT, 1s}};
    it.described("b").depends_on = {on("a")};
    it.apply();
    CHECK(it.pid_of("b") == b);
    it.host.process_of("b")->end(Exited{0});
    it.host.settle();
    CHECK(it.state_of("b") == State::running);
    CHECK(it.starts_of("b") == 2);
    it.supervisor().stop();
    it.host.settle();
    CHECK(it.host.signals.front().component == "b");
    CHECK(it.host.signals.front().number == SIGINT);
}

TEST_CASE("a restart is followed as any other, a new dependency asks for none") {
    Applying it;
    it.add("a");
    it.add("b").depends_on = {{.component = "a", .restart = true}};
    it.add("c");
    it.start();
    it.described("a").command = {"/bin/true", "x"};
    it.add("d");
    it.described("c").depends_on = {{.component = "d", .restart = true}};
    const auto changes = changes_between(it.supervisor().components(), it.application);
    REQUIRE(changes.size() == 4);
    CHECK(changes[0].kind == Change::Kind::restart);
    CHECK(changes[1].kind == Change::Kind::update);
    CHECK(changes[2].kind == Change::Kind::add);
    CHECK(changes[3].kind == Change::Kind::follow);
    CHECK(changes[3].followed == "a");
    it.apply();
    CHECK(it.starts_of("b") == 2);
    CHECK(it.starts_of("c") == 1);
}

TEST_CASE("who follows from now on does not follow what was before") {
    Applying it;
    it.add("a");
    it.add("b").depends_on = {on("a")};
    it.start();
    REQUIRE(it.supervisor().restart(*it.supervisor().find("a")));
    it.host.advance(0s);
    it.described("b").depends_on.front().restart = true;
    it.apply();
    CHECK(it.starts_of("b") == 1);
    REQUIRE(it.supervisor().restart(*it.supervisor().find("a")));
    it.host.advance(0s);
    CHECK(it.starts_of("b") == 2);
}

TEST_CASE("who waits for one that is being changed goes on waiting") {
    Applying it;
    it.add("a").type = ComponentType::notify;
    it.add("b").depends_on = {{.component = "a", .condition = DependencyCondition::ready}};
    it.start();
    it.described("a").environment["X"] = "1";
    it.host.behaviours["a"] = {{.says = {{1s, Report{.ready = true}}}}};
    it.apply();
    CHECK(it.state_of("b") == State::waiting);
    it.host.advance(1s);
    CHECK(it.state_of("b") == State::running);
}

TEST_CASE("what has failed or completed starts when it is changed, what was stopped does not") {
    Applying it;
    it.add("failed");
    it.add("done");
    it.add("stopped");
    it.add("rest");
    it.host.behaviours["failed"] = {{.lives = 0s, .exit = Exited{1}}, {}};
    it.host.behaviours["done"] = {{.lives = 0s}, {}};
    it.start();
    it.supervisor().stop(*it.supervisor().find("stopped"));
    it.host.advance(0s);
    for (const char* name : {"failed", "done", "stopped"})
        it.described(name).environment["X"] = "1";
    it.apply();
    CHECK(it.state_of("failed") == State::running);
    CHECK(it.state_of("done") == State::running);
    CHECK(it.state_of("stopped") == State::stopped);
    CHECK(it.supervisor().find("stopped")->descriptor().environment.contains("X"));
}

TEST_CASE("a later application takes the place of one that is under way") {
    Applying it;
    it.add("a");
    it.add("b");
    it.host.behaviours["a"] = {{.stop_takes = 1s}};
    it.start();
    const Application before = it.application;
    it.remove("a");
    it.add("c");
    it.apply();
    it.application = before;
    it.apply();
    it.host.advance(1s);
    CHECK(it.state_of("a") == State::running);
    CHECK(it.starts_of("a") == 2);
    CHECK(it.starts_of("b") == 1);
    CHECK(it.supervisor().find("c") == nullptr);
}

TEST_CASE("a stop of everything gives up what is being applied") {
    Applying it;
    it.add("a");
    it.host.behaviours["a"] = {{.stop_takes = 1s}};
    it.start();
    it.remove("a");
    it.add("b");
    it.apply();
    it.supervisor().stop();
    it.host.advance(2s);
    REQUIRE(it.summary);
    CHECK(it.starts_of("b") == 0);
    CHECK_FALSE(it.supervisor().is_applying());
    CHECK_FALSE(it.supervisor().apply(it.application));
}

TEST_CASE("requests to who is leaving count for what it comes back to") {
    Applying it;
    it.add("a");
    it.add("b");
    it.add("rest");
    for (const char* name : {"a", "b"})
        it.host.behaviours[name] = {{.stop_takes = 1s}};
    it.start();
    for (const char* name : {"a", "b"})
        it.described(name).environment["X"] = "1";
    it.apply();
    it.supervisor().stop(*it.supervisor().find("a"));
    CHECK(it.supervisor().restart(*it.supervisor().find("b")));
    it.host.advance(1s);
    CHECK(it.state_of("a") == State::stopped);
    CHECK(it.state_of("b") == State::running);
    CHECK(it.starts_of("b") == 2);
}

TEST_CASE("a transient component stays when it has ended, and goes when it is stopped") {
    Applying it;
    it.add("a");
    it.start();
    REQUIRE(it.supervisor().add_transient(component("t")));
    it.host.settle();
    CHECK(it.state_of("t") == State::running);
    it.apply();
    CHECK(it.state_of("t") == State::running);
    it.host.process_of("t")->end(Exited{0});
    it.host.settle();
    CHECK(it.state_of("t") == State::completed);
    it.supervisor().stop(*it.supervisor().find("t"));
    it.host.settle();
    CHECK(it.supervisor().find("t") == nullptr);
    CHECK(it.supervisor().is_gone("t"));
    REQUIRE(it.supervisor().add_transient(component("t")));
    it.host.settle();
    CHECK(it.state_of("t") == State::running);
    CHECK_FALSE(it.supervisor().is_gone("t"));
}

TEST_CASE("a transient component that is needed stays until who needs it is gone") {
    Applying it;
    it.add("a");
    it.start();
    REQUIRE(it.supervisor().add_transient(component("t")));
    Descriptor user = component("u");
    user.depends_on = {on("t")};
    REQUIRE(it.supervisor().add_transient(user));
    it.host.settle();
    it.supervisor().stop(*it.supervisor().find("t"));
    it.host.advance(0s);
    CHECK(it.state_of("t") == State::stopped);
    CHECK(it.state_of("u") == State::running);
    it.supervisor().stop(*it.supervisor().find("u"));
    it.host.advance(0s);
    CHECK(it.supervisor().components().size() == 1);
}

}  // namespace
}  // namespace launcher::test
