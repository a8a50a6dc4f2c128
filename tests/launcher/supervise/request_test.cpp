/// What may be asked of one component at any time: start, stop, restart, a signal.
#include "fixture.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

/// A fixture whose supervisor stays, as one with a control socket does.
class Controlled : public Fixture {
public:
    void start_and_stay() {
        start();
        supervisor().stay();
    }
    Component& operator[](std::string_view name) { return *supervisor().find(name); }
    State state(std::string_view name) { return supervisor().find(name)->state(); }
};

TEST_CASE("a component that is asked to stop stays stopped until it is asked to start") {
    Controlled fixture;
    fixture.add("a").restart = {.policy = RestartPolicy::always, .delay = 0s};
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(1h);
    CHECK(fixture.state("a") == State::stopped);
    CHECK(fixture.count("stopping a reason=request signal=SIGTERM") == 1);
    CHECK_FALSE(fixture.summary);
    CHECK(fixture.host.timers() == 0);

    CHECK(fixture.supervisor().start(fixture["a"]));
    CHECK(fixture.supervisor().start(fixture["a"]));  // twice is once
    fixture.host.settle();
    CHECK(fixture.state("a") == State::running);
    CHECK(fixture.starts_of("a") == 2);
    CHECK(fixture.host.alive == 1);

    fixture.supervisor().stop();
    fixture.host.advance(1s);
    REQUIRE(fixture.summary);
    CHECK(fixture.summary->failed == 0);
}

TEST_CASE("a start, a stop and a start at one moment are one start") {
    Controlled fixture;
    fixture.add("a");
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(1s);
    CHECK(fixture.supervisor().start(fixture["a"]));
    fixture.supervisor().stop(fixture["a"]);
    CHECK(fixture.supervisor().start(fixture["a"]));
    fixture.host.settle();
    CHECK(fixture.state("a") == State::running);
    CHECK(fixture.starts_of("a") == 2);
    CHECK(fixture.host.alive == 1);
}

TEST_CASE("a start that is followed by a stop before it is carried out starts nothing") {
    Controlled fixture;
    fixture.add("a");
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(1s);
    CHECK(fixture.supervisor().start(fixture["a"]));
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(1s);
    CHECK(fixture.state("a") == State::stopped);
    CHECK(fixture.starts_of("a") == 1);
}

TEST_CASE("a supervisor that stays ends when it is told to stop at once, and nothing else") {
    Controlled fixture;
    fixture.add("a");
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(1s);
    fixture.supervisor().stop_at_once();
    fixture.host.settle();
    CHECK(fixture.summary);
}

TEST_CASE("without stay, the run ends when everything was asked to stop") {
    Fixture fixture;
    fixture.add("a");
    fixture.start();
    fixture.supervisor().stop(*fixture.supervisor().find("a"));
    fixture.host.advance(1s);
    CHECK(fixture.summary);
}

TEST_CASE("a restart ends the process by its stop sequence and starts another") {
    Controlled fixture;
    fixture.add("a").stop_sequence = {{SIGINT, 2s}, {SIGTERM, 3s}};
    fixture.host.behaviours["a"] = {Behaviour{.ignores_stop = true}, Behaviour{}};
    fixture.start_and_stay();
    fixture.host.advance(1s);
    CHECK(fixture.supervisor().restart(fixture["a"]));
    fixture.host.advance(4s);
    CHECK(fixture.state("a") == State::stopping);
    CHECK(fixture.starts_of("a") == 1);
    fixture.host.advance(1s);
    CHECK(fixture.state("a") == State::running);
    REQUIRE(fixture.host.signals.size() == 3);
    CHECK(fixture.host.signals[0].number == SIGINT);
    CHECK(fixture.host.signals[1].number == SIGTERM);
    CHECK(fixture.host.signals[1].at == 3s);
    CHECK(fixture.host.signals[2].number == SIGKILL);
    CHECK(fixture.host.signals[2].at == 6s);
}

TEST_CASE("the latest request counts") {
    Controlled fixture;
    fixture.add("a");
    fixture.host.behaviours["a"] = {Behaviour{.stop_takes = 1s}};
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(500ms);
    CHECK(fixture.supervisor().start(fixture["a"]));  // while it is stopping
    fixture.host.advance(1s);
    CHECK(fixture.state("a") == State::running);

    CHECK(fixture.supervisor().restart(fixture["a"]));
    fixture.host.advance(500ms);
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(1s);
    CHECK(fixture.state("a") == State::stopped);

    CHECK(fixture.supervisor().start(fixture["a"]));
    fixture.supervisor().stop(fixture["a"]);  // before it has had its first look
    fixture.host.settle();
    CHECK(fixture.state("a") == State::stopped);
    CHECK(fixture.starts_of("a") == 2);
}

TEST_CASE("a start during the back-off comes at once and forgets earlier attempts") {
    Controlled fixture;
    fixture.add("flaky").restart = {
        .policy = RestartPolicy::on_failure, .delay = 10s, .attempts_max = 1};
    fixture.host.behaviours["flaky"] = {Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.start_and_stay();
    fixture.host.advance(2s);
    CHECK(fixture.state("flaky") == State::backing_off);
    CHECK(fixture.supervisor().start(fixture["flaky"]));
    fixture.host.settle();
    CHECK(fixture.state("flaky") == State::running);
    fixture.host.advance(1s);
    CHECK(fixture.count("backoff flaky attempt=1") == 2);
}

TEST_CASE("a stop during the back-off starts nothing, and one while waiting neither") {
    Controlled fixture;
    fixture.add("flaky").restart = {.policy = RestartPolicy::always, .delay = 10s};
    fixture.add("waits").depends_on = {{"flaky", DependencyCondition::completed_successfully}};
    fixture.host.behaviours["flaky"] = {Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.start_and_stay();
    fixture.host.advance(2s);
    fixture.supervisor().stop(fixture["waits"]);
    fixture.host.settle();
    CHECK(fixture.state("waits") == State::stopped);
    fixture.supervisor().stop(fixture["flaky"]);
    fixture.host.advance(1h);
    CHECK(fixture.state("flaky") == State::stopped);
    CHECK(fixture.starts_of("flaky") == 1);
}

TEST_CASE("what has failed or completed can be started again") {
    Controlled fixture;
    fixture.add("fails");
    fixture.add("completes");
    fixture.host.behaviours["fails"] = {Behaviour{.lives = 1s, .exit = Exited{1}}, Behaviour{}};
    fixture.host.behaviours["completes"] = {Behaviour{.lives = 1s}};
    fixture.start_and_stay();
    fixture.host.advance(2s);
    CHECK(fixture.state("fails") == State::failed);
    CHECK(fixture.state("completes") == State::completed);
    CHECK(fixture.supervisor().start(fixture["fails"]));
    CHECK(fixture.supervisor().restart(fixture["completes"]));
    fixture.host.settle();
    CHECK(fixture.state("fails") == State::running);
    CHECK(fixture.state("completes") == State::running);
}

TEST_CASE("a start brings up what the component depends on, first") {
    Controlled fixture;
    fixture.add("sink");
    fixture.add("filter").depends_on = {{"sink"}};
    fixture.add("source").depends_on = {{"filter"}};
    fixture.start_and_stay();
    for (const char* name : {"source", "filter", "sink"})
        fixture.supervisor().stop(fixture[name]);
    fixture.host.advance(1s);
    fixture.host.started.clear();
    CHECK(fixture.supervisor().start(fixture["source"]));
    fixture.host.settle();
    const std::vector<std::string> expected = {"sink", "filter", "source"};
    CHECK(fixture.host.started == expected);
}

TEST_CASE("a start runs again what has completed without meeting the condition, and nothing else") {
    Controlled fixture;
    fixture.add("silent").type = ComponentType::notify;
    fixture.add("setup").type = ComponentType::oneshot;
    fixture.host.behaviours["silent"] = {Behaviour{.lives = 1s},
                                         Behaviour{.says = {{1s, {.ready = true}}}}};
    fixture.host.behaviours["setup"] = {Behaviour{.lives = 1s}};
    fixture.add("a").depends_on = {{"silent", DependencyCondition::ready},
                                   {"setup", DependencyCondition::completed_successfully}};
    fixture.start_and_stay();
    fixture.host.advance(1s);
    CHECK(fixture.state("silent") == State::completed);
    CHECK(fixture.state("a") == State::failed);

    CHECK(fixture.supervisor().start(fixture["a"]));
    fixture.host.advance(2s);
    CHECK(fixture.state("a") == State::running);
    CHECK(fixture.starts_of("silent") == 2);
    CHECK(fixture.starts_of("setup") == 1);
}

TEST_CASE("a stop of one leaves those who depend on it alone") {
    Controlled fixture;
    fixture.add("sink");
    fixture.add("source").depends_on = {{"sink"}};
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["sink"]);
    fixture.host.advance(1s);
    CHECK(fixture.state("sink") == State::stopped);
    CHECK(fixture.state("source") == State::running);
}

TEST_CASE("a signal goes to the leader, and only where there is one") {
    Controlled fixture;
    fixture.add("a");
    fixture.host.behaviours["a"] = {Behaviour{.ignores_stop = true}};
    fixture.start_and_stay();
    CHECK(fixture.supervisor().signal(fixture["a"], SIGUSR1));
    fixture.host.settle();
    REQUIRE(fixture.host.signals.size() == 1);
    CHECK(fixture.host.signals[0].number == SIGUSR1);
    CHECK(fixture.host.signals[0].audience == Audience::leader);
    CHECK(fixture.host.signals[0].is_forwarded);
    fixture.supervisor().stop(fixture["a"]);
    fixture.host.advance(20s);
    CHECK(fixture.supervisor().signal(fixture["a"], SIGUSR1).error().code == ESRCH);
}

TEST_CASE("who is being stopped still gets the signals that are asked for") {
    Controlled fixture;
    fixture.add("deaf").stop_sequence = {{SIGTERM, 10s}};
    fixture.host.behaviours["deaf"] = {Behaviour{.ignores_stop = true}};
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["deaf"]);
    fixture.host.advance(1s);
    REQUIRE(fixture.state("deaf") == State::stopping);
    CHECK(fixture.supervisor().signal(fixture["deaf"], SIGUSR1));
    fixture.host.advance(1s);
    REQUIRE(fixture.host.signals.size() == 2);
    CHECK(fixture.host.signals[1].number == SIGUSR1);
    CHECK(fixture.host.signals[1].is_forwarded);
    fixture.host.advance(8s);
    CHECK(fixture.state("deaf") == State::stopped);
}

TEST_CASE("nothing is started any more when everything stops") {
    Controlled fixture;
    fixture.add("slow");
    fixture.add("quick");
    fixture.host.behaviours["slow"] = {Behaviour{.stop_takes = 3s}};
    fixture.start_and_stay();
    fixture.supervisor().stop();
    fixture.host.advance(1s);
    CHECK(fixture.supervisor().start(fixture["quick"]).error().code == ECANCELED);
    CHECK(fixture.supervisor().restart(fixture["slow"]).error().code == ECANCELED);
    fixture.host.advance(5s);
    CHECK(fixture.summary);
}

TEST_CASE("what has survived SIGKILL is not started a second time") {
    Controlled fixture;
    fixture.add("stuck").stop_sequence = {{SIGTERM, 1s}};
    fixture.host.behaviours["stuck"] = {Behaviour{.ignores_stop = true, .ignores_kill = true}};
    fixture.start_and_stay();
    CHECK(fixture.supervisor().restart(fixture["stuck"]));
    fixture.host.advance(10s);
    CHECK(fixture.state("stuck") == State::failed);
    CHECK(fixture.supervisor().start(fixture["stuck"]).error().code == EBUSY);
    CHECK(fixture.starts_of("stuck") == 1);
}

TEST_CASE("a stop that takes long says whom it waits for") {
    Fixture fixture;
    fixture.add("deaf").stop_sequence = {{SIGTERM, 3500ms}};
    fixture.add("slow");
    fixture.add("quick");
    fixture.host.behaviours["deaf"] = {Behaviour{.ignores_stop = true}};
    fixture.host.behaviours["slow"] = {Behaviour{.stop_takes = 1500ms}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(999ms);
    CHECK(fixture.count("waiting") == 0);
    fixture.host.advance(1ms);
    CHECK(fixture.count("waiting  components=2 for=deaf,slow longest=1s") == 1);
    fixture.host.advance(2s);
    CHECK(fixture.count("waiting  components=1 for=deaf longest=3s") == 1);
    fixture.host.advance(10s);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("waiting") == 2);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("so does the stop of one component, and then it is silent again") {
    Controlled fixture;
    fixture.add("deaf").stop_sequence = {{SIGTERM, 4500ms}};
    fixture.host.behaviours["deaf"] = {Behaviour{.ignores_stop = true}};
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["deaf"]);
    fixture.host.advance(1min);
    CHECK(fixture.count("waiting  components=1 for=deaf longest=1s") == 1);
    CHECK(fixture.count("waiting  components=1 for=deaf longest=3s") == 1);
    CHECK(fixture.count("waiting") == 2);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("a stop that takes an hour is told of once a minute in the end") {
    Fixture fixture;
    fixture.add("patient").stop_sequence = {{SIGTERM, 2h}};
    fixture.host.behaviours["patient"] = {Behaviour{.stop_takes = 1h}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(63s);
    CHECK(fixture.count("waiting") == 6);  // 1, 3, 7, 15, 31, 63 s
    fixture.host.advance(1h);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("waiting") == 6 + 58);
}

TEST_CASE("a new request is told of after a second although another has been waited for long") {
    Controlled fixture;
    fixture.add("deaf").stop_sequence = {{SIGTERM, 1h}};
    fixture.add("other").stop_sequence = {{SIGTERM, 1h}};
    for (const char* name : {"deaf", "other"})
        fixture.host.behaviours[name] = {Behaviour{.ignores_stop = true}};
    fixture.start_and_stay();
    fixture.supervisor().stop(fixture["deaf"]);
    fixture.host.advance(5min);
    const std::size_t told = fixture.count("waiting");
    fixture.supervisor().stop(fixture["other"]);
    fixture.host.advance(1s);
    CHECK(fixture.count("waiting") == told + 1);
    CHECK(fixture.count("waiting  components=2 for=deaf,other longest=5m1s") == 1);
}

}  // namespace
}  // namespace launcher::test
