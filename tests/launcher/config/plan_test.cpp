// Start order, circles and dependencies on nothing.
#include "launcher/config/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

using launcher::Dependency;
using launcher::DependencyCondition;
using launcher::Descriptor;
using launcher::plan;
using launcher::StartOrder;

namespace {

Descriptor node(std::string name, std::initializer_list<const char*> dependencies = {}) {
    Descriptor descriptor;
    descriptor.name = std::move(name);
    int column = 1;
    for (const char* dependency : dependencies) {
        descriptor.depends_on.push_back(
            {.component = dependency, .place = {descriptor.name + ".yaml", 1, column++}});
    }
    return descriptor;
}

std::string only_mistake(const std::vector<Descriptor>& descriptors) {
    const auto order = plan(descriptors);
    REQUIRE_FALSE(order.has_value());
    REQUIRE(order.error().size() == 1);
    return order.error().front().text();
}

}  // namespace

TEST_CASE("nothing to start is a plan too") {
    CHECK(plan({}).value().empty());
}

TEST_CASE("components without dependencies start in the order of the files") {
    CHECK(plan({node("c"), node("a"), node("b")}).value() == StartOrder{0, 1, 2});
}

TEST_CASE("a component starts after everything it depends on") {
    CHECK(plan({node("source", {"filter"}), node("filter", {"sink"}), node("sink")}).value() ==
          StartOrder{2, 1, 0});
    // A diamond: the order of the files decides between the two in the middle.
    CHECK(plan({node("d", {"b", "c"}), node("c", {"a"}), node("b", {"a"}), node("a"), node("e")})
              .value() == StartOrder{3, 1, 2, 0, 4});
}

TEST_CASE("a circle is shown as a path from its first component in the files") {
    CHECK(only_mistake({node("a", {"b"}), node("b", {"a"})}) ==
          "a.yaml:1:1: depends_on: components depend on each other in a circle: a -> b -> a");
    CHECK(only_mistake({node("a", {"a"})}) ==
          "a.yaml:1:1: depends_on: components depend on each other in a circle: a -> a");
    CHECK(only_mistake({node("x", {"c"}), node("free"), node("b", {"free", "c"}), node("c", {"d"}),
                        node("d", {"b"})}) ==
          "b.yaml:1:2: depends_on: components depend on each other in a circle: b -> c -> d -> b");
}

TEST_CASE("a dependency on nothing offers the nearest name") {
    CHECK(only_mistake({node("a", {"snik"}), node("sink")}) ==
          "a.yaml:1:1: depends_on: there is no component \"snik\", did you mean \"sink\"?");
    CHECK(only_mistake({node("a", {"database"}), node("sink")}) ==
          "a.yaml:1:1: depends_on: there is no component \"database\"");
}

TEST_CASE("waiting for the completion of what always restarts is refused") {
    Descriptor waiter = node("waiter", {"server"});
    waiter.depends_on.front().condition = DependencyCondition::completed_successfully;
    Descriptor server = node("server");
    CHECK(plan({waiter, server}).has_value());
    server.restart.policy = launcher::RestartPolicy::on_failure;
    CHECK(plan({waiter, server}).has_value());
    server.restart.policy = launcher::RestartPolicy::always;
    CHECK(only_mistake({waiter, server}) ==
          "waiter.yaml:1:1: depends_on: \"server\" never completes, its restart policy is always");
    waiter.depends_on.front().condition = DependencyCondition::started;
    CHECK(plan({waiter, server}).has_value());
}

TEST_CASE("several mistakes are told at once") {
    const auto order = plan({node("a", {"b", "none"}), node("b", {"a", "nil"})});
    REQUIRE_FALSE(order.has_value());
    CHECK(order.error().size() == 3);
}

TEST_CASE("a chain as long as a file may hold is ordered without recursion") {
    std::vector<Descriptor> chain;
    for (int i = 0; i < 10'000; ++i) {
        chain.push_back(node("c" + std::to_string(i)));
        if (i > 0) chain.back().depends_on = {{"c" + std::to_string(i - 1)}};
    }
    std::reverse(chain.begin(), chain.end());
    const auto order = plan(chain);
    REQUIRE(order.has_value());
    CHECK(order->front() == 9'999);
    CHECK(order->back() == 0);
    chain.back().depends_on = {{"c9999"}};
    CHECK_FALSE(plan(chain).has_value());
}
