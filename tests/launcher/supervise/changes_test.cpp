/// Every key of a component is compared, by its meaning and not by its place.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "launcher/config/load.hpp"
#include "launcher/supervise/changes.hpp"
#include "launcher/supervise/fingerprint.hpp"

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
        const Descriptor elsewhere = described(keys, "\n\n");
        CHECK(changed_keys(other, elsewhere).empty());
        CHECK(fingerprint_of(other) == fingerprint_of(elsewhere));
        CHECK((fingerprint_of(other) == fingerprint_of(plain)) == needs_no_restart(key));
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
    CHECK(fingerprint_of(other) != fingerprint_of(plain));
    other = plain;
    other.connections.emplace_back();
    CHECK(changed_keys(plain, other) == std::vector<std::string_view>{"connections"});
    CHECK(fingerprint_of(other) != fingerprint_of(plain));
}

/// Keys of a component, which differ within the same key.
const std::vector<std::string> variants{
    "",
    "    environment: {X: y}\n",
    "    environment: {X: ''}\n",
    "    environment: {X: null}\n",
    "    environment: {XY: ''}\n",
    "    ready: {fd: 3}\n",
    "    ready: {fd: 4}\n",
    "    ready: {fd: 3, timeout: 1s}\n",
    "    ready: {log_line: x}\n",
    "    ready: {log_line: /x/}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:1}}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:2}}\n",
    "    healthcheck: {test: {http: 'http://127.0.0.1:1/'}}\n",
    "    healthcheck: {test: {http: 'http://127.0.0.1:1/x'}}\n",
    "    healthcheck: {test: {exec: ['true']}}\n",
    "    healthcheck: {test: {exec: ['true', x]}}\n",
    "    healthcheck: {test: {heap: {max_used: 0.5}}}\n",
    "    healthcheck: {test: {heap: {max_lease_age: 1s}}}\n",
    "    healthcheck: {test: {heap: {max_allocation_failures: 1}}}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:1}, interval: 1s}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:1}, timeout: 1s}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:1}, retries: 1}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:1}, start_period: 1s}\n",
    "    healthcheck: {test: {tcp: 127.0.0.1:1}, start_interval: 1s}\n",
    "    watchdog: 1s\n",
    "    watchdog: 2s\n",
    "    heap: {size: 1MiB}\n",
    "    heap: {size: 2MiB}\n",
    "    heap: {mode: '0600'}\n",
    "    heap: {reap: never}\n",
    "    logging: {path: x.log}\n",
    "    logging: {path: y.log}\n",
    "    logging: {path: x.log, mode: captured}\n",
    "    logging: {path: x.log, mode: captured, format: json}\n",
    "    logging: {path: x.log, mode: captured, on_full: drop}\n",
    "    logging: {path: x.log, rotation: {max_size: 1MiB}}\n",
    "    logging: {path: x.log, rotation: {max_files: 2}}\n",
    "    logging: {path: x.log, rotation: {max_age: 1h}}\n",
    "    logging: {path: x.log, rotation: {compress: true}}\n"};

TEST_CASE("no two descriptions that differ within a key have the same fingerprint") {
    std::map<std::uint64_t, std::string> seen;
    for (const std::string& description : variants) {
        const auto [former, is_new] =
            seen.emplace(fingerprint_of(described(description)), description);
        CHECK_MESSAGE(is_new, description << "is as " << former->second);
    }
    Descriptor connected = described("");
    connected.connections.emplace_back();
    for (const std::uint32_t depth : {1U, 2U}) {
        connected.connections.back().depth = depth;
        CHECK(seen.emplace(fingerprint_of(connected), "depth").second);
    }
}

}  // namespace
}  // namespace launcher::test
