// The example of each feature loads as it is, from any current directory, with system programs
// only.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "config_support.hpp"

TEST_CASE("every example of a feature is a good description") {
    for (const char* name : {"defaults", "dependencies", "environment", "healthcheck", "heap",
                             "logging", "readiness", "restart", "shell", "stopping"}) {
        const std::vector<std::string> files{std::string(HARRIER_CONFIGS_DIR "/") + name + ".yaml"};
        const auto loaded = launcher::load(files, support::lookup);
        CHECK(support::joined(support::mistakes(loaded)).empty());
        REQUIRE(loaded.has_value());
        CHECK(loaded->name == name);
    }
}

TEST_CASE("an override merges with the file it is written for") {
    const std::vector<std::string> files{HARRIER_CONFIGS_DIR "/restart.yaml",
                                         HARRIER_CONFIGS_DIR "/overrides/patient.yaml"};
    const auto loaded = launcher::load(files, support::lookup);
    CHECK(support::joined(support::mistakes(loaded)).empty());
    REQUIRE(loaded.has_value());
    CHECK(loaded->components.front().restart.delay == std::chrono::seconds(1));
    CHECK(loaded->components.front().restart.policy == launcher::RestartPolicy::on_failure);
}
