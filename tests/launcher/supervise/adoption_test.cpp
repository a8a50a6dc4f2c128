/// What becomes of components that an earlier harrier left alive, over a fake host.
#include "fixture.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

/// A fixture with one component that lives already, as the second start of an earlier harrier, and
/// ends after a second.
class Adopting : public Fixture {
public:
    explicit Adopting(RestartPolicy policy = RestartPolicy::no) {
        Descriptor& descriptor = add("a");
        descriptor.on_supervisor_loss = SupervisorLoss::keep;
        descriptor.restart = {.policy = policy, .delay = 0s};
        host.survivors["a"] = 2;
        Behaviour adopted;
        adopted.lives = 1s;
        adopted.exit = Unknown{};
        host.behaviours["a"] = {adopted, {}};
    }
};

TEST_CASE("what lives is adopted under the tag it was started with, and not started") {
    Adopting fixture;
    fixture.start();
    CHECK(fixture.host.adopted == std::vector<std::string>{"app/uuid/a/2"});
    CHECK(fixture.starts_of("a") == 0);
    CHECK(fixture.host.turns == 0);
    CHECK(fixture.count("adopted a") == 1);
    CHECK(fixture.count("started a") == 0);
    CHECK(fixture.host.alive == 1);
}

TEST_CASE("an exit that nobody knows is a failure, and no success for who waits for one") {
    Adopting fixture;
    fixture.add("after").depends_on = {
        {.component = "a", .condition = DependencyCondition::completed_successfully}};
    fixture.start();
    fixture.host.advance(2s);
    CHECK(fixture.count("exited a exit=unknown") == 1);
    CHECK(fixture.count("failed a reason=exit exit=unknown") == 1);
    CHECK(fixture.count("failed after reason=dependency dependency=a") == 1);
    CHECK(fixture.starts_of("after") == 0);
    REQUIRE(fixture.reaps.size() == 2);
    CHECK(fixture.reaps[0].tag_prefix == "app/uuid/a/2");
}

TEST_CASE("policies that restart failures restart it, as a start of its own") {
    for (const RestartPolicy policy :
         {RestartPolicy::always, RestartPolicy::on_failure, RestartPolicy::on_abnormal}) {
        Adopting fixture(policy);
        fixture.start();
        fixture.host.advance(2s);
        CHECK(fixture.starts_of("a") == 1);
        CHECK(fixture.host.requests.back().tag == "app/uuid/a/3");
        CHECK(fixture.count("adopted a") == 1);
        CHECK(fixture.count("started a") == 1);
    }
}

TEST_CASE("what is adopted runs whatever has become of what it depends on") {
    Adopting fixture;
    fixture.application.components.front().depends_on = {{.component = "base"}};
    fixture.add("base");
    Behaviour broken;
    broken.start_error = shmheap::Error{ENOENT, "execute", "/nowhere"};
    fixture.host.behaviours["base"] = {broken};
    fixture.start();
    CHECK(fixture.count("adopted a") == 1);
    CHECK(fixture.host.alive == 1);
}

TEST_CASE("who follows the restarts of another follows none when both are adopted") {
    for (const bool is_before : {true, false}) {
        Adopting fixture;
        fixture.application.components.reserve(2);
        fixture.add("other");
        fixture.host.survivors["other"] = 5;
        auto& components = fixture.application.components;
        components[is_before ? 0 : 1].depends_on = {
            {.component = components[is_before ? 1 : 0].name, .restart = true}};
        fixture.start();
        fixture.host.advance(500ms);
        CHECK(fixture.host.adopted.size() == 2);
        CHECK(fixture.count("stopping") == 0);
    }
}

TEST_CASE("who follows the restarts of another is restarted when that has come up anew") {
    Adopting fixture;
    fixture.application.components.front().depends_on = {{.component = "other", .restart = true}};
    fixture.add("other");
    fixture.start();
    fixture.host.advance(500ms);
    CHECK(fixture.count("stopping a reason=dependency") == 1);
    CHECK(fixture.starts_of("a") == 1);
}

TEST_CASE("what lives under another description is adopted, stopped in order and started anew") {
    Adopting fixture;
    fixture.host.changed = {"a"};
    Behaviour adopted;
    adopted.stop_takes = 200ms;
    adopted.exit = Unknown{};
    fixture.host.behaviours["a"] = {adopted, {}};
    fixture.start();
    CHECK(fixture.count("adopted a description=changed") == 1);
    CHECK(fixture.count("stopping a") == 1);
    CHECK(fixture.starts_of("a") == 0);
    fixture.host.advance(200ms);
    CHECK(fixture.starts_of("a") == 1);
    CHECK(fixture.host.requests.back().tag == "app/uuid/a/3");
    CHECK(fixture.count("started a description=changed") == 0);
    CHECK(fixture.count("failed") == 0);
}

TEST_CASE("what is adopted counts as started for who depends on it") {
    Adopting fixture;
    fixture.add("after").depends_on = {{.component = "a"}};
    fixture.start();
    CHECK(fixture.starts_of("after") == 1);
}

TEST_CASE("a stop of everything stops what was adopted") {
    Adopting fixture;
    fixture.start();
    fixture.supervisor().stop();
    fixture.host.advance(500ms);
    REQUIRE(fixture.summary);
    CHECK(fixture.summary->failed == 0);
    CHECK(fixture.count("stopping a signal=SIGTERM") == 1);
}

TEST_CASE("what cannot be adopted is a start that failed") {
    Adopting fixture(RestartPolicy::on_failure);
    Behaviour lost;
    lost.start_error = shmheap::Error{EMFILE, "open FIFO", "/run/app/kept-a.out"};
    fixture.host.behaviours["a"] = {lost, {}};
    fixture.start();
    fixture.host.advance(1s);
    CHECK(fixture.starts_of("a") == 1);
    CHECK(fixture.host.alive == 1);
}

}  // namespace
}  // namespace launcher::test
