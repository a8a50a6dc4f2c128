/// Health: when checks come, and what their results make of a component.
#include "launcher/supervise/health.hpp"

#include <doctest/doctest.h>

#include "first_moment.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;
using Change = Health::Change;

/// One check that takes no time.
Change check(Health& health, bool passes) {
    const TimePoint now = health.next_at();
    health.begin_check(now);
    return health.end_check(passes, now);
}

TEST_CASE("checks come an interval after the beginning and after each other's end") {
    const HealthCheck settings{.test = TcpTest{}, .interval = 10s, .timeout = 3s};
    Health health(settings, first_moment);
    CHECK(health.next_at() == first_moment + 10s);
    health.begin_check(first_moment + 10s);
    CHECK(health.is_checking());
    CHECK(health.next_at() == first_moment + 13s);  // too long by then
    CHECK(health.end_check(true, first_moment + 12s) == Change::healthy);
    CHECK(health.next_at() == first_moment + 22s);
}

TEST_CASE("it takes as many failures in a row as it may be retried") {
    const HealthCheck settings{.test = TcpTest{}, .retries = 3};
    Health health(settings, first_moment);
    CHECK(check(health, false) == Change::none);
    CHECK(check(health, false) == Change::none);
    CHECK(check(health, true) == Change::healthy);
    CHECK(check(health, false) == Change::none);
    CHECK(check(health, false) == Change::none);
    CHECK(check(health, false) == Change::unhealthy);
    CHECK(health.failures() == 3);
    CHECK(check(health, false) == Change::none);  // it is so already
    CHECK(check(health, true) == Change::healthy);
    CHECK(check(health, true) == Change::none);
}

TEST_CASE("within the start period failures do not count, until a check has passed") {
    const HealthCheck settings{.test = TcpTest{},
                               .interval = 10s,
                               .retries = 1,
                               .start_period = 10s,
                               .start_interval = 2s};
    Health health(settings, first_moment);
    CHECK(health.next_at() == first_moment + 2s);
    CHECK(check(health, false) == Change::none);
    CHECK(health.next_at() == first_moment + 4s);
    CHECK(check(health, true) == Change::healthy);
    CHECK(health.next_at() == first_moment + 14s);
    CHECK(check(health, false) == Change::unhealthy);

    Health late(settings, first_moment);
    while (late.next_at() < first_moment + 10s)
        CHECK(check(late, false) == Change::none);
    CHECK(check(late, false) == Change::unhealthy);
}

}  // namespace
}  // namespace launcher
