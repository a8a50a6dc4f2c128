/// StopSchedule: which signal of a stop is due when.
#include "launcher/supervise/stop_schedule.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace launcher {
namespace {

using namespace std::chrono_literals;
constexpr TimePoint start{};

TEST_CASE("each signal has its time, and the last is SIGKILL") {
    StopSchedule schedule({{SIGINT, 2s}, {SIGTERM, 3s}}, start);
    CHECK(schedule.due(start, end_of_time) == SIGINT);
    CHECK(schedule.due(start, end_of_time) == std::nullopt);
    CHECK(schedule.next_at(end_of_time) == start + 2s);
    CHECK(schedule.due(start + 2s - 1ns, end_of_time) == std::nullopt);
    CHECK(schedule.due(start + 2s, end_of_time) == SIGTERM);
    CHECK(schedule.next_at(end_of_time) == start + 5s);
    CHECK(schedule.due(start + 5s, end_of_time) == SIGKILL);
    CHECK(schedule.killed_at() == start + 5s);
    CHECK(schedule.next_at(end_of_time) == end_of_time);
    CHECK(schedule.due(start + 1h, end_of_time) == std::nullopt);
}

TEST_CASE("whoever looks late gets every signal in its order") {
    StopSchedule schedule({{SIGINT, 0s}, {SIGTERM, 1s}}, start);
    CHECK(schedule.due(start + 5s, end_of_time) == SIGINT);
    CHECK(schedule.due(start + 5s, end_of_time) == SIGTERM);
    CHECK(schedule.due(start + 5s, end_of_time) == SIGKILL);
}

TEST_CASE("kill_by ends every time, even one that began long before it was known") {
    StopSchedule schedule({{SIGTERM, 1h}, {SIGINT, 1h}}, start);
    CHECK(schedule.due(start, end_of_time) == SIGTERM);
    CHECK(schedule.next_at(start + 10s) == start + 10s);
    CHECK(schedule.due(start + 10s, start + 10s) == SIGKILL);
}

TEST_CASE("without a step, or past kill_by, SIGKILL comes first") {
    StopSchedule empty({}, start);
    CHECK(empty.due(start, end_of_time) == SIGKILL);
    StopSchedule late({{SIGTERM, 1s}}, start);
    CHECK(late.next(start, start) == SIGKILL);
    CHECK(late.due(start, start) == SIGKILL);
}

TEST_CASE("times of centuries stay within what the clock can say") {
    const std::vector<StopStep> steps = {{SIGTERM, Duration::max()}, {SIGINT, Duration::max()}};
    CHECK(grace_of(steps) == Duration::max());
    StopSchedule schedule(steps, start + 1h);
    CHECK(schedule.due(start + 1h, end_of_time) == SIGTERM);
    CHECK(schedule.next_at(end_of_time) == end_of_time);
}

}  // namespace
}  // namespace launcher
