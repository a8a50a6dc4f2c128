// Later files override earlier ones: maps by key, lists and scalars replaced.
#include "launcher/config/merge.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config_support.hpp"

namespace {

launcher::Loaded load_two(const std::string& first, const std::string& second) {
    const std::vector<launcher::NamedText> texts{{"one/base.yaml", first},
                                                 {"two/more.yaml", second}};
    return launcher::load_texts(texts, support::lookup);
}

const std::string base =
    "components:\n"
    "  a:\n"
    "    command: [sleep, 1]\n"
    "    environment: {X: base, Y: base}\n"
    "    restart: {policy: always, delay: 1s}\n";

}  // namespace

TEST_CASE("maps are merged by key, down to the leaves") {
    const auto loaded = load_two(base,
                                 "name: other\n"
                                 "components:\n"
                                 "  a:\n"
                                 "    environment: {Y: more, Z: more}\n"
                                 "    restart: {delay: 2s}\n"
                                 "  b: {command: [sleep, 2]}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->name == "other");
    REQUIRE(loaded->components.size() == 2);
    const launcher::Descriptor& a = loaded->components[0];
    CHECK(a.environment.at("X") == "base");
    CHECK(a.environment.at("Y") == "more");
    CHECK(a.environment.at("Z") == "more");
    CHECK(a.restart.policy == launcher::RestartPolicy::always);
    CHECK(a.restart.delay == std::chrono::seconds(2));
    CHECK(a.place == launcher::Place{"one/base.yaml", 2, 3});
    CHECK(loaded->components[1].place == launcher::Place{"two/more.yaml", 6, 3});
}

TEST_CASE("lists and scalars are replaced") {
    const auto loaded = load_two(base, "components: {a: {command: [cat]}}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->components[0].command == std::vector<std::string>{"cat"});
}

TEST_CASE("null in a later file removes a variable") {
    const auto loaded = load_two(base, "components: {a: {environment: {X: null}}}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->components[0].environment.at("X") == std::nullopt);
}

TEST_CASE("the name comes from the first file's stem") {
    const auto loaded = load_two(base, "components: {}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->name == "base");
}

TEST_CASE("a mistake is told in the file where it stands") {
    support::check_mistakes(
        load_two(base, "components:\n  a:\n    restart: {delay: 5}\n    haep: {}\n"),
        {"two/more.yaml:3:22: delay: \"5\" has no unit, write 5s if seconds are meant "
         "(units: h, m, s, ms, us or ns)",
         "two/more.yaml:4:5: haep: unknown key, did you mean \"heap\"?"});
}

TEST_CASE("what a later file replaces is not even expanded") {
    const auto loaded = load_two("name: \"${NONE}\"\n" + base, "name: demo\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->name == "demo");
}

TEST_CASE("relative paths count from the folder of the file they stand in") {
    const support::TemporaryFolder folder;
    folder.write("one/jobs/keep", "");
    const std::vector<std::string> files{
        folder.write(
            "one/a.yaml",
            "components:\n  a: {command: [./run], working_dir: jobs, logging: {path: a.log}}\n"
            "  b: {command: [sleep, 1], working_dir: jobs}\n"),
        folder.write("two/b.yaml", "components: {a: {logging: {path: logs/b.log}}}\n")};
    folder.write("one/jobs/run", "#!/bin/sh\n", true);
    const auto loaded = launcher::load(files, support::lookup);
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    const launcher::Descriptor& a = loaded->components[0];
    CHECK(a.working_directory == folder.at("one/jobs"));
    CHECK(a.executable == folder.at("one/jobs/run"));
    CHECK(a.logging.path == folder.at("two/logs/b.log"));
}
