// Each way to be wrong, as a file in tests/data/config, and exactly what is said about it: file,
// line, column, key, words. (Files that are hostile rather than wrong: hostile_source_test.)
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config_support.hpp"

namespace {

const std::string folder = HARRIER_DATA_DIR;

/// Expected mistakes are written without the file's name.
void check(const std::string& name, std::vector<std::string> expected) {
    const std::vector<std::string> files{folder + "/" + name};
    for (std::string& line : expected) {
        line.insert(0, files.front() + ":");
    }
    CHECK(support::joined(support::mistakes(launcher::load(files, support::lookup))) ==
          support::joined(expected));
}

}  // namespace

TEST_CASE("an unknown key is told with the nearest known one") {
    check("unknown-key.yaml",
          {"5:5: restrt: unknown key, did you mean \"restart\"?",
           "6:12: sise: unknown key, did you mean \"size\"?",
           "7:5: image: unknown key, known here: command, shell, working_dir, "
           "environment, depends_on, type, notify_access, ready, healthcheck, watchdog, "
           "watchdog_signal, restart, success_exit_codes, stop_signal, "
           "stop_grace_period, stop_sequence, kill_mode, on_supervisor_loss, heap, logging"});
    check("unknown-top-key.yaml", {"1:1: component: unknown key, did you mean \"components\"?",
                                   "1:1: components: the key is missing"});
}

TEST_CASE("a value of the wrong type is told with what was expected and found") {
    check("wrong-type.yaml",
          {"1:7: name: expected text, found a list", "4:14: command: expected a list, found a map",
           "5:18: environment: expected a map, found a list",
           "6:14: restart: expected a map, found \"always\"",
           "7:5: stop_signal: expected text, found nothing",
           "8:17: depends_on: expected a map or a list, found \"b\"",
           "10:22: command: expected text, found a list",
           "10:27: command: expected text, found a map",
           "11:12: shell: \"maybe\" is none of true, false",
           "12:11: heap: expected a map, found \"64MiB\"", "13:21: path: must not be empty"});
}

TEST_CASE("a bad duration is told with the remedy") {
    check("bad-duration.yaml", {"4:24: stop_grace_period: \"5\" has no unit, write 5s if seconds "
                                "are meant (units: h, m, s, ms, us or ns)",
                                "6:14: delay: \"-1s\" is negative",
                                "7:18: max_delay: \"1.5s\" is not a whole number, write it in a "
                                "smaller unit (units: h, m, s, ms, us or ns)",
                                "8:20: reset_after: \"1 minute\" is not a duration, write digits "
                                "and a unit without a space, such as 200ms or 1m30s"});
}

TEST_CASE("a bad size or mode is told with the remedy") {
    check("bad-size.yaml", {"4:18: size: \"256M\" has the unknown unit \"M\" (units: B, KiB, MiB, "
                            "GiB, TiB, KB, MB, GB or TB)",
                            "7:18: size: \"268435456\" has no unit, write 268435456B if bytes are "
                            "meant (units: B, KiB, MiB, GiB, TiB, KB, MB, GB or TB)",
                            "7:35: mode: \"416\" is not an octal file mode such as 0640",
                            "10:18: size: a heap of no size holds nothing",
                            "10:28: mode: \"0644\" has bits outside 0660"});
}

TEST_CASE("a duplicate name is told with the line of the first") {
    check("duplicate-component.yaml", {"6:3: sink: duplicate key, first written at line 2"});
    check("duplicate-key.yaml", {"4:5: command: duplicate key, first written at line 3"});
}

TEST_CASE("a circle of dependencies is shown as a path") {
    check("cycle.yaml",
          {"2:43: depends_on: components depend on each other in a circle: a -> b -> c -> a"});
}

TEST_CASE("an unknown dependency is told with the nearest name") {
    check("unknown-dependency.yaml",
          {"5:7: depends_on: there is no component \"snik\", did you mean \"sink\"?"});
}

TEST_CASE("a missing executable or folder is found before anything starts") {
    check("missing-executable.yaml",
          {"3:15: command: executable \"harrier-has-no-such-program\" is not found in PATH",
           "5:15: command: executable \"" + folder + "/no-such-program\" does not exist",
           "8:18: working_dir: \"" + folder + "/no-such-folder\": No such file or directory",
           "11:18: working_dir: \"" + folder + "/cycle.yaml\" is not a directory"});
}

TEST_CASE("an empty file is told to be empty") {
    check("empty.yaml", {"1:1: the file is empty"});
}

TEST_CASE("an alias bomb is stopped where it grows too large") {
    check("alias-bomb.yaml", {"5:32: e: more than 100000 values, counting every alias and anchor"});
}

TEST_CASE("a self-reference is told where it closes") {
    check("self-reference.yaml",
          {"4:18: environment: this alias stands within its own anchor and would never end"});
}

TEST_CASE("two documents are one too many") {
    check("two-documents.yaml", {"3:1: a second document begins here, a file holds one"});
}

TEST_CASE("a merge key points at defaults") {
    check("merge-key.yaml",
          {"5:5: <<: merge keys are not supported, put what components share under \"defaults\""});
}

TEST_CASE("what is not YAML is told where the parser stumbled") {
    check("not-yaml.yaml", {"3:3: not YAML: end of map flow not found"});
}

TEST_CASE("a file without components has nothing to run") {
    check("no-components.yaml", {"1:1: components: the key is missing"});
}

TEST_CASE("names that could not become paths are refused") {
    check("bad-names.yaml",
          {"1:7: name: \"my app\" is not a name, which has 1 to 64 letters, digits, \"_\" or \"-\"",
           "3:3: ../evil: \"../evil\" is not a name, which has 1 to 64 letters, digits, \"_\" or "
           "\"-\"",
           "4:3: \"\" is not a name, which has 1 to 64 letters, digits, \"_\" or \"-\""});
}

TEST_CASE("unknown words are told with the known ones") {
    check("bad-words.yaml", {"1:10: version: \"2\" is unknown, this harrier reads version \"1\"",
                             "5:23: policy: \"on-failur\" is none of no, always, on-failure, "
                             "on-abnormal, on-watchdog, did you mean \"on-failure\"?",
                             "5:48: max_attempts: \"0\" is not a whole number from 1 to 4294967295",
                             "6:18: stop_signal: \"SIGTREM\" is no signal, expected a name such as "
                             "SIGTERM, did you mean \"SIGTERM\"?",
                             "7:16: kill_mode: \"all\" is none of group, mixed, process",
                             "8:33: condition: \"done\" is none of started, ready, healthy, "
                             "completed_successfully",
                             "8:44: conditions: unknown key, did you mean \"condition\"?",
                             "9:19: environment: \"A=B\" cannot be the name of a variable",
                             "9:29: environment: \"\" cannot be the name of a variable",
                             "10:18: reap: \"later\" is none of on-exit, never"});
}

TEST_CASE("command and shell have to fit together") {
    check("string-without-shell.yaml",
          {"3:14: command: a string is run only with shell: true, else write a list such as "
           "[./program, --option]",
           "5:14: command: a list is run as it is, shell: true needs one string",
           "8:14: command: names no program", "10:15: command: names no program",
           "11:3: e: the key \"command\" is missing", "12:3: f: expected a map, found nothing"});
}

TEST_CASE("an expansion that fails is told at its value") {
    check("unset-variable.yaml",
          {"1:7: name: environment variable \"NAME_UNSET\" is not set, set it or write "
           "${NAME_UNSET:-default}",
           "4:22: command: environment variable \"SECONDS_UNSET\" is not set: \"say how long\"",
           "5:22: X: ${ is never closed by }, write $${ for a literal ${",
           "5:32: Z: \"${A-b}\" is none of ${VAR}, ${VAR:-default}, ${VAR:?message} and "
           "${component.name}; write $${ for a literal ${"});
}

TEST_CASE("waiting for what always restarts is refused") {
    check("waits-for-always.yaml",
          {"4:18: depends_on: \"b\" never completes, its restart policy is always"});
}

TEST_CASE("waiting for the health of what is not checked is refused") {
    check("healthy.yaml", {"4:18: depends_on: \"b\" has no healthcheck, give it one or wait for "
                           "ready or started"});
}

TEST_CASE("what says how a component is has to fit together") {
    const std::string oneshot =
        "a component of type oneshot is ready when it has completed, leave this out";
    check("bad-readiness.yaml",
          {"4:11: type: \"forking\" is none of simple, notify, oneshot",
           "5:23: log_line: \"(\" is no regular expression: Unmatched ( or \\(",
           "5:34: fd: 1 is not a descriptor from 3 to 255; 0, 1 and 2 are standard input and "
           "output",
           "5:46: timeout: \"5\" has no unit, write 5s if seconds are meant (units: h, m, s, ms, "
           "us or ns)",
           "8:12: ready: does not say what to wait for, write log_line or fd, or type: notify",
           "9:15: watchdog: a watchdog needs a time, such as 10s",
           "10:22: watchdog_signal: \"SIGSTOP\" suspends a process and never ends it, expected a "
           "signal such as SIGTERM or SIGINT",
           "14:5: ready: a component of type notify says itself when it is ready, leave log_line "
           "and fd out",
           "15:20: notify_access: \"group\" is none of main, all", "19:5: ready: " + oneshot,
           "20:5: watchdog: " + oneshot,
           "21:5: restart: a component of type oneshot never completes with policy always, write "
           "on-failure",
           "24:12: ready: log_line is looked for in captured output, and logging.path sends it to "
           "a file; leave that out, or write fd or type: notify",
           "28:23: log_line: back-references such as \\1 are not supported",
           "28:35: fdd: unknown key, did you mean \"fd\"?",
           "31:31: fd: 300 is not a descriptor from 3 to 255; 0, 1 and 2 are standard input and "
           "output",
           "34:12: ready: log_line and fd exclude each other, leave one of the two out",
           "37:23: log_line: more than 4096 pieces when all repetitions are written out, use * or "
           "smaller bounds"});
}

TEST_CASE("a health check is one test with times that make sense") {
    check(
        "bad-healthcheck.yaml",
        {"4:18: healthcheck: the key \"test\" is missing", "4:29: interval: must not be 0",
         "4:42: retries: \"0\" is not a whole number from 1 to 4294967295",
         "7:33: exec: executable \"" + folder + "/none\" does not exist",
         "10:32: exec: expected a list such as [./check, --quick], found \"true\"",
         "13:31: tcp: \"example.org\" is not an address such as 127.0.0.1 or [::1]; names are not "
         "looked up, since that may take long",
         "16:31: tcp: \"70000\" has no port from 1 to 65535, write PORT or ADDRESS:PORT",
         "19:32: http: \"https://127.0.0.1/\" does not begin with http://",
         "22:32: http: \"http://127.0.0.1/a b\" has a blank in its path, write %20",
         "25:25: test: expected one of exec, tcp, http and heap",
         "28:32: heap: names no limit, write max_used, max_lease_age or max_allocation_failures",
         "31:43: max_used: \"90\" is not a number from 0 to 1",
         "31:47: max_lease: unknown key, did you mean \"max_lease_age\"?",
         "34:25: test: expected a map, found \"ping\""});
}

TEST_CASE("a first delay beyond the longest is refused") {
    check("delay-beyond-max.yaml", {"4:22: delay: longer than max_delay, which is 30s by default",
                                    "7:22: delay: longer than max_delay, which is \"2s\""});
}

TEST_CASE("restarts that make no sense are refused with what would") {
    check("bad-restart.yaml",
          {"4:23: factor: \"0.5\" is not a number from 1 to 100",
           "4:36: jitter: \"2\" is not a number from 0 to 1",
           "4:47: window: a window of no time counts nothing",
           "7:29: max_attempts: more than 10000 within a window are not counted; without window "
           "the limit is for restarts in a row",
           "7:56: factor: \"nan\" is not a number from 1 to 100",
           "8:29: success_exit_codes: \"256\" is neither an exit status from 0 to 255 nor the name "
           "of a signal such as SIGTERM",
           "8:34: success_exit_codes: \"SIGTERN\" is neither an exit status from 0 to 255 nor the "
           "name of a signal such as SIGTERM",
           "11:25: success_exit_codes: expected a list, found \"3\""});
}

TEST_CASE("a stop sequence is a list of signals with times, and stands alone") {
    const std::string expected =
        "expected a list of signals with times, such as [{SIGINT: 2s}, {SIGTERM: 2s}], found ";
    check(
        "bad-stop.yaml",
        {"4:5: stop_signal: stop_sequence says signals and times already, leave one of the two "
         "out",
         "8:22: stop_sequence: \"SIGINTT\" is no signal, expected a name such as SIGTERM, did you "
         "mean \"SIGINT\"?",
         "8:46: SIGTERM: \"2\" has no unit, write 2s if seconds are meant (units: h, m, s, ms, us "
         "or ns)",
         "8:50: stop_sequence: expected one signal with its time, such as {SIGINT: 2s}",
         "8:58: stop_sequence: expected one signal with its time, such as {SIGINT: 2s}",
         "11:20: stop_sequence: " + expected + "\"SIGTERM\"",
         "14:20: stop_sequence: " + expected + "a list",
         "17:22: stop_sequence: \"SIGSTOP\" suspends a process and never ends it, expected a "
         "signal such as SIGTERM or SIGINT",
         "20:20: stop_sequence: its times add up to more than 292 years"});
}

TEST_CASE("connections that do not fit are told where they stand, with what they clash with") {
    check(
        "bad-connections.yaml",
        {"6:12: from: there is no component \"sorce\", did you mean \"source\"?",
         "7:28: to: \"filter\" names no port, write COMPONENT.PORT as in source.out",
         "8:28: to: \"source\" would be connected to itself",
         "10:5: connections: \"source.out\" is connected to \"filter.in\" already in line 9, with "
         "other options",
         "11:5: connections: \"source.out\" is connected to \"filter.in\" already in line 9",
         "12:12: from: \"filter.in\" is an input in line 9",
         "13:28: to: \"source.out\" is an output in line 9",
         "14:44: depth: 1025 messages are more than the 1024 that a connection has room for",
         "15:12: from: \"a b\" is not a name, which has 1 to 64 letters, digits, \"_\" or \"-\"",
         "15:46: policy: \"drop-oldst\" is none of block, deadline, drop-oldest, drop-newest, did "
         "you mean \"drop-oldest\"?",
         "15:58: dept: unknown key, did you mean \"depth\"?", "16:5: to: the key is missing",
         "16:31: depth: \"0\" is not a whole number from 1 to 4294967295",
         "17:5: connections: expected a map, found \"filter.out\""});
    check("connections-no-list.yaml", {"3:14: connections: expected a list, found a map"});
}

TEST_CASE("no component has more connections than there is room for") {
    std::string components = "components:\n  a: {command: [sleep, 1]}\n";
    std::string leaving = "connections:\n";
    for (int i = 0; i < 65; ++i) {
        const std::string name = "b" + std::to_string(i);
        components += "  " + name + ": {command: [sleep, 1]}\n";
        leaving += "  - {from: a.out, to: " + name + ".in}\n";
    }
    support::check_mistakes(support::load_text(components + leaving),
                            {"t.yaml:133:12: from: more than 64 connections leave \"a\""});
    std::string arriving = "connections:\n";
    for (int i = 0; i < 257; ++i) {
        arriving +=
            "  - {from: b" + std::to_string(i % 5) + ".out" + std::to_string(i) + ", to: a.in}\n";
    }
    support::check_mistakes(support::load_text(components + arriving),
                            {"t.yaml:325:27: to: more than 256 connections lead to \"a\""});
}
