// The key logging: modes, rotation, @NAME@ in the path, and who may share a file.
#include <doctest/doctest.h>

#include <string>

#include "config_support.hpp"

using launcher::LogFormat;
using launcher::Logging;
using launcher::LogMode;
using launcher::WhenLogFull;
using support::check_mistakes;
using support::load_component;

namespace {

Logging logging(const std::string& keys) {
    const auto loaded = load_component("    logging: {path: /x, " + keys + "}\n");
    REQUIRE(loaded);
    return loaded->components[0].logging;
}

std::string path_of(const std::string& path) {
    const auto loaded = support::load_text(
        "components:\n  a:\n    command: [sleep, 1, NAME_BINDING, fm_1, LAST]\n"
        "    logging: {path: \"" +
        path + "\"}\n");
    REQUIRE(loaded);
    return *loaded->components[0].logging.path;
}

}  // namespace

TEST_CASE("a path alone is the component's own file, as ever") {
    const Logging read = logging("format: text");
    CHECK(read.mode == LogMode::direct);
    CHECK_FALSE(read.rotation);
    CHECK(read.on_full == WhenLogFull::block);
}

TEST_CASE("what only harrier can do makes the log captured") {
    CHECK(logging("mode: captured").mode == LogMode::captured);
    CHECK(logging("format: json").mode == LogMode::captured);
    CHECK(logging("format: json").format == LogFormat::json);
    CHECK(logging("on_full: drop").mode == LogMode::captured);
    CHECK(logging("on_full: drop").on_full == WhenLogFull::drop);
    const Logging defaults = logging("rotation: {}");
    CHECK(defaults.mode == LogMode::captured);
    REQUIRE(defaults.rotation);
    CHECK(defaults.rotation->size_bytes_max == 10U << 20);
    CHECK(defaults.rotation->files_max == 5);
    CHECK_FALSE(defaults.rotation->age_max);
    CHECK_FALSE(defaults.rotation->compress);
    const Logging all =
        logging("rotation: {max_size: 1KiB, max_files: 1000, max_age: 24h, compress: true}");
    CHECK(all.rotation->size_bytes_max == 1024);
    CHECK(all.rotation->files_max == 1000);
    CHECK(all.rotation->age_max == std::chrono::hours(24));
    CHECK(all.rotation->compress);
}

TEST_CASE("what direct cannot do is a mistake with the remedy") {
    check_mistakes(load_component("    logging: {path: /x, mode: direct, rotation: {}}\n"),
                   {"t.yaml:4:49: rotation: needs mode: captured; with direct, harrier never sees "
                    "the output"});
    check_mistakes(load_component("    logging: {path: /x, format: json, mode: direct}\n"),
                   {"t.yaml:4:33: format: needs mode: captured; with direct, harrier never sees "
                    "the output"});
}

TEST_CASE("without a path there is nothing to keep") {
    check_mistakes(load_component("    logging: {rotation: {}}\n"),
                   {"t.yaml:4:14: logging: has no path, without which the output goes to the "
                    "terminal"});
    CHECK(load_component("    logging: {}\n"));
}

TEST_CASE("limits of a rotation") {
    check_mistakes(
        load_component(
            "    logging: {path: /x, rotation: {max_size: 0B, max_files: 1001, max_age: 0s}}\n"),
        {"t.yaml:4:46: max_size: a log of no size holds nothing",
         "t.yaml:4:61: max_files: 1001 rotated files are more than 1000",
         "t.yaml:4:76: max_age: must be longer than nothing, or no rotated file is kept"});
    check_mistakes(load_component("    logging: {path: /x, rotation: {max_files: 0}}\n"),
                   {"t.yaml:4:47: max_files: \"0\" is not a whole number from 1 to 4294967295"});
}

TEST_CASE("@NAME@ in a path is the argument that follows NAME in the command") {
    CHECK(path_of("/l/@NAME_BINDING@.log") == "/l/fm_1.log");
    CHECK(path_of("/l/@NAME_BINDING@@NAME_BINDING@") == "/l/fm_1fm_1");
    CHECK(path_of("/l/a@@b@ @c") == "/l/a@b@ @c");
    CHECK(path_of("/l/user@host") == "/l/user@host");
    CHECK(path_of("/l/${component.name}@NAME_BINDING@") == "/l/afm_1");
}

TEST_CASE("a path may stand before the command that it asks for a parameter") {
    const auto loaded = support::load_text(
        "components:\n  a:\n    logging: {path: /l/@RATE@.log}\n    command: [sleep, RATE, "
        "\"7\"]\n");
    REQUIRE(loaded);
    CHECK(*loaded->components[0].logging.path == "/l/7.log");
}

TEST_CASE("a parameter that the command does not have is a mistake, the last argument too") {
    check_mistakes(load_component("    logging: {path: /l/@GAIN@.log}\n"),
                   {"t.yaml:4:21: path: @GAIN@ is the argument after \"GAIN\", which the command "
                    "does not have; write @@ for a literal @"});
    check_mistakes(load_component("    logging: {path: /l/@1@.log}\n"),
                   {"t.yaml:4:21: path: @1@ is the argument after \"1\", which the command does "
                    "not have; write @@ for a literal @"});
}

TEST_CASE("a captured log belongs to one component, a direct one to as many as like") {
    const std::string two =
        "components:\n  a:\n    command: [sleep, 1]\n    logging: {path: /x}\n"
        "  b:\n    command: [sleep, 1]\n    logging: {path: /x";
    CHECK(support::load_text(two + "}\n"));
    check_mistakes(support::load_text(two + ", rotation: {}}\n"),
                   {"t.yaml:7:21: path: is the log of \"a\", too, and one of them is captured; "
                    "write ${component.name} into it, or make both direct"});
}
