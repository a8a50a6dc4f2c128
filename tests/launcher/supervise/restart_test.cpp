/// decide(): which exits restart under which policy, and how long the wait is.
#include "launcher/supervise/restart.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "first_moment.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

constexpr auto crash = Outcome::abnormal;

Decision decide(const Restart& policy, const History& history, Outcome outcome, TimePoint now) {
    Random random(1);
    return launcher::decide(policy, history, outcome, now, random);
}

Next next(RestartPolicy policy, Outcome outcome) {
    const Restart restart{.policy = policy};
    return decide(restart, History{.started = first_moment}, outcome, first_moment + 1s).next;
}

TEST_CASE("each policy restarts after what its name says, and after nothing else") {
    using enum Outcome;
    struct Row {
        RestartPolicy policy;
        Outcome outcome;
        Next next;
    };
    const Row table[] = {
        {RestartPolicy::no, success, Next::complete},
        {RestartPolicy::no, failure, Next::fail},
        {RestartPolicy::no, abnormal, Next::fail},
        {RestartPolicy::no, watchdog, Next::fail},
        {RestartPolicy::always, success, Next::restart},
        {RestartPolicy::always, failure, Next::restart},
        {RestartPolicy::always, abnormal, Next::restart},
        {RestartPolicy::always, watchdog, Next::restart},
        {RestartPolicy::on_failure, success, Next::complete},
        {RestartPolicy::on_failure, failure, Next::restart},
        {RestartPolicy::on_failure, abnormal, Next::restart},
        {RestartPolicy::on_failure, watchdog, Next::restart},
        {RestartPolicy::on_abnormal, success, Next::complete},
        {RestartPolicy::on_abnormal, failure, Next::fail},
        {RestartPolicy::on_abnormal, abnormal, Next::restart},
        {RestartPolicy::on_abnormal, watchdog, Next::restart},
        {RestartPolicy::on_watchdog, success, Next::complete},
        {RestartPolicy::on_watchdog, failure, Next::fail},
        {RestartPolicy::on_watchdog, abnormal, Next::fail},
        {RestartPolicy::on_watchdog, watchdog, Next::restart},
    };
    for (const Row& row : table) {
        CAPTURE(static_cast<int>(row.policy));
        CAPTURE(static_cast<int>(row.outcome));
        CHECK(next(row.policy, row.outcome) == row.next);
    }
}

TEST_CASE("the wait doubles with every attempt until it reaches its cap") {
    const Restart policy{
        .policy = RestartPolicy::always, .delay = 200ms, .delay_max = 1s, .attempts_max = 100};
    const Duration expected[] = {200ms, 400ms, 800ms, 1s, 1s, 1s};
    unsigned attempts = 0;
    for (const Duration delay : expected) {
        const Decision decision =
            decide(policy, History{.attempts = attempts, .started = first_moment}, crash,
                   first_moment + 1ms);
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
    const History many{.attempts = 4'000'000'000U, .started = first_moment};
    CHECK(decide(policy, many, crash, first_moment).delay == Duration::max());
    policy.delay = 0s;
    CHECK(decide(policy, many, crash, first_moment).delay == 0s);
    policy.delay = 2s;
    policy.delay_max = 1s;
    CHECK(decide(policy, many, crash, first_moment).delay == 1s);
}

TEST_CASE("after max_attempts restarts in a row it is given up") {
    const Restart policy{.policy = RestartPolicy::always, .attempts_max = 3};
    CHECK(
        decide(policy, History{.attempts = 2, .started = first_moment}, crash, first_moment).next ==
        Next::restart);
    CHECK(
        decide(policy, History{.attempts = 3, .started = first_moment}, crash, first_moment).next ==
        Next::give_up);
    const Restart never{.policy = RestartPolicy::always, .attempts_max = 0};
    CHECK(decide(never, History{.started = first_moment}, crash, first_moment).next ==
          Next::give_up);
}

TEST_CASE("an uptime of reset_after forgets earlier attempts, and not a nanosecond less") {
    const Restart policy{
        .policy = RestartPolicy::always, .delay = 1s, .reset_after = 60s, .attempts_max = 3};
    const History history{.attempts = 3, .started = first_moment};
    CHECK(decide(policy, history, crash, first_moment + 60s - 1ns).next == Next::give_up);
    const Decision decision = decide(policy, history, crash, first_moment + 60s);
    CHECK(decision.next == Next::restart);
    CHECK(decision.attempt == 1);
    CHECK(decision.delay == 1s);
}

TEST_CASE("what never started has no uptime, however long ago that was") {
    const Restart policy{.policy = RestartPolicy::always, .reset_after = 0s, .attempts_max = 1};
    CHECK(decide(policy, History{.attempts = 1}, Outcome::failure, first_moment + 24h).next ==
          Next::give_up);
}

TEST_CASE("each wait is factor times the one before, and with factor 1 all are the same") {
    Restart policy{.policy = RestartPolicy::always, .delay = 100ms, .factor = 1.5};
    const auto delay_after = [&](unsigned attempts) {
        return decide(policy, History{.attempts = attempts, .started = first_moment}, crash,
                      first_moment)
            .delay;
    };
    CHECK(delay_after(0) == 100ms);
    CHECK(delay_after(1) == 150ms);
    CHECK(delay_after(2) == 225ms);
    policy.factor = 1;
    CHECK(delay_after(9) == 100ms);
}

TEST_CASE("jitter takes away up to its share of a delay, and the seed decides how much") {
    const Restart policy{.policy = RestartPolicy::always, .delay = 1s, .jitter = 0.25};
    const History history{.started = first_moment};
    Random random(42);
    Random same(42);
    Duration shortest = 1s;
    Duration longest{};
    for (int i = 0; i < 1000; ++i) {
        const Duration delay = launcher::decide(policy, history, crash, first_moment, random).delay;
        CHECK(delay == launcher::decide(policy, history, crash, first_moment, same).delay);
        shortest = std::min(shortest, delay);
        longest = std::max(longest, delay);
    }
    CHECK(shortest >= 750ms);
    CHECK(shortest < 760ms);
    CHECK(longest <= 1s);
    CHECK(longest > 990ms);
}

TEST_CASE("a window limits how many restarts fall within it, whatever the uptimes were") {
    const Restart policy{.policy = RestartPolicy::always,
                         .delay = 1s,
                         .reset_after = 10s,
                         .attempts_max = 3,
                         .window = 100s};
    History history;
    TimePoint now = first_moment;
    for (int i = 0; i < 3; ++i) {
        history.started = now;
        now += 20s;  // long enough to end the row, so the delay never grows
        const Decision decision = decide(policy, history, crash, now);
        REQUIRE(decision.next == Next::restart);
        CHECK(decision.attempt == 1);
        CHECK(decision.delay == 1s);
        remember(history, policy, decision, now);
    }
    history.started = now;  // at 60s; restarts were decided at 20, 40 and 60s
    const Decision given_up = decide(policy, history, crash, first_moment + 120s - 1ns);
    CHECK(given_up.next == Next::give_up);
    CHECK(given_up.attempt == 3);
    CHECK(decide(policy, history, crash, first_moment + 120s).next == Next::restart);
}

TEST_CASE("with a window the delay still grows within a row, and old restarts are forgotten") {
    const Restart policy{
        .policy = RestartPolicy::always, .delay = 1s, .attempts_max = 2, .window = 10s};
    History history;
    TimePoint now = first_moment;
    const Duration expected[] = {1s, 2s, 4s, 8s};
    for (const Duration delay : expected) {
        history.started = now;
        now += 6s;
        const Decision decision = decide(policy, history, crash, now);
        REQUIRE(decision.next == Next::restart);
        CHECK(decision.delay == delay);
        remember(history, policy, decision, now);
        CHECK(history.restarts.size() <= 2);
    }
}

}  // namespace
}  // namespace launcher
