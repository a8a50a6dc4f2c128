/// What components say of themselves, over a fake host: being ready, watchdogs, and what becomes of
/// those who wait for it.
#include "fixture.hpp"
#include "launcher/supervise/environment.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;
constexpr auto ready = DependencyCondition::ready;

Behaviour says(Duration in, const Report& report) {
    return Behaviour{.says = {{in, report}}};
}

TEST_CASE("who waits for ready starts when it is said, and not before") {
    Fixture fixture;
    fixture.add("server").type = ComponentType::notify;
    fixture.add("client").depends_on = {{"server", ready}};
    fixture.add("other").depends_on = {{"server"}};
    fixture.host.behaviours["server"] = {says(3s, {.ready = true, .status = "listening"})};
    fixture.start();
    fixture.host.advance(3s - 1ns);
    CHECK(fixture.starts_of("other") == 1);
    CHECK(fixture.starts_of("client") == 0);
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("client") == 1);
    CHECK(fixture.count("ready server after=3s status=listening") == 1);
    CHECK(fixture.supervisor().find("server")->status == "listening");
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("what is said directly before the end is heard") {
    Fixture fixture;
    fixture.add("short").type = ComponentType::notify;
    fixture.add("client").depends_on = {{"short", ready}};
    Behaviour behaviour = says(1s, {.ready = true, .status = "done"});
    behaviour.lives = 1s;
    fixture.host.behaviours["short"] = {behaviour};
    fixture.start();
    fixture.host.advance(1s);
    CHECK(fixture.count("ready short after=1s status=done") == 1);
    CHECK(fixture.supervisor().find("short")->status == "done");
    CHECK(fixture.starts_of("client") == 1);
}

TEST_CASE("a simple component is ready when it has started, and makes no words of it") {
    Fixture fixture;
    fixture.add("server");
    fixture.add("client").depends_on = {{"server", ready}};
    fixture.start();
    CHECK(fixture.starts_of("client") == 1);
    CHECK(fixture.count("ready") == 0);
}

TEST_CASE("who is not ready in time is stopped, which is abnormal") {
    Fixture fixture;
    Descriptor& server = fixture.add("server");
    server.type = ComponentType::notify;
    server.ready.timeout = 5s;
    server.restart = {.policy = RestartPolicy::on_abnormal, .delay = 1s, .attempts_max = 1};
    fixture.add("client").depends_on = {{"server", ready}};
    fixture.start();
    fixture.host.advance(5s);
    CHECK(fixture.count("stopping server reason=not-ready signal=SIGTERM") == 1);
    CHECK(fixture.count("backoff server attempt=1") == 1);
    fixture.host.advance(6s);
    CHECK(fixture.count("failed server reason=attempts") == 1);
    CHECK(fixture.count("failed client reason=dependency dependency=server") == 1);
    REQUIRE(fixture.summary);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("who ends before it is ready fails those who wait, unless it comes back") {
    Fixture fixture;
    Descriptor& server = fixture.add("server");
    server.type = ComponentType::notify;
    server.restart = {.policy = RestartPolicy::on_failure, .delay = 1s};
    fixture.add("client").depends_on = {{"server", ready}};
    fixture.host.behaviours["server"] = {Behaviour{.lives = 1s, .exit = Exited{1}},
                                         says(1s, {.ready = true})};
    fixture.start();
    fixture.host.advance(3s - 1ns);
    CHECK(fixture.starts_of("client") == 0);
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("client") == 1);
}

TEST_CASE("an extension gives more time to start up, and more time to end") {
    Fixture fixture;
    Descriptor& slow = fixture.add("slow");
    slow.type = ComponentType::notify;
    slow.ready.timeout = 5s;
    slow.stop_sequence = {{SIGTERM, 2s}};
    fixture.host.behaviours["slow"] = {Behaviour{.stop_takes = 6s,
                                                 .says = {{4s, {.extend_timeout = 10s}},
                                                          {13s, {.ready = true}},
                                                          {21s, {.extend_timeout = 10s}}}}};
    fixture.start();
    fixture.supervisor().stay();
    fixture.host.advance(20s);
    CHECK(fixture.count("ready slow after=13s") == 1);
    fixture.supervisor().stop(*fixture.supervisor().find("slow"));
    fixture.host.advance(7s);
    CHECK(fixture.count("exited slow signal=SIGTERM") == 1);  // at 26s, not killed at 22s
}

TEST_CASE("a watchdog that is heard bites nobody") {
    Fixture fixture;
    fixture.add("alive").watchdog = 2s;
    Behaviour alive;
    for (int i = 1; i <= 10; ++i)
        alive.says.emplace_back(i * 1s, Report{.alive = true});
    fixture.host.behaviours["alive"] = {alive};
    fixture.start();
    fixture.host.advance(12s - 1ns);
    CHECK(fixture.host.signals.empty());
    fixture.host.advance(1ns);
    CHECK(fixture.count("stopping alive reason=watchdog signal=SIGABRT") == 1);
}

TEST_CASE("a hung component gets SIGABRT, then SIGKILL after its grace period, and restarts") {
    Fixture fixture;
    Descriptor& hung = fixture.add("hung");
    hung.watchdog = 2s;
    hung.stop_sequence = {{SIGINT, 1s}, {SIGTERM, 2s}};
    hung.restart = {.policy = RestartPolicy::on_watchdog, .delay = 1s};
    fixture.host.behaviours["hung"] = {Behaviour{.ignores_stop = true},
                                       Behaviour{.lives = 1s, .exit = Exited{1}}};
    fixture.start();
    fixture.host.advance(2s);
    fixture.host.advance(3s);
    REQUIRE(fixture.host.signals.size() == 2);
    CHECK(fixture.host.signals[0].number == SIGABRT);
    CHECK(fixture.host.signals[0].at == 2s);
    CHECK(fixture.host.signals[1].number == SIGKILL);
    CHECK(fixture.host.signals[1].at == 5s);
    fixture.host.advance(1s);
    CHECK(fixture.starts_of("hung") == 2);
    fixture.host.advance(1s);  // by itself: nothing for on-watchdog
    CHECK(fixture.count("failed hung reason=exit status=1") == 1);
}

TEST_CASE(
    "a hung component that takes long to die of it is told of, though nobody asked it to stop") {
    Fixture fixture;
    Descriptor& hung = fixture.add("hung");
    hung.watchdog = 2s;
    hung.stop_sequence = {{SIGTERM, 4s}};
    fixture.host.behaviours["hung"] = {Behaviour{.ignores_stop = true}};
    fixture.start();
    fixture.host.advance(10s);
    CHECK(fixture.count("waiting  components=1 for=hung longest=1s") == 1);
    CHECK(fixture.count("waiting  components=1 for=hung longest=3s") == 1);
    CHECK(fixture.count("waiting") == 2);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("the watchdog's environment and socket are there for who needs them, and for no other") {
    Fixture fixture;
    fixture.add("plain");
    fixture.add("notify").type = ComponentType::notify;
    fixture.add("watched").watchdog = 1500ms;
    fixture.start();
    const auto variable = [&](std::size_t start, const char* name) -> std::string {
        const char* value = find_variable(fixture.host.requests[start].environment, name);
        return value == nullptr ? "" : value;
    };
    CHECK(variable(0, "NOTIFY_SOCKET").empty());
    CHECK(variable(1, "NOTIFY_SOCKET") == "/run/app/notify-1");
    CHECK(variable(1, "WATCHDOG_USEC").empty());
    CHECK(variable(2, "NOTIFY_SOCKET") == "/run/app/notify-2");
    CHECK(variable(2, "WATCHDOG_USEC") == "1500000");
    CHECK(fixture.host.requests[2].notify_socket == "/run/app/notify-2");
}

TEST_CASE("a oneshot counts as started and ready when it has completed") {
    Fixture fixture;
    fixture.add("setup").type = ComponentType::oneshot;
    fixture.add("a").depends_on = {{"setup"}};
    fixture.add("b").depends_on = {{"setup", ready}};
    fixture.host.behaviours["setup"] = {Behaviour{.lives = 2s}};
    fixture.start();
    fixture.host.advance(2s - 1ns);
    CHECK(fixture.starts_of("a") + fixture.starts_of("b") == 0);
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("a") == 1);
    CHECK(fixture.starts_of("b") == 1);
}

TEST_CASE("a oneshot that fails fails those who wait for its start") {
    Fixture fixture;
    fixture.add("setup").type = ComponentType::oneshot;
    fixture.add("a").depends_on = {{"setup"}};
    fixture.host.behaviours["setup"] = {Behaviour{.lives = 2s, .exit = Exited{1}}};
    fixture.start();
    fixture.host.advance(2s);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("failed a reason=dependency dependency=setup") == 1);
}

TEST_CASE("a status of success that is not 0 completes, and lets others start") {
    Fixture fixture;
    fixture.add("setup").success_exits = {.statuses = {3}};
    fixture.add("a").depends_on = {{"setup", DependencyCondition::completed_successfully}};
    fixture.host.behaviours["setup"] = {Behaviour{.lives = 2s, .exit = Exited{3}}};
    fixture.start();
    fixture.host.advance(2s);
    CHECK(fixture.starts_of("a") == 1);
    CHECK(fixture.count("failed") == 0);
}

}  // namespace
}  // namespace launcher::test
