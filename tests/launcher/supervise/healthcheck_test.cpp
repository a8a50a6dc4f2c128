/// Health checks of whole components, over a fake host.
#include "fixture.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

Descriptor& add_checked(Fixture& fixture, std::string name, RestartPolicy policy) {
    Descriptor& descriptor = fixture.add(std::move(name));
    descriptor.healthcheck =
        HealthCheck{.test = TcpTest{.port = 1}, .interval = 10s, .timeout = 2s, .retries = 2};
    descriptor.restart = {.policy = policy, .delay = 1s};
    return descriptor;
}

TEST_CASE("who waits for healthy starts after the first check that passes") {
    Fixture fixture;
    add_checked(fixture, "server", RestartPolicy::no);
    fixture.add("client").depends_on = {{"server", DependencyCondition::healthy}};
    fixture.host.probes["server"] = {{.passes = false}, {.passes = true, .takes = 1s}};
    fixture.start();
    fixture.host.advance(21s - 1ns);
    CHECK(fixture.starts_of("client") == 0);
    fixture.host.advance(1ns);
    CHECK(fixture.starts_of("client") == 1);
    CHECK(fixture.count("healthy server") == 1);
}

TEST_CASE("unhealthy is told and restarts, by the policies that restart what is abnormal") {
    for (const RestartPolicy policy :
         {RestartPolicy::always, RestartPolicy::on_failure, RestartPolicy::on_abnormal}) {
        Fixture fixture;
        add_checked(fixture, "server", policy);
        fixture.host.probes["server"] = {{.passes = true}, {.passes = false}};
        fixture.start();
        fixture.host.advance(30s);
        CHECK(fixture.count("unhealthy server failures=2 error=\"it says no\"") == 1);
        CHECK(fixture.count("stopping server reason=unhealthy signal=SIGTERM") == 1);
        fixture.host.advance(1s);
        CHECK(fixture.starts_of("server") == 2);
    }
}

TEST_CASE("with other policies unhealthy is only told, and may pass") {
    for (const RestartPolicy policy : {RestartPolicy::no, RestartPolicy::on_watchdog}) {
        Fixture fixture;
        add_checked(fixture, "server", policy);
        fixture.host.probes["server"] = {
            {.passes = false}, {.passes = false}, {.passes = false}, {.passes = true}};
        fixture.start();
        fixture.host.advance(30s);
        CHECK(fixture.count("unhealthy") == 1);
        CHECK_FALSE(fixture.supervisor().find("server")->is_healthy);
        fixture.host.advance(10s);
        CHECK(fixture.count("healthy") == 1);
        CHECK(fixture.supervisor().find("server")->is_healthy);
        CHECK(fixture.host.signals.empty());
    }
}

TEST_CASE("a check that takes too long has failed and is ended") {
    Fixture fixture;
    add_checked(fixture, "server", RestartPolicy::no);
    fixture.host.probes["server"] = {{.hangs = true}};
    fixture.start();
    fixture.host.advance(11s);
    CHECK(fixture.host.probes_alive == 1);
    fixture.host.advance(1s);
    CHECK(fixture.host.probes_alive == 0);
    fixture.host.advance(12s);
    CHECK(fixture.count("unhealthy server failures=2 error=timeout") == 1);
}

TEST_CASE(
    "no check begins while they are held, for as long as that was said, and one under way ends") {
    Fixture fixture;
    add_checked(fixture, "server", RestartPolicy::no);
    fixture.host.probes["server"] = {{.passes = true, .takes = 1s}};
    fixture.start();
    fixture.host.advance(10s);
    CHECK(fixture.host.probes_alive == 1);
    fixture.supervisor().hold_checks(fixture.host.now() + 30s);
    fixture.host.advance(30s - 1ns);
    CHECK(fixture.count("healthy server") == 1);
    CHECK(fixture.host.probes_begun == 1);
    fixture.host.advance(1ns);
    CHECK(fixture.host.probes_begun == 2);
    fixture.host.advance(1s);
    fixture.supervisor().hold_checks(fixture.host.now() + 30s);
    fixture.host.advance(20s);
    CHECK(fixture.host.probes_begun == 2);
    fixture.supervisor().let_checks_go_on();
    fixture.host.settle();
    CHECK(fixture.host.probes_begun == 3);
}

TEST_CASE("checks begin when the component is ready, and end with it") {
    Fixture fixture;
    add_checked(fixture, "server", RestartPolicy::no).type = ComponentType::notify;
    fixture.host.behaviours["server"] = {Behaviour{.says = {{60s, Report{.ready = true}}}}};
    fixture.host.probes["server"] = {{.hangs = true}};
    fixture.start();
    fixture.host.advance(70s - 1ns);
    CHECK(fixture.host.probes_begun == 0);
    fixture.host.advance(1ns);
    CHECK(fixture.host.probes_begun == 1);
    fixture.supervisor().stop();
    fixture.host.advance(1s);
    REQUIRE(fixture.summary);
    CHECK(fixture.host.probes_alive == 0);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("no check of a component that says it ends") {
    Fixture fixture;
    add_checked(fixture, "server", RestartPolicy::always);
    fixture.host.behaviours["server"] = {
        Behaviour{.lives = 18s, .says = {{9s, Report{.stopping = true}}}}};
    fixture.host.probes["server"] = {{.passes = false}};
    fixture.start();
    fixture.host.advance(18s);
    CHECK(fixture.host.probes_begun == 0);
}

}  // namespace
}  // namespace launcher::test
