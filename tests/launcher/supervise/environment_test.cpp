/// What components find in their environment.
#include "launcher/supervise/environment.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>

namespace launcher {
namespace {

const Identity identity{.tag = "app/uuid/a/1", .run_directory = "/run/app"};

std::string_view value(const std::vector<std::string>& environment, std::string_view name) {
    const char* found = find_variable(environment, name);
    return found == nullptr ? "(unset)" : found;
}

TEST_CASE("what a service manager says to harrier is not passed on") {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS",
                             "LISTEN_FDNAMES", "SHMHEAP_TAG", "HARRIER_RUN_DIR"})
        setenv(name, "1", 1);
    setenv("LISTENER", "kept", 1);
    const auto inherited = inherited_environment();
    CHECK(value(inherited, "NOTIFY_SOCKET") == "(unset)");
    CHECK(value(inherited, "WATCHDOG_USEC") == "(unset)");
    CHECK(value(inherited, "WATCHDOG_PID") == "(unset)");
    CHECK(value(inherited, "LISTEN_FDS") == "(unset)");
    CHECK(value(inherited, "LISTEN_FDNAMES") == "(unset)");
    CHECK(value(inherited, "SHMHEAP_TAG") == "(unset)");
    CHECK(value(inherited, "HARRIER_RUN_DIR") == "(unset)");
    CHECK(value(inherited, "LISTENER") == "kept");
}

TEST_CASE("the descriptor adds, replaces and removes variables") {
    Descriptor descriptor;
    descriptor.environment = {{"GAIN", "3"}, {"HOME", "/elsewhere"}, {"EDITOR", std::nullopt}};
    const auto environment =
        component_environment({"HOME=/root", "EDITOR=ed", "LANG=C"}, descriptor, identity);
    CHECK(value(environment, "GAIN") == "3");
    CHECK(value(environment, "HOME") == "/elsewhere");
    CHECK(value(environment, "EDITOR") == "(unset)");
    CHECK(value(environment, "LANG") == "C");
}

TEST_CASE("heap settings become variables, and nothing overrides who a component is") {
    Descriptor descriptor;
    descriptor.name = "a";
    descriptor.heap.size_bytes = 256UL << 20;
    descriptor.heap.mode = 0660;
    descriptor.environment = {{"SHMHEAP_TAG", "forged"}, {"SHMHEAP_MAX_SIZE", "1"}};
    const auto environment = component_environment({}, descriptor, identity);
    CHECK(value(environment, "SHMHEAP_MAX_SIZE") == "268435456B");
    CHECK(value(environment, "SHMHEAP_MODE") == "0660");
    CHECK(value(environment, "SHMHEAP_TAG") == "app/uuid/a/1");
    CHECK(value(environment, "SHMHEAP_COMPONENT") == "a");
    CHECK(value(environment, "HARRIER_RUN_DIR") == "/run/app");
}

TEST_CASE("a component is told the connections of its ports, by harrier alone") {
    Descriptor descriptor;
    descriptor.name = "a";
    descriptor.connections = {{.from = {"a", "out"}, .to = {"b", "in"}}};
    descriptor.environment = {{"HARRIER_CONNECTIONS", "forged"}};
    CHECK(value(component_environment({}, descriptor, identity), "HARRIER_CONNECTIONS") ==
          "a.out>b.in:block:64");
    descriptor.connections.clear();
    CHECK(value(component_environment({}, descriptor, identity), "HARRIER_CONNECTIONS") ==
          "(unset)");
    setenv("HARRIER_CONNECTIONS", "of an outer harrier", 1);
    CHECK(value(inherited_environment(), "HARRIER_CONNECTIONS") == "(unset)");
}

}  // namespace
}  // namespace launcher
