/// decide(): which exits restart under which policy, and how long the wait is.
#include "launcher/supervise/restart.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace launcher {
namespace {

using namespace std::chrono_literals;

const Exit success = Exited{0};
const Exit failure = Exited{3};
const Exit crash = Killed{.signal = SIGSEGV};
const Exit no_start = NotStarted{shmheap::Error{ENOENT, "execute", "/nowhere"}};
constexpr TimePoint start{};

Next next(RestartPolicy policy, const Exit& exit) {
    const Restart restart{.policy = policy};
    return decide(restart, History{.started = start}, exit, start + 1s).next;
}

TEST_CASE("each policy restarts after what its name says, and after nothing else") {
    CHECK(next(RestartPolicy::no, success) == Next::complete);
    CHECK(next(RestartPolicy::no, failure) == Next::fail);
    CHECK(next(RestartPolicy::no, crash) == Next::fail);
    CHECK(next(RestartPolicy::always, success) == Next::restart);
    CHECK(next(RestartPolicy::always, failure) == Next::restart);
    CHECK(next(RestartPolicy::always, crash) == Next::restart);
    CHECK(next(RestartPolicy::on_failure, success) == Next::complete);
    CHECK(next(RestartPolicy::on_failure, failure) == Next::restart);
    CHECK(next(RestartPolicy::on_failure, crash) == Next::restart);
    CHECK(next(RestartPolicy::on_abnormal, success) == Next::complete);
    CHECK(next(RestartPolicy::on_abnormal, failure) == Next::fail);
    CHECK(next(RestartPolicy::on_abnormal, crash) == Next::restart);
}

TEST_CASE("a program that cannot be started is a failure, but nothing abnormal") {
    CHECK(next(RestartPolicy::no, no_start) == Next::fail);
    CHECK(next(RestartPolicy::on_failure, no_start) == Next::restart);
    CHECK(next(RestartPolicy::on_abnormal, no_start) == Next::fail);
}

TEST_CASE("exit code 9 is not signal 9") {
    CHECK(next(RestartPolicy::on_abnormal, Exited{9}) == Next::fail);
    CHECK(next(RestartPolicy::on_abnormal, Killed{.signal = 9}) == Next::restart);
}

TEST_CASE("the wait doubles with every attempt until it reaches its cap") {
    const Restart policy{
        .policy = RestartPolicy::always, .delay = 200ms, .delay_max = 1s, .attempts_max = 100};
    const Duration expected[] = {200ms, 400ms, 800ms, 1s, 1s, 1s};
    unsigned attempts = 0;
    for (const Duration delay : expected) {
        const Decision decision =
            decide(policy, History{.attempts = attempts, .started = start}, crash, start + 1ms);
        CHECK(decision.delay == delay);
        CHECK(decision.attempt == attempts + 1);
        attempts = decision.attempt;
    }
}

TEST_CASE("a wait of centuries does not overflow, and none stays none") {
    Restart policy{.policy = RestartPolicy::always,
                   .delay = Duration::max() / 3,
                   .delay_max = Duration::max(),
                   .attempts_max = ~0U};
    const History many{.attempts = 4'000'000'000U, .started = start};
    CHECK(decide(policy, many, crash, start).delay == Duration::max());
    policy.delay = 0s;
    CHECK(decide(policy, many, crash, start).delay == 0s);
    policy.delay = 2s;
    policy.delay_max = 1s;
    CHECK(decide(policy, many, crash, start).delay == 1s);
}

TEST_CASE("after max_attempts restarts in a row it is given up") {
    const Restart policy{.policy = RestartPolicy::always, .attempts_max = 3};
    CHECK(decide(policy, History{.attempts = 2, .started = start}, crash, start).next ==
          Next::restart);
    CHECK(decide(policy, History{.attempts = 3, .started = start}, crash, start).next ==
          Next::give_up);
    const Restart never{.policy = RestartPolicy::always, .attempts_max = 0};
    CHECK(decide(never, History{.started = start}, crash, start).next == Next::give_up);
}

TEST_CASE("an uptime of reset_after forgets earlier attempts, and not a nanosecond less") {
    const Restart policy{
        .policy = RestartPolicy::always, .delay = 1s, .reset_after = 60s, .attempts_max = 3};
    const History history{.attempts = 3, .started = start};
    CHECK(decide(policy, history, crash, start + 60s - 1ns).next == Next::give_up);
    const Decision decision = decide(policy, history, crash, start + 60s);
    CHECK(decision.next == Next::restart);
    CHECK(decision.attempt == 1);
    CHECK(decision.delay == 1s);
}

TEST_CASE("what never started has no uptime, however long ago that was") {
    const Restart policy{.policy = RestartPolicy::always, .reset_after = 0s, .attempts_max = 1};
    CHECK(decide(policy, History{.attempts = 1}, no_start, start + 24h).next == Next::give_up);
}

}  // namespace
}  // namespace launcher
