/// The application as it is described, while it runs: reads its files again, says what that would
/// change (plan) and has it done (apply, SIGHUP); and what is launched besides. Reading is done on
/// a thread of its own that lasts as long, since it may take a second for thousands of components
/// or for ever on a broken network; everything else is done on the main thread.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/load.hpp"
#include "launcher/config/read_launch.hpp"
#include "launcher/control/request.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/supervise/changes.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

/// A refusal that tells of mistakes in a description.
Refusal invalid(const std::vector<Diagnostic>& mistakes);

class Applier {
public:
    /// What runs, and which files it came from, as absolute paths.
    struct Origin {
        std::string application;
        std::vector<std::string> files;
    };

    struct Plan {
        Application next;
        std::vector<std::string> files;
        std::vector<Change> changes;
    };
    using Planned = tl::expected<Plan, std::vector<Diagnostic>>;

    /// What is referred to outlives it.
    Applier(Executor executor, Supervisor& supervisor, Origin origin, const EventSink& emit)
        : executor_(executor),
          supervisor_(supervisor),
          origin_(std::move(origin)),
          emit_(emit),
          idle_(executor) {}
    Applier(const Applier&) = delete;
    Applier& operator=(const Applier&) = delete;

    /// What the files make of the application; without any, those that were applied last. As of the
    /// moment when it returns, so apply() it before anybody else has a turn.
    Awaitable<Planned> plan(std::vector<std::string> files);

    /// Errors: as Supervisor::apply().
    shmheap::Status apply(Plan plan);

    /// Both, for the files that were applied last; the outcome is told by events. One at a time:
    /// who asks while they are being read is served after that.
    void apply_again();

    /// Launches a component beside the application.
    tl::expected<void, Refusal> launch(const LaunchText& text);

    /// Ends when nothing is being read any more.
    Awaitable<void> finish();

private:
    Awaitable<Loaded> load_aside(std::vector<std::string> files);
    Awaitable<void> apply_and_tell();
    std::vector<Diagnostic> mistakes_in(const Plan& plan) const;
    void tell_refusal(const std::string& why) const;

    Executor executor_;
    Supervisor& supervisor_;
    Origin origin_;
    const EventSink& emit_;
    Latch idle_;
    int reading_ = 0;  // coroutines
    bool is_applying_again_ = false;
    bool is_asked_again_ = false;
};

}  // namespace launcher
