/// Whether a wait for a component is over.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "launcher/control/condition.hpp"

namespace launcher {
namespace {

using test::Fixture;

TEST_CASE("a request that is not carried out yet is waited for") {
    Fixture fixture;
    fixture.add("a");
    fixture.start();
    Component& a = *fixture.supervisor().find("a");
    fixture.host.settle();
    REQUIRE(a.state() == State::running);
    CHECK(progress_of(a, Condition::ready) == Progress::met);
    CHECK(progress_of(a, Condition::ended) == Progress::pending);
    a.asked = Request::restart;
    CHECK(progress_of(a, Condition::ready) == Progress::pending);
    a.asked = Request::start;  // it runs already
    CHECK(progress_of(a, Condition::ready) == Progress::met);
    a.asked.reset();
}

TEST_CASE("who was stopped is not ready by itself") {
    Fixture fixture;
    fixture.add("a");
    fixture.start();
    Component& a = *fixture.supervisor().find("a");
    fixture.supervisor().stay();
    fixture.supervisor().stop_at_once();
    fixture.host.end_all();
    fixture.host.settle();
    REQUIRE(is_final(a.state()));
    CHECK(progress_of(a, Condition::ready) == Progress::impossible);
    CHECK(progress_of(a, Condition::ended) == Progress::met);
}

}  // namespace
}  // namespace launcher
