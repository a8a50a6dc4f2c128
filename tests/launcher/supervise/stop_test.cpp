/// Stopping an application, in whatever state its components are, over a fake host.
#include "fixture.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> told_to_stop(const Fixture& fixture) {
    std::vector<std::string> components;
    for (const Signalled& signalled : fixture.host.signals) {
        if (signalled.number != SIGKILL) components.push_back(signalled.component);
    }
    return components;
}

TEST_CASE("a stop signals the whole tree and ends well") {
    Fixture fixture;
    fixture.add("a");
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(1s);
    REQUIRE(fixture.summary);
    REQUIRE(fixture.host.signals.size() == 1);
    CHECK(fixture.host.signals[0].number == SIGTERM);
    CHECK(fixture.host.signals[0].audience == Audience::tree);
    CHECK(fixture.summary->failed == 0);
    CHECK(fixture.count("stopping a signal=SIGTERM") == 1);
    CHECK(fixture.count("exited a signal=SIGTERM") == 1);
    CHECK(fixture.count("stopped a") == 1);
    CHECK(fixture.host.alive == 0);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("who ignores the stop signal is killed when the grace period is over, not before") {
    Fixture fixture;
    fixture.add("deaf").stop_sequence = {{SIGTERM, 5s}};
    fixture.host.behaviours["deaf"] = {Behaviour{.ignores_stop = true}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(5s - 1ns);
    CHECK(fixture.host.signals.size() == 1);
    fixture.host.advance(1ns);
    REQUIRE(fixture.host.signals.size() == 2);
    CHECK(fixture.host.signals[1].number == SIGKILL);
    CHECK(fixture.host.signals[1].audience == Audience::tree);
    REQUIRE(fixture.summary);
    CHECK(fixture.summary->failed == 0);  // what harrier stopped ended as it should
}

TEST_CASE("dependents stop first, and what does not depend stops at the same time") {
    Fixture fixture;
    fixture.add("sink");
    fixture.add("filter").depends_on = {{"sink"}};
    fixture.add("source").depends_on = {{"filter"}};
    fixture.add("alone");
    for (const char* name : {"sink", "filter", "source", "alone"})
        fixture.host.behaviours[name] = {Behaviour{.stop_takes = 100ms}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(10s);
    REQUIRE(fixture.summary);
    const std::vector<std::string> expected = {"source", "alone", "filter", "sink"};
    CHECK(told_to_stop(fixture) == expected);
    CHECK(fixture.host.signals[1].at == 0s);
    CHECK(fixture.host.signals[2].at == 100ms);
    CHECK(fixture.host.signals[3].at == 200ms);
}

TEST_CASE("a chain of deaf components is gone within the longest grace period and a second") {
    Fixture fixture;
    for (int i = 0; i < 6; ++i) {
        Descriptor& descriptor = fixture.add("c" + std::to_string(i));
        descriptor.stop_sequence = {{SIGTERM, 5s}};
        if (i > 0) descriptor.depends_on = {{"c" + std::to_string(i - 1)}};
        fixture.host.behaviours[descriptor.name] = {Behaviour{.ignores_stop = true}};
    }
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(6s);
    CHECK(fixture.summary);
    CHECK(told_to_stop(fixture).size() == 6);  // each was asked before it was killed
    CHECK(fixture.host.alive == 0);
}

TEST_CASE("what cannot be killed does not hold up the end") {
    Fixture fixture;
    fixture.add("stuck").stop_sequence = {{SIGTERM, 2s}};
    fixture.host.behaviours["stuck"] = {Behaviour{.ignores_stop = true, .ignores_kill = true}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(3s);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("failed stuck reason=unkillable") == 1);
    CHECK(fixture.summary->failed == 1);
}

TEST_CASE("a kill that comes late is given time to show its effect") {
    Fixture fixture;
    Descriptor& late = fixture.add("late");
    late.stop_sequence = {{SIGTERM, 2s}};
    fixture.host.behaviours["late"] = {Behaviour{.ignores_stop = true, .kill_takes = 20ms}};
    SUBCASE("to the leader") {}
    SUBCASE("and to the rest") {
        late.kill_mode = KillMode::mixed;
        fixture.host.behaviours["late"] = {
            Behaviour{.stop_takes = 1s, .kill_takes = 20ms, .descendants = 3}};
    }
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.settle();
    fixture.host.oversleep(1min);
    fixture.host.advance(20ms);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("stopped late") == 1);
    CHECK(fixture.summary->failed == 0);
}

TEST_CASE("a kill that comes late is not waited for without end") {
    Fixture fixture;
    fixture.add("stuck").stop_sequence = {{SIGTERM, 2s}};
    fixture.host.behaviours["stuck"] = {Behaviour{.ignores_stop = true, .ignores_kill = true}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.settle();
    fixture.host.oversleep(1min);
    fixture.host.advance(350ms);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("failed stuck reason=unkillable") == 1);
}

TEST_CASE("who waits for his turn to start when everything stops, or he alone, is not started") {
    Fixture fixture;
    fixture.add("a");
    fixture.host.turn_takes = 1s;
    fixture.start();
    fixture.supervisor().stay();
    SUBCASE("everything") {
        fixture.supervisor().stop();
    }
    SUBCASE("he alone") {
        fixture.supervisor().stop(*fixture.supervisor().find("a"));
    }
    fixture.host.advance(1s);
    CHECK(fixture.host.requests.empty());
    CHECK(fixture.count("stopped a") == 1);
    CHECK(fixture.supervisor().find("a")->starts == 0);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("a stop during the back-off starts nothing again") {
    Fixture fixture;
    fixture.add("flaky").restart = {.policy = RestartPolicy::always, .delay = 10s};
    fixture.host.behaviours["flaky"] = {Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.start();
    fixture.host.advance(2s);
    fixture.supervisor().stop();
    fixture.host.settle();
    REQUIRE(fixture.summary);
    CHECK(fixture.starts_of("flaky") == 1);
    CHECK(fixture.count("stopped flaky") == 1);
    CHECK(fixture.summary->failed == 0);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("a stop before the first look starts nothing at all") {
    Fixture fixture;
    fixture.add("a");
    fixture.add("b").depends_on = {{"a", DependencyCondition::completed_successfully}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(1s);
    REQUIRE(fixture.summary);
    CHECK(fixture.starts_of("b") == 0);
    CHECK(fixture.count("stopped b") == 1);
}

TEST_CASE("a component that crashes during a stop is not started again") {
    Fixture fixture;
    fixture.add("base").restart.policy = RestartPolicy::always;
    fixture.add("top").depends_on = {{"base"}};
    fixture.host.behaviours["base"] = {Behaviour{.lives = 1s, .exit = Killed{.signal = SIGSEGV}}};
    fixture.host.behaviours["top"] = {Behaviour{.stop_takes = 3s}};
    fixture.start();
    fixture.host.advance(500ms);
    fixture.supervisor().stop();
    fixture.host.advance(5s);
    REQUIRE(fixture.summary);
    CHECK(fixture.starts_of("base") == 1);
}

TEST_CASE("a second request kills everything at once, in no order") {
    Fixture fixture;
    fixture.add("a").stop_sequence = {{SIGTERM, 60s}};
    fixture.add("b").depends_on = {{"a"}};
    fixture.host.behaviours["a"] = {Behaviour{.ignores_stop = true}};
    fixture.host.behaviours["b"] = {Behaviour{.ignores_stop = true}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(1s);
    fixture.supervisor().stop_at_once();
    fixture.host.settle();
    CHECK(fixture.summary);
    CHECK(fixture.host.elapsed() == 1s);
    CHECK(fixture.host.alive == 0);
}

TEST_CASE("with mixed, the leader is told and the rest is killed when it has ended") {
    Fixture fixture;
    fixture.add("a").kill_mode = KillMode::mixed;
    fixture.host.behaviours["a"] = {Behaviour{.stop_takes = 1s, .descendants = 2}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(2s);
    REQUIRE(fixture.summary);
    REQUIRE(fixture.host.signals.size() == 2);
    CHECK(fixture.host.signals[0].audience == Audience::leader);
    CHECK(fixture.host.signals[1].number == SIGKILL);
    CHECK(fixture.host.signals[1].audience == Audience::tree);
    CHECK(fixture.host.signals[1].at == 1s);
}

TEST_CASE("with group, the rest has been told too and gets the rest of the grace period") {
    Fixture fixture;
    fixture.add("a").stop_sequence = {{SIGTERM, 4s}};
    fixture.host.behaviours["a"] = {Behaviour{.stop_takes = 1s, .descendants = 2}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(10s);
    REQUIRE(fixture.summary);
    REQUIRE(fixture.host.signals.size() == 2);
    CHECK(fixture.host.signals[1].at == 4s);
}

TEST_CASE("with process, nobody but the leader is ever signalled") {
    Fixture fixture;
    Descriptor& descriptor = fixture.add("a");
    descriptor.kill_mode = KillMode::process;
    descriptor.stop_sequence = {{SIGTERM, 1s}};
    fixture.host.behaviours["a"] = {Behaviour{.ignores_stop = true, .descendants = 2}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(2s);
    REQUIRE(fixture.summary);
    for (const Signalled& signalled : fixture.host.signals)
        CHECK(signalled.audience == Audience::leader);
}

TEST_CASE("a grace period without end stays one") {
    Fixture fixture;
    fixture.add("patient").stop_sequence = {{SIGTERM, Duration::max()}};
    fixture.host.behaviours["patient"] = {Behaviour{.stop_takes = std::chrono::hours(24 * 365)}};
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(std::chrono::hours(24 * 364));
    CHECK_FALSE(fixture.summary);
    CHECK(fixture.host.signals.size() == 1);
    fixture.host.advance(std::chrono::hours(48));
    CHECK(fixture.summary);
}

}  // namespace
}  // namespace launcher::test
