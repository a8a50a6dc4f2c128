/// StopSchedule: which signal of a stop is due when.
#include "launcher/supervise/stop_schedule.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "first_moment.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

TEST_CASE("each signal has its time, and the last is SIGKILL") {
    StopSchedule schedule({{SIGINT, 2s}, {SIGTERM, 3s}}, first_moment);
    CHECK(schedule.due(first_moment, end_of_time) == SIGINT);
    CHECK(schedule.due(first_moment, end_of_time) == std::nullopt);
    CHECK(schedule.next_at(end_of_time) == first_moment + 2s);
    CHECK(schedule.due(first_moment + 2s - 1ns, end_of_time) == std::nullopt);
    CHECK(schedule.due(first_moment + 2s, end_of_time) == SIGTERM);
    CHECK(schedule.next_at(end_of_time) == first_moment + 5s);
    CHECK(schedule.due(first_moment + 5s, end_of_time) == SIGKILL);
    CHECK(schedule.killed_at() == first_moment + 5s);
    CHECK(schedule.next_at(end_of_time) == end_of_time);
    CHECK(schedule.due(first_moment + 1h, end_of_time) == std::nullopt);
}

TEST_CASE("whoever looks late gets every signal in its order") {
    StopSchedule schedule({{SIGINT, 0s}, {SIGTERM, 1s}}, first_moment);
    CHECK(schedule.due(first_moment + 5s, end_of_time) == SIGINT);
    CHECK(schedule.due(first_moment + 5s, end_of_time) == SIGTERM);
    CHECK(schedule.due(first_moment + 5s, end_of_time) == SIGKILL);
}

TEST_CASE("kill_by ends every time, even one that began long before it was known") {
    StopSchedule schedule({{SIGTERM, 1h}, {SIGINT, 1h}}, first_moment);
    CHECK(schedule.due(first_moment, end_of_time) == SIGTERM);
    CHECK(schedule.next_at(first_moment + 10s) == first_moment + 10s);
    CHECK(schedule.due(first_moment + 10s, first_moment + 10s) == SIGKILL);
}

TEST_CASE("without a step, or past kill_by, SIGKILL comes first") {
    StopSchedule empty({}, first_moment);
    CHECK(empty.due(first_moment, end_of_time) == SIGKILL);
    StopSchedule late({{SIGTERM, 1s}}, first_moment);
    CHECK(late.next(first_moment, first_moment) == SIGKILL);
    CHECK(late.due(first_moment, first_moment) == SIGKILL);
}

TEST_CASE("times of centuries stay within what the clock can say") {
    const std::vector<StopStep> steps = {{SIGTERM, Duration::max()}, {SIGINT, Duration::max()}};
    CHECK(grace_of(steps) == Duration::max());
    StopSchedule schedule(steps, first_moment + 1h);
    CHECK(schedule.due(first_moment + 1h, end_of_time) == SIGTERM);
    CHECK(schedule.next_at(end_of_time) == end_of_time);
}

}  // namespace
}  // namespace launcher
