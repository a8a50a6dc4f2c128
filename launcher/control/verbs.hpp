/// The verbs that talk to a harrier that runs, on the command line of the program. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "launcher/control/talk.hpp"

namespace launcher {

class Verbs {
public:
    /// Adds them to `program`, which keeps references to what is in this object.
    explicit Verbs(CLI::App& program);
    Verbs(const Verbs&) = delete;
    Verbs& operator=(const Verbs&) = delete;

    /// Runs the one that was parsed; nothing when it was none of these. `command` is what followed
    /// "--".
    std::optional<VerbStatus> run(const std::vector<std::string>& command);

private:
    CLI::App* add(const char* name, const char* description);
    void add_apply();
    void add_changes();
    void add_launch();
    void add_views();
    void add_timeout(CLI::App* verb);

    CLI::App& program_;
    VerbOptions options_;
    std::string timeout_;
    std::string component_;  // of those that take exactly one
    bool ended_ = false;
};

}  // namespace launcher
