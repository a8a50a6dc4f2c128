/// Vigil: what a running component owes, and by when.
#include "launcher/supervise/vigil.hpp"

#include <doctest/doctest.h>

#include "first_moment.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

TEST_CASE("nothing is expected of a simple component") {
    const Descriptor descriptor;
    const Vigil vigil(descriptor, first_moment);
    CHECK(vigil.is_ready());
    CHECK(vigil.next_at() == end_of_time);
    CHECK_FALSE(vigil.overdue(first_moment + 24h));
}

TEST_CASE("who announces that it is ready has to do so in time") {
    Descriptor descriptor;
    descriptor.type = ComponentType::notify;
    descriptor.ready.timeout = 5s;
    Vigil vigil(descriptor, first_moment);
    CHECK_FALSE(vigil.is_ready());
    CHECK(vigil.next_at() == first_moment + 5s);
    CHECK_FALSE(vigil.overdue(first_moment + 5s - 1ns));
    CHECK(vigil.overdue(first_moment + 5s) == Cause::not_ready);
    vigil.hear(Report{.ready = true}, first_moment + 2s);
    CHECK(vigil.is_ready());
    CHECK_FALSE(vigil.overdue(first_moment + 24h));
}

TEST_CASE("an extension moves a time back, never forward") {
    Descriptor descriptor;
    descriptor.type = ComponentType::notify;
    descriptor.ready.timeout = 5s;
    Vigil vigil(descriptor, first_moment);
    vigil.hear(Report{.extend_timeout = 1s}, first_moment + 1s);
    CHECK(vigil.next_at() == first_moment + 5s);
    vigil.hear(Report{.extend_timeout = 10s}, first_moment + 4s);
    CHECK(vigil.next_at() == first_moment + 14s);
    vigil.hear(Report{.extend_timeout = Duration::max()}, first_moment + 5s);
    CHECK(vigil.next_at() == end_of_time);
}

TEST_CASE("the watchdog counts from being ready and from each sign of life") {
    Descriptor descriptor;
    descriptor.type = ComponentType::notify;
    descriptor.watchdog = 2s;
    Vigil vigil(descriptor, first_moment);
    vigil.hear(Report{.alive = true}, first_moment + 1s);  // not yet
    CHECK_FALSE(vigil.overdue(first_moment + 60s));
    vigil.hear(Report{.ready = true}, first_moment + 60s);
    CHECK(vigil.next_at() == first_moment + 62s);
    vigil.hear(Report{.alive = true}, first_moment + 61s);
    CHECK(vigil.next_at() == first_moment + 63s);
    CHECK(vigil.overdue(first_moment + 63s) == Cause::watchdog);
}

TEST_CASE("who asks to be taken for hung is, if there is a watchdog") {
    Descriptor descriptor;
    Vigil without(descriptor, first_moment);
    without.hear(Report{.watchdog_trigger = true}, first_moment);
    CHECK_FALSE(without.overdue(first_moment));
    descriptor.watchdog = 1h;
    Vigil with(descriptor, first_moment);
    with.hear(Report{.watchdog_trigger = true}, first_moment);
    CHECK(with.overdue(first_moment) == Cause::watchdog);
}

TEST_CASE("who says that it ends has its grace period for it, and no watchdog any more") {
    Descriptor descriptor;
    descriptor.watchdog = 1s;
    descriptor.stop_sequence = {{SIGINT, 2s}, {SIGTERM, 3s}};
    Vigil vigil(descriptor, first_moment);
    vigil.hear(Report{.stopping = true}, first_moment + 500ms);
    CHECK(vigil.is_ending());
    CHECK(vigil.next_at() == first_moment + 5500ms);
    vigil.hear(Report{.extend_timeout = 10s}, first_moment + 5s);
    CHECK_FALSE(vigil.overdue(first_moment + 14s));
    CHECK(vigil.overdue(first_moment + 15s) == Cause::not_ended);
}

TEST_CASE("what is said after the end was announced asks for nothing more") {
    Descriptor descriptor;
    descriptor.watchdog = 1s;
    descriptor.stop_sequence = {{SIGTERM, 10s}};
    SUBCASE("by who is ready") {}
    SUBCASE("by who is not") {
        descriptor.type = ComponentType::notify;
    }
    Vigil vigil(descriptor, first_moment);
    vigil.hear(Report{.stopping = true}, first_moment + 500ms);
    const bool was_ready = vigil.is_ready();
    vigil.hear(Report{.alive = true}, first_moment + 600ms);
    vigil.hear(Report{.ready = true}, first_moment + 700ms);
    vigil.hear(Report{.alive = true}, first_moment + 800ms);
    CHECK(vigil.is_ready() == was_ready);
    CHECK(vigil.next_at() == first_moment + 10500ms);
    CHECK(vigil.overdue(first_moment + 10500ms) == Cause::not_ended);
}

}  // namespace
}  // namespace launcher
