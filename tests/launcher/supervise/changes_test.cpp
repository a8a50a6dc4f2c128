/// Every key of a component is compared, by its meaning and not by its place.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "launcher/config/load.hpp"
#include "launcher/supervise/changes.hpp"

namespace launcher::test {
namespace {

/// A component `a` with these further keys.
Descriptor described(const std::string& keys, const std::string& before = "") {
    const std::string text = "name: app\n" + before + "components:\n  b: {command: ['true']}\n" +
                             "  a:\n    command: ['true']\n" + keys;
    const std::vector<NamedText> texts{{"/tmp/app.yaml", text}};
    auto loaded = load_texts(texts, process_environment);
    if (!loaded) FAIL(loaded.error().front().text());
    return loaded->components.back();
}

TEST_CASE("a change of any key is seen, and named") {
    const std::map<std::string_view, std::string> rows{
        {"working_dir", "    working_dir: /\n"},
        {"environment", "    environment: {X: y}\n"},
        {"depends_on", "    depends_on: [b]\n"},
        {"type", "    type: oneshot\n"},
        {"notify_access", "    notify_access: all\n"},
        {"ready", "    ready: {fd: 3}\n"},
        {"healthcheck", "    healthcheck: {test: {tcp: 127.0.0.1:1}}\n"},
        {"watchdog", "    watchdog: 1s\n"},
        {"watchdog_signal", "    watchdog_signal: SIGQUIT\n"},
        {"restart", "    restart: {factor: 3}\n"},
        {"success_exit_codes", "    success_exit_codes: [3]\n"},
        {"stop_signal", "    stop_signal: SIGINT\n"},
        {"stop_grace_period", "    stop_grace_period: 1s\n"},
        {"stop_sequence", "    stop_sequence: [{SIGINT: 1s}, {SIGTERM: 1s}]\n"},
        {"kill_mode", "    kill_mode: mixed\n"},
        {"on_supervisor_loss", "    on_supervisor_loss: keep\n"},
        {"heap", "    heap: {size: 1MiB}\n"},
        {"logging", "    logging: {path: x.log}\n"},
    };
    const Descriptor plain = described("");
    for (const auto& [key, keys] : rows) {
        INFO(key);
        const Descriptor other = described(keys);
        CHECK(changed_keys(plain, other) == std::vector<std::string_view>{key});
        CHECK(changed_keys(other, plain) == std::vector<std::string_view>{key});
        CHECK(changed_keys(other, described(keys, "\n\n")).empty());
    }
    for (const Vocabulary& vocabulary : launcher::vocabulary()) {
        if (vocabulary.of != "component") continue;
        for (const std::string_view key : vocabulary.words) {
            const bool is_seen_otherwise = key == "command" || key == "shell";
            CHECK_MESSAGE((is_seen_otherwise || rows.contains(key)), std::string(key));
        }
    }
    Descriptor other = plain;
    other.command.push_back("x");
    CHECK(changed_keys(plain, other) == std::vector<std::string_view>{"command"});
    other = plain;
    other.connections.emplace_back();
    CHECK(changed_keys(plain, other) == std::vector<std::string_view>{"connections"});
}

}  // namespace
}  // namespace launcher::test
