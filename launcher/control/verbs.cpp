#include "launcher/control/verbs.hpp"

#include <array>
#include <utility>

#include "launcher/config/signal_name.hpp"
#include "launcher/config/units.hpp"

namespace launcher {
namespace {

constexpr std::array<const char*, 14> verb_names{"status", "start", "stop",    "restart", "signal",
                                                 "launch", "wait",  "events",  "logs",    "graph",
                                                 "plan",   "apply", "upgrade", "down"};

/// For CLI11, which shows what is returned when it is not empty.
std::string check_duration(const std::string& text) {
    const auto duration = parse_duration(text);
    return duration ? std::string() : duration.error();
}

std::string check_signal(const std::string& text) {
    const auto number = parse_signal(text);
    return number ? std::string() : number.error();
}

/// CLI11 takes -1 for the greatest of all numbers.
std::string check_count(const std::string& text) {
    const bool is_count = text.find_first_not_of("0123456789") == std::string::npos;
    return is_count ? std::string() : text + " is no number of lines, expected 0 or more";
}

}  // namespace

Verbs::Verbs(CLI::App& program) : program_(program) {
    add_views();
    add_changes();
}

CLI::App* Verbs::add(const char* name, const char* description) {
    CLI::App* verb = program_.add_subcommand(name, description);
    verb->add_option("--name", options_.application,
                     "the application (default: the one that runs)");
    return verb;
}

void Verbs::add_timeout(CLI::App* verb) {
    verb->add_option("--timeout", timeout_, "give up after this time, as in 30s; exit status 4")
        ->check(check_duration);
}

void Verbs::add_views() {
    auto* status = add("status", "show the components and what they use");
    status->add_option("COMPONENT", options_.components, "these only");
    status->add_option("-o,--output", options_.output, "table, wide or json")
        ->check(CLI::IsMember({"table", "wide", "json"}));
    status->add_flag("-w,--watch", options_.watch, "again each second");
    auto* events = add("events", "show the last events");
    events->add_flag("-f,--follow", options_.follow, "and those to come, until harrier ends");
    auto* logs = add("logs", "show the last lines that components printed");
    logs->add_option("COMPONENT", options_.components, "these only");
    logs->add_flag("-f,--follow", options_.follow, "and those to come, until harrier ends");
    logs->add_option("-n,--lines", options_.lines, "so many of each component (default: 10)")
        ->check(check_count);
    add("graph", "print the components and their connections for dot(1)");
}

void Verbs::add_changes() {
    constexpr std::array<std::pair<const char*, const char*>, 3> changes{{
        {"start", "start components, and what they depend on; returns when they run"},
        {"stop", "stop components; returns when they have ended"},
        {"restart", "stop components and start them; returns when they run"},
    }};
    for (const auto& [name, description] : changes) {
        auto* verb = add(name, description);
        verb->add_option("COMPONENT", options_.components)->required();
        verb->add_flag("--no-wait", options_.no_wait, "return when harrier knows of it");
        add_timeout(verb);
    }
    auto* signal = add("signal", "send a signal to the leader of a component");
    signal->add_option("COMPONENT", component_)->required();
    signal->add_option("SIGNAL", options_.signal, "as in SIGUSR1 or USR1")
        ->required()
        ->check(check_signal);
    add_launch();
    add_apply();
    auto* wait = add("wait", "wait until components are where they should be");
    wait->add_option("COMPONENT", options_.components, "these only");
    const std::string ready_meaning = "each is ready or has completed (the default)";
    auto* ready = wait->add_flag("--ready", ready_meaning);
    wait->add_flag("--ended", ended_, "each has ended for good")->excludes(ready);
    add_timeout(wait);
    auto* upgrade =
        add("upgrade", "put another version of harrier in the place of the one that runs");
    upgrade->add_option("PROGRAM", options_.program,
                        "that version (default: what lies where that was started)");
    auto* down = add("down", "stop everything; returns when harrier has ended");
    down->add_flag("--at-once", options_.at_once, "by SIGKILL");
    down->add_flag("--no-wait", options_.no_wait, "return when harrier knows of it");
    add_timeout(down);
}

void Verbs::add_launch() {
    auto* launch = add("launch", "start a component that no file describes; returns when it runs");
    launch->add_option("COMPONENT", component_, "its name")->required();
    launch
        ->add_option("--set", options_.settings,
                     "KEY=VALUE, as in restart.policy=always: any key of harrier.yaml(5), and YAML")
        ->allow_extra_args(false)
        ->type_name("KEY=VALUE");
    launch->add_flag("--no-wait", options_.no_wait, "return when harrier knows of it");
    add_timeout(launch);
    launch->footer("-- COMMAND...  what it runs, as it is");
}

void Verbs::add_apply() {
    const char* const files = "read these (default: those that were read last)";
    auto* plan = add("plan", "show what apply would change; exit status 1 when there is something");
    plan->add_option("FILE", options_.files, files);
    auto* apply =
        add("apply", "read the files again and change what differs; returns when it is so");
    apply->add_option("FILE", options_.files, files);
    apply->add_flag("--no-wait", options_.no_wait, "return when harrier knows of it");
    add_timeout(apply);
}

std::optional<VerbStatus> Verbs::run(const std::vector<std::string>& command) {
    options_.command = command;
    for (const char* name : verb_names) {
        if (!program_.got_subcommand(name)) continue;
        if (const auto timeout = parse_duration(timeout_); timeout && !timeout_.empty())
            options_.deadline =
                Clock::now() + std::min<Duration>(*timeout, (end_of_time - Clock::now()) / 2);
        if (ended_) options_.condition = "ended";
        if (!component_.empty()) options_.components = {component_};
        return talk(name, options_);
    }
    return std::nullopt;
}

}  // namespace launcher
