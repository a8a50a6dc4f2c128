/// The application as it is described, while it runs: reads its files again, says what that would
/// change (plan) and has it done (apply, SIGHUP); and what is launched besides. Reading is left to
/// the Reader; everything else is done on the main thread.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/load.hpp"
#include "launcher/config/read_launch.hpp"
#include "launcher/control/reader.hpp"
#include "launcher/control/request.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/supervise/changes.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

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
        Reader::Place place;  ///< nobody else reads while there is a plan
    };
    using Planned = tl::expected<Plan, Refusal>;
    using Launched = tl::expected<void, Refusal>;

    /// What is referred to outlives it.
    Applier(Executor executor, Supervisor& supervisor, Reader& reader, Origin origin,
            const EventSink& emit)
        : executor_(executor),
          supervisor_(supervisor),
          reader_(reader),
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

    /// The files are being read for who asked by apply_again(), or are about to be.
    [[nodiscard]] bool is_applying_again() const { return is_applying_again_; }

    /// Launches a component beside the application.
    Awaitable<Launched> launch(LaunchText text);

    /// The files that were applied last.
    [[nodiscard]] const std::vector<std::string>& files() const { return origin_.files; }

    /// Ends when nobody reads any more who asked by apply_again().
    Awaitable<void> finish();

private:
    Awaitable<void> apply_and_tell();
    std::vector<Diagnostic> mistakes_in(const Plan& plan) const;
    Launched add(Descriptor descriptor, std::shared_ptr<const LaunchText> text);
    void tell_refusal(const std::string& why) const;

    Executor executor_;
    Supervisor& supervisor_;
    Reader& reader_;
    Origin origin_;
    const EventSink& emit_;
    Latch idle_;
    bool is_applying_again_ = false;
    bool is_asked_again_ = false;
};

}  // namespace launcher
