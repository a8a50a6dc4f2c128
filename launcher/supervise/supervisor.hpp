/// The components of one application, from the first start to the last exit. Owns them and what
/// they share, starts one coroutine for each, and turns a request to stop into the times that bound
/// it. Everything else is the coroutines' business (supervise.hpp). One thread.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
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
    /// `application` outlives the supervisor. Every name in a depends_on exists (load() saw to it).
    Supervisor(Executor executor, const Application& application, Shared shared);

    /// Runs everything to its end and emits `finished`. Once.
    Awaitable<Summary> run();

    /// Stops everything: dependents before what they depend on, each with its grace period, and
    /// all of it within the longest one and a second. Later calls change nothing.
    void stop();

    /// SIGKILL for everything, at once.
    void stop_at_once();

private:
    void connect(const Application& application);
    void wake_all();
    Awaitable<void> end_all();
    std::vector<std::string> final_prefixes() const;
    std::size_t failed_count() const;

    Executor executor_;
    Shared shared_;
    std::vector<std::unique_ptr<Component>> components_;
    Latch ended_;  // a component's coroutine has returned
    std::size_t running_ = 0;
    std::exception_ptr failure_;
};

}  // namespace launcher
