/// The components of one application, from the first start to the last exit. Owns them and what
/// they share, starts one coroutine for each, and turns a request to stop into the times that bound
/// it, and what is asked of one into a request. Everything else is the coroutines' business
/// (supervise.hpp). One thread.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/component.hpp"
#include "launcher/supervise/shared.hpp"

namespace launcher {

/// How it all ended.
struct Summary {
    std::size_t components = 0;
    std::size_t failed = 0;  ///< components that ended for good, and not as they should
    Totals totals = {};
};

class Supervisor {
public:
    /// `application` outlives the supervisor. Every name in a depends_on exists, or is not
    /// required (load() saw to it).
    Supervisor(Executor executor, const Application& application, Shared shared);

    /// Runs everything to its end and emits `finished`. Once.
    Awaitable<Summary> run();

    /// Goes on when every component has ended, until stop(): somebody may ask one to start.
    void stay() { stays_ = true; }

    /// The component of that name; null when there is none.
    [[nodiscard]] Component* find(std::string_view name) const;
    [[nodiscard]] const std::vector<std::unique_ptr<Component>>& components() const {
        return components_;
    }

    // What may be asked of one component at any time. It is recorded, and carried out by the
    // component's own coroutine; the latest request counts. Errors: ECANCELED when everything
    // stops, EBUSY when something of the component has survived SIGKILL.

    /// Also starts whatever it depends on that is stopped or has failed, or has completed without
    /// meeting the condition. At once when a restart
    /// waits; earlier attempts are forgotten.
    shmheap::Status start(Component& component);

    /// By its stop sequence, and without those who depend on it. It stays stopped until start().
    void stop(Component& component);

    /// Stops it if need be, and starts it.
    shmheap::Status restart(Component& component);

    /// Sends a signal to its leader, also while that is being stopped. ESRCH when there is none,
    /// EAGAIN when many wait.
    static shmheap::Status signal(Component& component, int number);

    /// Stops everything: dependents before what they depend on, each with its grace period, and
    /// all of it within the longest one and a second. Later calls change nothing.
    void stop();

    /// SIGKILL for everything, at once.
    void stop_at_once();

private:
    void connect(const Application& application);
    void launch(Component& component);
    void wake_all();
    void look_for_laggards_in_a_second();
    void tell_laggards();
    Awaitable<void> end_all();
    std::vector<std::string> final_prefixes() const;
    std::size_t failed_count() const;

    Executor executor_;
    Shared shared_;
    std::vector<std::unique_ptr<Component>> components_;
    std::unordered_map<std::string_view, Component*> by_name_;
    Latch ended_;              // a component's coroutine has returned
    std::size_t running_ = 0;  // coroutines
    bool stays_ = false;
    TimePoint look_for_laggards_at_ = end_of_time;
    Duration telling_pause_{};  // before the next look at them
    std::exception_ptr failure_;
};

}  // namespace launcher
