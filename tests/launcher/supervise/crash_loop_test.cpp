/// Restarts and back-off of whole components, over a fake host.
#include "fixture.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

Behaviour dies_after(Duration lives, Exit exit = Killed{.signal = SIGSEGV}) {
    Behaviour behaviour;
    behaviour.lives = lives;
    behaviour.exit = std::move(exit);
    return behaviour;
}

TEST_CASE("a crash loop backs off, doubling, and is given up after max_attempts") {
    Fixture fixture;
    fixture.add("flaky").restart = {
        .policy = RestartPolicy::on_failure, .delay = 200ms, .attempts_max = 4};
    fixture.host.behaviours["flaky"] = {dies_after(10ms)};
    fixture.start();

    fixture.host.advance(10ms + 200ms - 1ms);
    CHECK(fixture.starts_of("flaky") == 1);
    fixture.host.advance(1ms);
    CHECK(fixture.starts_of("flaky") == 2);
    fixture.host.advance(10ms + 400ms);
    CHECK(fixture.starts_of("flaky") == 3);
    fixture.host.advance(10s);

    REQUIRE(fixture.summary);
    CHECK(fixture.starts_of("flaky") == 5);
    CHECK(fixture.summary->totals.restarts == 4);
    CHECK(fixture.summary->failed == 1);
    CHECK(fixture.count("backoff flaky") == 4);
    CHECK(fixture.count("backoff flaky attempt=2 delay=400ms") == 1);
    CHECK(fixture.count("failed flaky reason=attempts attempts=4 signal=SIGSEGV") == 1);
    CHECK(fixture.host.timers() == 0);
}

TEST_CASE("a component that ran long enough starts counting anew") {
    Fixture fixture;
    fixture.add("moody").restart = {
        .policy = RestartPolicy::always, .delay = 1s, .reset_after = 60s, .attempts_max = 2};
    fixture.host.behaviours["moody"] = {dies_after(1s), dies_after(1s), dies_after(60s),
                                        dies_after(1h)};
    fixture.start();
    fixture.host.advance(200s);
    CHECK(fixture.starts_of("moody") == 4);
    CHECK(fixture.count("backoff moody attempt=1 delay=1s") == 2);
    CHECK(fixture.count("failed") == 0);
}

TEST_CASE("every exit is reaped with the tag of its own start, before it is collected") {
    Fixture fixture;
    fixture.add("flaky").restart = {.policy = RestartPolicy::on_failure, .delay = 1ms};
    fixture.host.behaviours["flaky"] = {dies_after(5ms), dies_after(5ms),
                                        dies_after(5ms, Exited{0})};
    fixture.next_reap.reaped.push_back(
        {.heap = "heap-1000", .component = "flaky", .bytes = 64 << 20, .blocks_live = 12});
    fixture.start();
    fixture.host.advance(1s);

    REQUIRE(fixture.summary);
    REQUIRE(fixture.reaps.size() == 4);  // three exits, and the last look over all of them
    CHECK(fixture.reaps[0].tag_prefix == "app/uuid/flaky/1");
    CHECK(fixture.reaps[2].tag_prefix == "app/uuid/flaky/3");
    CHECK(fixture.reaps[3].tag_prefix == "app/uuid/");
    CHECK(fixture.count("reaped flaky heap=heap-1000 bytes=64.0MiB blocks=12 clients=0") == 1);
    CHECK(fixture.summary->totals.heaps_reaped == 1);
    CHECK(fixture.summary->failed == 0);
    CHECK(fixture.host.alive == 0);
}

TEST_CASE("heaps are looked for where the component was told to make them") {
    Fixture fixture;
    fixture.add("mover").environment = {{"SHMHEAP_DIR", "/elsewhere"}, {"OTHER", "x"}};
    fixture.add("stayer");
    fixture.host.behaviours["mover"] = {dies_after(5ms, Exited{0})};
    fixture.host.behaviours["stayer"] = {dies_after(10ms, Exited{0})};
    fixture.start();
    fixture.host.advance(1s);

    REQUIRE(fixture.reaps.size() == 3);
    CHECK(fixture.reaps[0].directory == "/elsewhere");
    CHECK(fixture.reaps[1].directory == "/dev/shm");
}

TEST_CASE("heaps of a component that wants to keep them are not reaped, not even at the end") {
    Fixture fixture;
    fixture.add("keeper").heap.reap = ReapHeap::never;
    fixture.add("other");
    fixture.host.behaviours["keeper"] = {dies_after(1s, Exited{0})};
    fixture.host.behaviours["other"] = {dies_after(1s, Exited{0})};
    fixture.start();
    fixture.host.advance(2s);
    REQUIRE(fixture.summary);
    for (const auto& selection : fixture.reaps)
        CHECK(selection.tag_prefix.starts_with("app/uuid/other/"));
}

TEST_CASE("what cannot be removed is told and counted as left behind") {
    Fixture fixture;
    fixture.add("a");
    fixture.host.behaviours["a"] = {dies_after(1s, Exited{0})};
    fixture.host.strays = 2;
    fixture.start();
    fixture.host.advance(500ms);
    fixture.next_reap.failures.push_back(shmheap::Error{EACCES, "unlink", "heap-7"});
    fixture.host.advance(1s);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("leftover a error=\"unlink heap-7: Permission denied\"") == 1);
    CHECK(fixture.summary->totals.left_behind == 2);
    CHECK(fixture.lines.back() == "finished  components=1 restarts=0 reaped=0 left_behind=2");
}

TEST_CASE("descendants that outlive a crashed leader are killed at once, before the restart") {
    Fixture fixture;
    fixture.add("wrapper").restart = {.policy = RestartPolicy::on_failure, .delay = 0s};
    Behaviour wrapper = dies_after(1s);
    wrapper.descendants = 3;
    fixture.host.behaviours["wrapper"] = {wrapper, {}};
    fixture.start();
    fixture.host.advance(1s);
    REQUIRE(fixture.host.signals.size() == 1);
    CHECK(fixture.host.signals[0].number == SIGKILL);
    CHECK(fixture.host.signals[0].audience == Audience::tree);
    CHECK(fixture.host.signals[0].at == 1s);
    CHECK(fixture.starts_of("wrapper") == 2);
}

TEST_CASE("with kill_mode process, descendants are left alone") {
    Fixture fixture;
    fixture.add("daemon").kill_mode = KillMode::process;
    Behaviour daemon = dies_after(1s, Exited{0});
    daemon.descendants = 3;
    fixture.host.behaviours["daemon"] = {daemon};
    fixture.start();
    fixture.host.advance(1s);
    CHECK(fixture.summary);
    CHECK(fixture.host.signals.empty());
}

TEST_CASE("descendants that not even SIGKILL ends fail the component instead of blocking it") {
    Fixture fixture;
    fixture.add("stuck").restart.policy = RestartPolicy::always;
    Behaviour stuck = dies_after(1s);
    stuck.descendants = 2;
    stuck.ignores_kill = true;
    fixture.host.behaviours["stuck"] = {stuck};
    fixture.start();
    fixture.host.advance(10s);
    REQUIRE(fixture.summary);
    CHECK(fixture.count("failed stuck reason=unkillable processes=2") == 1);
    CHECK(fixture.starts_of("stuck") == 1);
}

TEST_CASE("a program that cannot be started says why, and is tried again by its policy") {
    Fixture fixture;
    fixture.add("absent").restart = {
        .policy = RestartPolicy::on_failure, .delay = 1s, .attempts_max = 1};
    Behaviour absent;
    absent.start_error = shmheap::Error{ENOENT, "execute", "/no/such"};
    fixture.host.behaviours["absent"] = {absent};
    fixture.start();
    fixture.host.advance(5s);
    REQUIRE(fixture.summary);
    const std::string error = "error=\"execute /no/such: No such file or directory\"";
    CHECK(fixture.count("backoff absent attempt=1 delay=1s " + error) == 1);
    CHECK(fixture.count("failed absent reason=attempts attempts=1 " + error) == 1);
    CHECK(fixture.count("started") == 0);
    CHECK(fixture.reaps.size() == 1);  // only the last look
}

TEST_CASE("each start gets its own tag, the component's name and the run directory") {
    Fixture fixture;
    fixture.add("a").restart = {.policy = RestartPolicy::always, .delay = 1s};
    fixture.host.behaviours["a"] = {dies_after(1s), {}};
    fixture.start();
    fixture.host.advance(3s);
    REQUIRE(fixture.host.requests.size() == 2);
    const auto& environment = fixture.host.requests[1].environment;
    const auto holds = [&](const char* variable) {
        return std::find(environment.begin(), environment.end(), variable) != environment.end();
    };
    CHECK(holds("SHMHEAP_TAG=app/uuid/a/2"));
    CHECK(holds("SHMHEAP_COMPONENT=a"));
    CHECK(holds("HARRIER_RUN_DIR=/run/app"));
    CHECK(holds("HOME=/"));
    CHECK(fixture.host.requests[1].tag == "app/uuid/a/2");
}

}  // namespace
}  // namespace launcher::test
