/// depends_on: who starts when, and what becomes of those who wait for what fails.
#include "fixture.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;
constexpr auto completed = DependencyCondition::completed_successfully;

TEST_CASE("what depends on nothing starts at once, and the rest when its dependency has started") {
    Fixture fixture;
    fixture.add("source").depends_on = {{"filter"}};
    fixture.add("filter").depends_on = {{"sink"}};
    fixture.add("sink");
    fixture.add("alone");
    fixture.start();
    const std::vector<std::string> expected = {"sink", "alone", "filter", "source"};
    CHECK(fixture.host.started == expected);
}

TEST_CASE("completed_successfully waits for the exit, through restarts") {
    Fixture fixture;
    fixture.add("prepare").restart = {.policy = RestartPolicy::on_failure, .delay = 1s};
    fixture.add("main").depends_on = {{"prepare", completed}};
    fixture.host.behaviours["prepare"] = {Behaviour{.lives = 1s, .exit = Exited{1}},
                                          Behaviour{.lives = 1s, .exit = Exited{0}}};
    fixture.start();
    fixture.host.advance(3s - 1ns);
    CHECK(fixture.starts_of("main") == 0);
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("main") == 1);
}

TEST_CASE("a dependency that fails for good fails all who wait for it, and nobody who runs") {
    Fixture fixture;
    fixture.add("prepare");
    fixture.add("next").depends_on = {{"prepare", completed}};
    fixture.add("last").depends_on = {{"next"}};
    fixture.add("runs");
    fixture.add("started").depends_on = {{"prepare"}};
    fixture.host.behaviours["prepare"] = {Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.host.behaviours["runs"] = {Behaviour{.lives = 10s}};
    fixture.host.behaviours["started"] = {Behaviour{.lives = 10s}};
    fixture.start();
    fixture.host.advance(2s);
    CHECK(fixture.count("failed prepare reason=exit status=1") == 1);
    CHECK(fixture.count("failed next reason=dependency dependency=prepare") == 1);
    CHECK(fixture.count("failed last reason=dependency dependency=next") == 1);
    CHECK(fixture.host.alive == 2);
    fixture.host.advance(10s);
    REQUIRE(fixture.summary);
    CHECK(fixture.summary->failed == 3);
}

TEST_CASE("a dependency that was started once is met, whatever becomes of it") {
    Fixture fixture;
    fixture.add("short");
    fixture.add("slow");
    fixture.add("both").depends_on = {{"short"}, {"slow", completed}};
    fixture.host.behaviours["short"] = {Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.host.behaviours["slow"] = {Behaviour{.lives = 5s}};
    fixture.start();
    fixture.host.advance(6s);
    CHECK(fixture.starts_of("both") == 1);
}

TEST_CASE("a program that cannot be started fails who waits for its start") {
    Fixture fixture;
    fixture.add("absent");
    fixture.add("waits").depends_on = {{"absent"}};
    Behaviour absent;
    absent.start_error = shmheap::Error{EACCES, "execute", "/x"};
    fixture.host.behaviours["absent"] = {absent};
    fixture.start();
    REQUIRE(fixture.summary);
    CHECK(fixture.summary->failed == 2);
    CHECK(fixture.count("failed absent reason=start error=\"execute /x: Permission denied\"") == 1);
}

Dependency restarting(std::string component,
                      DependencyCondition condition = DependencyCondition::started) {
    return {.component = std::move(component), .condition = condition, .restart = true};
}

Dependency optional(std::string component, DependencyCondition condition) {
    return {.component = std::move(component), .condition = condition, .required = false};
}

TEST_CASE("a restart of a dependency is followed, once it is as far as it has to be") {
    Fixture fixture;
    Descriptor& server = fixture.add("server");
    server.type = ComponentType::notify;
    server.restart = {.policy = RestartPolicy::always, .delay = 1s};
    fixture.add("client").depends_on = {restarting("server", DependencyCondition::ready)};
    fixture.add("loose").depends_on = {{"server", DependencyCondition::ready}};
    const std::vector<std::pair<Duration, Report>> ready = {{2s, Report{.ready = true}}};
    fixture.host.behaviours["server"] = {Behaviour{.lives = 10s, .exit = Exited{1}, .says = ready},
                                         Behaviour{.says = ready}};
    fixture.host.behaviours["client"] = {Behaviour{.stop_takes = 1s}};
    fixture.start();
    fixture.host.advance(13s - 1ns);  // died at 10s, back at 11s, ready at 13s
    CHECK(fixture.starts_of("server") == 2);
    CHECK(fixture.host.signals.empty());
    fixture.host.advance(1ns);
    CHECK(fixture.count("stopping client reason=dependency signal=SIGTERM") == 1);
    fixture.host.advance(1s);
    CHECK(fixture.starts_of("client") == 2);
    CHECK(fixture.starts_of("loose") == 1);
    fixture.host.advance(1h);
    CHECK(fixture.starts_of("client") == 2);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("a dependency that is back but fails for good before it is ready restarts nobody") {
    Fixture fixture;
    Descriptor& server = fixture.add("server");
    server.type = ComponentType::notify;
    server.restart = {.policy = RestartPolicy::always, .delay = 1s, .attempts_max = 1};
    fixture.add("client").depends_on = {restarting("server", DependencyCondition::ready)};
    fixture.host.behaviours["server"] = {
        Behaviour{.lives = 10s, .exit = Exited{1}, .says = {{2s, Report{.ready = true}}}},
        Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.start();
    fixture.host.advance(1h);
    CHECK(fixture.starts_of("server") == 2);
    CHECK(fixture.count("failed server") == 1);
    CHECK(fixture.starts_of("client") == 1);
    CHECK(fixture.host.signals.empty());
}

TEST_CASE("a restart goes down a chain that follows, each when the one before is up") {
    Fixture fixture;
    fixture.add("sink").restart = {.policy = RestartPolicy::always, .delay = 0s};
    fixture.add("filter").depends_on = {restarting("sink")};
    fixture.add("source").depends_on = {restarting("filter")};
    fixture.host.behaviours["sink"] = {Behaviour{.lives = 1s, .exit = Exited{1}}, Behaviour{}};
    fixture.start();
    fixture.host.advance(2s);
    const std::vector<std::string> expected = {"sink", "filter", "source",
                                               "sink", "filter", "source"};
    CHECK(fixture.host.started == expected);
}

TEST_CASE("who crashes while the dependency that it follows is down waits for it") {
    Fixture fixture;
    fixture.add("server").restart = {.policy = RestartPolicy::always, .delay = 10s};
    Descriptor& client = fixture.add("client");
    client.depends_on = {restarting("server")};
    client.restart = {.policy = RestartPolicy::always, .delay = 0s};
    fixture.host.behaviours["server"] = {Behaviour{.lives = 1s, .exit = Exited{1}}, Behaviour{}};
    fixture.host.behaviours["client"] = {Behaviour{.lives = 2s, .exit = Exited{1}}, Behaviour{}};
    fixture.start();
    fixture.host.advance(11s - 1ns);
    CHECK(fixture.starts_of("client") == 1);
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("client") == 2);
    fixture.host.advance(1s);
    CHECK(fixture.starts_of("client") == 2);
}

TEST_CASE("a dependency that is not required may fail, or not exist") {
    Fixture fixture;
    fixture.add("prepare");
    fixture.add("main").depends_on = {optional("prepare", completed),
                                      optional("nobody", DependencyCondition::started)};
    fixture.host.behaviours["prepare"] = {Behaviour{.lives = 2s, .exit = Exited{1}}};
    fixture.start();
    fixture.host.advance(2s - 1ns);
    CHECK(fixture.starts_of("main") == 0);  // it may still succeed
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("main") == 1);
}

TEST_CASE("a thousand components start and stop without a second look at each other") {
    Fixture fixture;
    for (int i = 0; i < 1000; ++i)
        fixture.add("c" + std::to_string(i));
    fixture.start();
    CHECK(fixture.host.alive == 1000);
    fixture.supervisor().stop();
    fixture.host.advance(1s);
    REQUIRE(fixture.summary);
    CHECK(fixture.host.alive == 0);
    CHECK(fixture.host.signals.size() == 1000);
}

}  // namespace
}  // namespace launcher::test
