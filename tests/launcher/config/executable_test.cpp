// Paths and the search for what is to be executed.
#include "launcher/config/executable.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "config_support.hpp"

using launcher::find_executable;
using launcher::resolved;
using support::TemporaryFolder;

TEST_CASE("a relative path counts from its folder, an absolute one stands") {
    CHECK(resolved("logs/a.log", "/srv/app") == "/srv/app/logs/a.log");
    CHECK(resolved("./a", "/srv/app") == "/srv/app/a");
    CHECK(resolved(".", "/srv/app") == "/srv/app");
    CHECK(resolved("b/", "/srv") == "/srv/b");
    CHECK(resolved("/x/y", "/srv") == "/x/y");
    CHECK(resolved(".", "/") == "/");
    // Where a link points to decides what ".." means.
    CHECK(resolved("../b", "/srv/link") == "/srv/link/../b");
}

TEST_CASE("a command with a slash counts from the working directory") {
    const TemporaryFolder folder;
    folder.write("bin/tool", "#!/bin/sh\n", true);
    CHECK(find_executable({"bin/tool", folder.path(), std::nullopt}).value() ==
          folder.at("bin/tool"));
    CHECK(find_executable({"./bin/tool", folder.path(), std::nullopt}).value() ==
          folder.at("bin/tool"));
    CHECK(find_executable({"./tool", folder.path(), std::nullopt}).error() ==
          "executable \"" + folder.at("tool") + "\" does not exist");
    CHECK(find_executable({"./bin", folder.path(), std::nullopt}).error() ==
          "executable \"" + folder.at("bin") + "\" is a directory");
}

TEST_CASE("a file without the right to execute it is told apart from a missing one") {
    const TemporaryFolder folder;
    folder.write("tool", "#!/bin/sh\n");
    CHECK(find_executable({"./tool", folder.path(), std::nullopt}).error() ==
          "executable \"" + folder.at("tool") + "\" is not executable");
    CHECK(find_executable({"tool", "/", folder.path()}).error() ==
          "executable \"tool\" is in PATH but not executable");
}

TEST_CASE("a command without a slash is looked up in PATH, in its order") {
    const TemporaryFolder folder;
    folder.write("one/tool", "");
    folder.write("two/tool", "#!/bin/sh\n", true);
    folder.write("three/tool", "#!/bin/sh\n", true);
    const std::string path = folder.at("none") + ":" + folder.at("one") + ":" + folder.at("two") +
                             ":" + folder.at("three");
    CHECK(find_executable({"tool", "/", path}).value() == folder.at("two/tool"));
    CHECK(find_executable({"other", "/", path}).error() ==
          "executable \"other\" is not found in PATH");
}

TEST_CASE("empty and relative folders in PATH count from the working directory") {
    const TemporaryFolder folder;
    folder.write("tool", "#!/bin/sh\n", true);
    folder.write("sub/inner", "#!/bin/sh\n", true);
    CHECK(find_executable({"tool", folder.path(), ""}).value() == folder.at("tool"));
    CHECK(find_executable({"tool", folder.path(), "/none:"}).value() == folder.at("tool"));
    CHECK(find_executable({"inner", folder.path(), "sub"}).value() == folder.at("sub/inner"));
}

TEST_CASE("without PATH the system's folders are searched") {
    CHECK(find_executable({"sh", "/", std::nullopt}).value() == "/bin/sh");
}

TEST_CASE("the component's own PATH decides") {
    const TemporaryFolder folder;
    folder.write("mine", "#!/bin/sh\n", true);
    const auto loaded = support::load_text(
        "components: {a: {command: [mine], environment: {PATH: " + folder.path() + "}}}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->components.front().executable == folder.at("mine"));
    support::check_mistakes(
        support::load_text(
            "components: {a: {command: [printf], environment: {PATH: " + folder.path() + "}}}\n"),
        {"t.yaml:1:28: command: executable \"printf\" is not found in PATH"});
}
