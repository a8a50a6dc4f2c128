/// A component from a command line.
#include <doctest/doctest.h>

#include "launcher/config/read_launch.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

const EnvironmentLookup environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "PATH") return "/usr/bin:/bin";
    if (name == "A") return "from the environment";
    return std::nullopt;
};

auto read(std::vector<std::string> command, std::vector<std::string> settings) {
    return read_launch({.name = "x",
                        .command = std::move(command),
                        .settings = std::move(settings),
                        .folder = "/tmp"},
                       environment);
}

std::string mistake_of(std::vector<std::string> command, std::vector<std::string> settings) {
    const auto read_so_far = read(std::move(command), std::move(settings));
    return read_so_far ? "none" : read_so_far.error().front().text();
}

TEST_CASE("every key can be set, maps within maps by dots or as a whole") {
    const auto launched =
        read({"sleep", "9"},
             {"restart.policy=always", "restart.delay=3s", "environment={A: b, C: \"${A}\"}",
              "stop_signal=INT", "logging.path=x.log", "restart.delay=4s"});
    REQUIRE(launched);
    CHECK(launched->name == "x");
    CHECK(launched->working_directory == "/tmp");
    CHECK(launched->restart.policy == RestartPolicy::always);
    CHECK(launched->restart.delay == 4s);
    CHECK(launched->environment.at("A") == "b");
    CHECK(launched->environment.at("C") == "from the environment");
    CHECK(launched->stop_sequence.front().signal == SIGINT);
    CHECK(launched->logging.path == "/tmp/x.log");
}

TEST_CASE("a command is taken as it is") {
    const std::vector<std::string> command = {"sh", "-c", "echo ${A} $${A} [a, b]", ""};
    const auto launched = read(command, {});
    REQUIRE(launched);
    CHECK(launched->command == command);
    const auto script = read({}, {"shell=true", "command=echo hello"});
    REQUIRE(script);
    CHECK(script->command.back() == "echo hello");
}

TEST_CASE("mistakes name the setting, the key and what is near") {
    CHECK(
        mistake_of({"true"}, {"restart.polcy=no"}).starts_with("--set restart.polcy:1:1: polcy: "));
    CHECK(mistake_of({"true"}, {"restart.polcy=no"}).find("\"policy\"") != std::string::npos);
    CHECK(mistake_of({"true"}, {"environment={A: [b}"}).starts_with("--set environment:1:"));
    CHECK(mistake_of({"true"}, {"restart"}) == "--set restart:1:1: expected KEY=VALUE");
    CHECK(mistake_of({"true"}, {"=x"}) == "--set :1:1: expected KEY=VALUE");
    CHECK(mistake_of({"true"}, {"command=[false]"}).find("twice") != std::string::npos);
    CHECK(mistake_of({}, {}).find("\"command\" is missing") != std::string::npos);
    CHECK(mistake_of({"no-such-program"}, {}).starts_with("COMMAND:1:1: command: "));
    CHECK(mistake_of({"true"}, {std::string(100, '.') + "=x"}).find("deeply") != std::string::npos);
    CHECK(mistake_of({"true"}, {"kill_mode="}).starts_with("--set kill_mode:1:1: kill_mode: "));
}

}  // namespace
}  // namespace launcher
