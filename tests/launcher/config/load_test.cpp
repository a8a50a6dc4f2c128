// What a good description means: every key, every default, every form.
#include "launcher/config/load.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "config_support.hpp"

using namespace std::chrono_literals;
using launcher::DependencyCondition;
using launcher::Descriptor;
using launcher::KillMode;
using launcher::RestartPolicy;
using launcher::StopStep;
using launcher::SupervisorLoss;
using support::load_component;
using support::load_text;

namespace {

constexpr std::string_view every_key = R"(
version: "1"
name: demo
components:
  siggen:
    command: [./siggen, --rate, "${RATE:-2M}"]
    working_dir: .
    environment: {GAIN: "3", RAW: 4, GONE: null, EMPTY: ""}
    depends_on:
      sink: {condition: started}
      setup: {condition: completed_successfully}
    restart: {policy: on-failure, delay: 300ms, max_delay: 40s, reset_after: 50s, max_attempts: 7}
    stop_signal: SIGINT
    stop_grace_period: 5s
    kill_mode: mixed
    on_supervisor_loss: keep
    heap: {size: 256MiB, mode: "0660", reap: never}
    logging: {path: "logs/${component.name}.log"}
  sink: {command: cat | cat, shell: true}
  setup: {command: ["true"], shell: false}
)";

/// The component `a` with these lines; failing to load is shown with its mistakes.
Descriptor component(const std::string& lines) {
    const auto loaded = load_component(lines);
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    return loaded->components.front();
}

}  // namespace

TEST_CASE("the smallest description has every default") {
    const auto loaded = load_text("components: {a: {command: [sleep, 1]}}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->name == "t");
    REQUIRE(loaded->components.size() == 1);
    const Descriptor& a = loaded->components.front();
    CHECK(a.name == "a");
    CHECK(a.command == std::vector<std::string>{"sleep", "1"});
    CHECK(a.executable == "/usr/bin/sleep");
    CHECK(a.working_directory == std::filesystem::current_path());
    CHECK(a.environment.empty());
    CHECK(a.depends_on.empty());
    CHECK(a.restart.policy == RestartPolicy::no);
    CHECK(a.restart.delay == 200ms);
    CHECK(a.restart.delay_max == 30s);
    CHECK(a.restart.reset_after == 60s);
    CHECK(a.restart.attempts_max == 10);
    CHECK(a.stop_sequence == std::vector<StopStep>{{SIGTERM, 10s}});
    CHECK(a.kill_mode == KillMode::group);
    CHECK(a.on_supervisor_loss == SupervisorLoss::kill);
    CHECK_FALSE(a.heap.size_bytes);
    CHECK_FALSE(a.heap.mode);
    CHECK(a.heap.reap == launcher::ReapHeap::on_exit);
    CHECK_FALSE(a.logging.path);
    CHECK(a.place == launcher::Place{"t.yaml", 1, 14});
}

TEST_CASE("every key is read") {
    const support::TemporaryFolder folder;
    folder.write("siggen", "#!/bin/sh\n", true);
    const std::vector<std::string> files{folder.write("demo.yaml", every_key)};
    const auto loaded = launcher::load(files, support::lookup);
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    CHECK(loaded->name == "demo");
    REQUIRE(loaded->components.size() == 3);
    const Descriptor& siggen = loaded->components[0];
    CHECK(siggen.command == std::vector<std::string>{"./siggen", "--rate", "2M"});
    CHECK(siggen.executable == folder.at("siggen"));
    CHECK(siggen.working_directory == folder.path());
    CHECK(siggen.environment.at("GAIN") == "3");
    CHECK(siggen.environment.at("RAW") == "4");
    CHECK(siggen.environment.at("EMPTY") == "");
    CHECK(siggen.environment.at("GONE") == std::nullopt);
    REQUIRE(siggen.depends_on.size() == 2);
    CHECK(siggen.depends_on[0].component == "sink");
    CHECK(siggen.depends_on[0].condition == DependencyCondition::started);
    CHECK(siggen.depends_on[1].condition == DependencyCondition::completed_successfully);
    CHECK(siggen.depends_on[1].place == launcher::Place{files[0], 11, 7});
    CHECK(siggen.restart.policy == RestartPolicy::on_failure);
    CHECK(siggen.restart.delay == 300ms);
    CHECK(siggen.restart.delay_max == 40s);
    CHECK(siggen.restart.reset_after == 50s);
    CHECK(siggen.restart.attempts_max == 7);
    CHECK(siggen.stop_sequence == std::vector<StopStep>{{SIGINT, 5s}});
    CHECK(siggen.kill_mode == KillMode::mixed);
    CHECK(siggen.on_supervisor_loss == SupervisorLoss::keep);
    CHECK(siggen.heap.size_bytes == 256ULL << 20U);
    CHECK(siggen.heap.mode == 0660U);
    CHECK(siggen.heap.reap == launcher::ReapHeap::never);
    CHECK(siggen.logging.path == folder.at("logs/siggen.log"));
    CHECK(siggen.place == launcher::Place{files[0], 5, 3});
    CHECK(loaded->components[1].command == std::vector<std::string>{"/bin/sh", "-c", "cat | cat"});
    CHECK(loaded->components[1].executable == "/bin/sh");
}

TEST_CASE("each word of a choice is read") {
    CHECK(component("    restart: {policy: no}\n").restart.policy == RestartPolicy::no);
    CHECK(component("    restart: {policy: \"no\"}\n").restart.policy == RestartPolicy::no);
    CHECK(component("    restart: {policy: always}\n").restart.policy == RestartPolicy::always);
    CHECK(component("    restart: {policy: on-abnormal}\n").restart.policy ==
          RestartPolicy::on_abnormal);
    CHECK(component("    kill_mode: group\n").kill_mode == KillMode::group);
    CHECK(component("    kill_mode: process\n").kill_mode == KillMode::process);
    CHECK(component("    heap: {reap: on-exit}\n").heap.reap == launcher::ReapHeap::on_exit);
}

TEST_CASE("a heap's mode is octal by its own text") {
    CHECK(component("    heap: {mode: 0640}\n").heap.mode == 0640U);
    CHECK(component("    heap: {mode: \"0600\"}\n").heap.mode == 0600U);
}

TEST_CASE("the keys of a restart and of a stop mean what they say") {
    const Descriptor a = component(
        "    restart: {policy: on-watchdog, factor: 1.5, jitter: 0.25, window: 10m}\n"
        "    success_exit_codes: [3, SIGTERM, 75]\n"
        "    stop_sequence: [{SIGINT: 2s}, {TERM: 500ms}]\n");
    CHECK(a.restart.policy == RestartPolicy::on_watchdog);
    CHECK(a.restart.factor == 1.5);
    CHECK(a.restart.jitter == 0.25);
    CHECK(a.restart.window == 10min);
    CHECK(a.success_exits.statuses == std::vector<int>{3, 75});
    CHECK(a.success_exits.signals == std::vector<int>{SIGTERM});
    CHECK(a.stop_sequence == std::vector<StopStep>{{SIGINT, 2s}, {SIGTERM, 500ms}});
}

TEST_CASE("the keys of readiness and of health mean what they say") {
    const Descriptor a = component(
        "    type: notify\n    notify_access: all\n    ready: {timeout: 5s}\n"
        "    watchdog: 2s\n    watchdog_signal: SIGQUIT\n"
        "    healthcheck: {test: {tcp: 80}, interval: 1s, timeout: 2s, retries: 4,\n"
        "                  start_period: 5s, start_interval: 6s}\n");
    CHECK(a.type == launcher::ComponentType::notify);
    CHECK(a.notify_access == launcher::NotifyAccess::all);
    CHECK(a.ready.timeout == 5s);
    CHECK(a.watchdog == 2s);
    CHECK(a.watchdog_signal == SIGQUIT);
    REQUIRE(a.healthcheck);
    CHECK(a.healthcheck->interval == 1s);
    CHECK(a.healthcheck->timeout == 2s);
    CHECK(a.healthcheck->retries == 4);
    CHECK(a.healthcheck->start_period == 5s);
    CHECK(a.healthcheck->start_interval == 6s);
    CHECK(component("    ready: {fd: 3}\n").ready.fd == 3);
    const auto text = component("    ready: {log_line: /up/now}\n").ready.log_line;
    CHECK((text && text->text == "/up/now" && !text->is_regex));
    const auto regex = component("    ready: {log_line: /^up$/}\n").ready.log_line;
    CHECK((regex && regex->text == "^up$" && regex->is_regex));
}

TEST_CASE("each test of health is read") {
    const auto test_of = [](const std::string& test) {
        return component("    healthcheck: {test: " + test + "}\n").healthcheck->test;
    };
    const auto exec = std::get<launcher::ExecTest>(test_of("{exec: [\"true\", x]}"));
    CHECK(exec.command == std::vector<std::string>{"true", "x"});
    CHECK(exec.executable.ends_with("/bin/true"));
    const auto tcp = std::get<launcher::TcpTest>(test_of("{tcp: 8080}"));
    CHECK((tcp.address == "127.0.0.1" && tcp.port == 8080));
    const auto v6 = std::get<launcher::TcpTest>(test_of("{tcp: \"[::1]:80\"}"));
    CHECK((v6.address == "::1" && v6.port == 80));
    const auto http = std::get<launcher::HttpTest>(test_of("{http: \"http://localhost/a?b=c\"}"));
    CHECK((http.server.address == "127.0.0.1" && http.server.port == 80));
    CHECK(http.target == "/a?b=c");
    const auto heap = std::get<launcher::HeapTest>(
        test_of("{heap: {max_used: 0.9, max_lease_age: 5s, max_allocation_failures: 2}}"));
    CHECK((heap.used_max == 0.9 && heap.lease_age_max == 5s && heap.allocation_failures_max == 2U));
}

TEST_CASE("a dependency may be followed, or do without") {
    const auto loaded = load_text(
        "components:\n"
        "  a:\n"
        "    command: [sleep, 1]\n"
        "    depends_on: {b: {condition: ready, restart: true}, nobody: {required: false}}\n"
        "  b: {command: [sleep, 1]}\n");
    REQUIRE(loaded.has_value());
    const auto& depends_on = loaded->components[0].depends_on;
    CHECK(depends_on[0].condition == DependencyCondition::ready);
    CHECK(depends_on[0].restart);
    CHECK(depends_on[0].required);
    CHECK_FALSE(depends_on[1].required);
}

TEST_CASE("no delay and no grace are allowed") {
    const Descriptor a = component("    restart: {delay: 0s}\n    stop_grace_period: 0s\n");
    CHECK(a.restart.delay == 0s);
    CHECK(a.stop_sequence.front().grace_period == 0s);
}

TEST_CASE("a list of dependencies means that each has to be started") {
    const auto loaded = load_text(
        "components:\n"
        "  a: {command: [sleep, 1], depends_on: [b, c]}\n"
        "  b: {command: [sleep, 1], depends_on: {c: {}}}\n"
        "  c: {command: [sleep, 1], depends_on: []}\n");
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->components[0].depends_on.size() == 2);
    CHECK(loaded->components[0].depends_on[1].component == "c");
    CHECK(loaded->components[0].depends_on[1].condition == DependencyCondition::started);
    CHECK(loaded->components[0].depends_on[1].place == launcher::Place{"t.yaml", 2, 44});
    CHECK(loaded->components[1].depends_on[0].condition == DependencyCondition::started);
}

TEST_CASE("defaults stand under every component, merged by key") {
    const auto loaded = load_text(
        "defaults:\n"
        "  command: [sleep, \"9\"]\n"
        "  environment: {X: default, Y: \"${component.name}\"}\n"
        "  restart: {policy: always, delay: 1s}\n"
        "components:\n"
        "  a: {}\n"
        "  b: {command: [cat], environment: {X: own}, restart: {delay: 2s}}\n");
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    const Descriptor& a = loaded->components[0];
    const Descriptor& b = loaded->components[1];
    CHECK(a.command == std::vector<std::string>{"sleep", "9"});
    CHECK(a.environment.at("X") == "default");
    CHECK(a.environment.at("Y") == "a");
    CHECK(a.restart.delay == 1s);
    CHECK(b.command == std::vector<std::string>{"cat"});
    CHECK(b.environment.at("X") == "own");
    CHECK(b.environment.at("Y") == "b");
    CHECK(b.restart.policy == RestartPolicy::always);
    CHECK(b.restart.delay == 2s);
}

TEST_CASE("expansion is for values, not for keys, and numbers are values too") {
    const auto lookup = [](std::string_view name) -> std::optional<std::string> {
        if (name == "HEAP") return "64MiB";
        if (name == "WORD") return "always";
        return support::lookup(name);
    };
    const std::vector<launcher::NamedText> texts{
        {"t.yaml",
         "name: app-${WORD}\n"
         "components:\n"
         "  a:\n"
         "    command: [sleep, \"$HOME\", \"$${HOME}\"]\n"
         "    heap: {size: \"${HEAP}\"}\n"
         "    restart: {policy: \"${WORD}\", max_attempts: \"${N:-3}\"}\n"
         "    environment: {\"${HEAP}\": x}\n"}};
    const auto loaded = launcher::load_texts(texts, lookup);
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    const Descriptor& a = loaded->components.front();
    CHECK(loaded->name == "app-always");
    CHECK(a.command[1] == "$HOME");
    CHECK(a.command[2] == "${HOME}");
    CHECK(a.heap.size_bytes == 64ULL << 20U);
    CHECK(a.restart.policy == RestartPolicy::always);
    CHECK(a.restart.attempts_max == 3);
    CHECK(a.environment.contains("${HEAP}"));
}

TEST_CASE("anchors and aliases are allowed") {
    const auto loaded = load_text(
        "components:\n"
        "  a: &a {command: [sleep, 1]}\n"
        "  b: *a\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->components[1].name == "b");
    CHECK(loaded->components[1].place == launcher::Place{"t.yaml", 3, 3});
}

TEST_CASE("versions and names may be quoted or not") {
    CHECK(load_text("version: 1\ncomponents: {a: {command: [cat]}}\n").has_value());
    const auto loaded = load_text("name: 007\ncomponents: {no: {command: [cat]}}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->name == "007");
    CHECK(loaded->components.front().name == "no");
}

TEST_CASE("a byte order mark and Windows line ends do no harm") {
    const auto loaded = load_text(
        "\xEF\xBB\xBF"
        "components:\r\n  a:\r\n    command: [cat]\r\n    haep: {}\r\n");
    support::check_mistakes(loaded, {"t.yaml:4:5: haep: unknown key, did you mean \"heap\"?"});
}

TEST_CASE("the environment of this process can be asked") {
    CHECK(launcher::process_environment("PATH").has_value());
    CHECK_FALSE(launcher::process_environment("HARRIER_NO_SUCH_VARIABLE").has_value());
}

TEST_CASE("a thousand components are read") {
    std::string text = "components:\n";
    for (int i = 0; i < 1'000; ++i) {
        text += "  c" + std::to_string(i) + ": {command: [sleep, 1], depends_on: [c" +
                std::to_string((i + 1) % 1'000 == 0 ? 999 : i + 1) + "]}\n";
    }
    text.replace(text.rfind(", depends_on: [c999]"), 20, "");
    const auto loaded = load_text(text);
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    CHECK(loaded->components.size() == 1'000);
}

TEST_CASE("connections are read with their defaults, and given to the components at both ends") {
    using shmheap::port::Policy;
    const auto loaded = load_text(R"(
components:
  source: {command: [sleep, 1]}
  filter: {command: [sleep, 1]}
  idle: {command: [sleep, 1]}
connections:
  - {from: source.out, to: filter.in}
  - {from: filter.out, to: source.back, policy: drop-oldest, depth: 1024}
)");
    REQUIRE(support::joined(support::mistakes(loaded)).empty());
    REQUIRE(loaded->connections.size() == 2);
    const shmheap::port::Connection forth{.from = {"source", "out"}, .to = {"filter", "in"}};
    const shmheap::port::Connection back{.from = {"filter", "out"},
                                         .to = {"source", "back"},
                                         .policy = Policy::drop_oldest,
                                         .depth = 1024};
    CHECK(loaded->connections[0].value == forth);
    CHECK(forth.policy == Policy::block);
    CHECK(forth.depth == 64);
    CHECK(loaded->connections[1].value == back);
    const std::vector<shmheap::port::Connection> both{forth, back};
    CHECK(loaded->components[0].connections == both);
    CHECK(loaded->components[1].connections == both);
    CHECK(loaded->components[2].connections.empty());
}

TEST_CASE("a later file replaces the connections as a whole") {
    const std::string components =
        "components: {a: {command: [sleep, 1]}, b: {command: [sleep, 1]}}\n";
    const std::vector<launcher::NamedText> texts{
        {"t.yaml", components + "connections: [{from: a.out, to: b.in}]\n"},
        {"u.yaml", "connections: [{from: b.out, to: a.in}]\n"}};
    const auto loaded = launcher::load_texts(texts, support::lookup);
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->connections.size() == 1);
    CHECK(loaded->connections.front().value.from.text() == "b.out");
}
