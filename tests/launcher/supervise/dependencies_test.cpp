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
