/// outcome_of(): which exits are success, and which are abnormal.
#include "launcher/supervise/outcome.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>

namespace launcher {
namespace {

const Exit no_start = NotStarted{shmheap::Error{ENOENT, "execute", "/nowhere"}};

Outcome of(const Exit& exit, const SuccessExits& success = {}) {
    return outcome_of(exit, Cause::itself, success);
}

TEST_CASE("status 0 is success, another a failure, a signal abnormal") {
    CHECK(of(Exited{0}) == Outcome::success);
    CHECK(of(Exited{3}) == Outcome::failure);
    CHECK(of(Killed{.signal = SIGSEGV}) == Outcome::abnormal);
}

TEST_CASE("exit code 9 is not signal 9") {
    CHECK(of(Exited{9}) == Outcome::failure);
    CHECK(of(Killed{.signal = 9}) == Outcome::abnormal);
    CHECK(of(Killed{.signal = 9}, {.statuses = {9}}) == Outcome::abnormal);
    CHECK(of(Exited{9}, {.signals = {9}}) == Outcome::failure);
}

TEST_CASE("a program that cannot be started is a failure, but nothing abnormal") {
    CHECK(of(no_start) == Outcome::failure);
}

TEST_CASE("an exit that nobody knows is abnormal, whatever counts as success") {
    CHECK(of(Unknown{}) == Outcome::abnormal);
    CHECK(of(Unknown{}, {.statuses = {0}, .signals = {SIGTERM}}) == Outcome::abnormal);
}

TEST_CASE("success_exit_codes adds to status 0 and does not replace it") {
    const SuccessExits success{.statuses = {3, 75}, .signals = {SIGTERM}};
    CHECK(of(Exited{0}, success) == Outcome::success);
    CHECK(of(Exited{75}, success) == Outcome::success);
    CHECK(of(Exited{4}, success) == Outcome::failure);
    CHECK(of(Killed{.signal = SIGTERM}, success) == Outcome::success);
    CHECK(of(Killed{.signal = SIGINT}, success) == Outcome::abnormal);
}

TEST_CASE("what harrier found wrong is abnormal, whatever the exit says") {
    const SuccessExits success{.signals = {SIGTERM}};
    CHECK(outcome_of(Exited{0}, Cause::watchdog, {}) == Outcome::watchdog);
    CHECK(outcome_of(Exited{0}, Cause::not_ready, {}) == Outcome::abnormal);
    CHECK(outcome_of(Killed{.signal = SIGTERM}, Cause::unhealthy, success) == Outcome::abnormal);
}

}  // namespace
}  // namespace launcher
