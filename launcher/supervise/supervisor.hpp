/// The components of one application, from the first start to the last exit. Owns them and what
/// they share, starts one coroutine for each, and turns a request to stop into the times that bound
/// it, and what is asked of one into a request. Takes components in and out while the others run
/// (supervisor_apply.cpp). Everything else is the coroutines' business (supervise.hpp). One thread.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
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
    /// A component may be described and not be there any more, so answers share it.
    using Components = std::vector<std::shared_ptr<Component>>;

    /// Every name in a depends_on exists, or is not required (load() saw to it).
    Supervisor(Executor executor, Application application, Shared shared);

    /// Runs everything to its end and emits `finished`. Once.
    Awaitable<Summary> run();

    /// Goes on when every component has ended, until stop(): somebody may ask one to start.
    void stay() { stays_ = true; }

    /// The component of that name; null when there is none.
    [[nodiscard]] Component* find(std::string_view name) const;
    [[nodiscard]] const Components& components() const { return components_; }

    /// There was a component of that name, which has ended and is gone. (Of the last 10,000.)
    [[nodiscard]] bool is_gone(std::string_view name) const {
        return gone_.contains(std::string(name)) && find(name) == nullptr;
    }

    /// Calls back for every component that is there and every one that will be.
    void on_add(std::function<void(Component&)> callback);

    /// One more component, which no file describes: it stays when it has ended, until it is
    /// stopped. No other bears its name, and what it requires exists. `text` is what it was read
    /// from. Errors: ECANCELED when
    /// everything stops or has ended, EBUSY while an application is being applied.
    shmheap::Status add_transient(Descriptor descriptor,
                                  std::shared_ptr<const LaunchText> text = {});

    /// From now on the application is `next`, as load() would have it with the transient components
    /// among it: who is not in it leaves, who is changed in more than its process may take over
    /// (changes.hpp) leaves to come back, dependents first; when all of those are down, the others
    /// are changed, the new ones come, and everybody runs who should. A later call takes the place
    /// of an earlier one that is not that far. Errors: ECANCELED when everything stops or has
    /// ended.
    shmheap::Status apply(Application next);

    [[nodiscard]] bool is_applying() const { return next_.has_value(); }

    /// The last application that was to be applied was not, since everything stops.
    [[nodiscard]] bool was_given_up() const { return was_given_up_; }

    /// Who or what could not go on under another program at this moment, and why, as a sentence;
    /// empty when everything could. With restore() before run(): what is known of the components,
    /// as JSON (carry.hpp). `launched` are the transient ones, in their order.
    struct Launched {
        Descriptor descriptor;
        std::shared_ptr<const LaunchText> text;
    };
    [[nodiscard]] std::string transition() const;

    /// No health check begins until then, so that there is a moment at which none is under way.
    void hold_checks(TimePoint until);
    void let_checks_go_on() { hold_checks({}); }
    [[nodiscard]] bool is_ending() const { return shared_.stop.requested() || is_over_; }
    [[nodiscard]] boost::json::object carry() const;
    void restore(const boost::json::object& carried, std::vector<Launched> launched);

    /// Calls back when an application has been applied, or given up because everything stops.
    void on_applied(std::function<void()> callback) { on_applied_ = std::move(callback); }

    // What may be asked of one component at any time. It is recorded, and carried out by the
    // component's own coroutine; the latest request counts. Errors: ECANCELED when everything
    // stops, EBUSY when something of the component has survived SIGKILL.

    /// Also starts whatever it depends on that is stopped or has failed, or has completed without
    /// meeting the condition. At once when a restart
    /// waits; earlier attempts are forgotten.
    shmheap::Status start(Component& component);

    /// By its stop sequence, and without those who depend on it. It stays stopped until start();
    /// a transient one is gone when it has ended and nobody describes that he needs it.
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
    std::shared_ptr<Component> make(Descriptor descriptor);
    void connect();
    void launch(Component& component);
    void leave(Component& component);
    [[nodiscard]] bool anybody_leaves() const;
    void make_changes();
    void take_over();
    void replace(Component& component, Descriptor next);
    void see_off(const Component& component);
    void see_off_unwanted();
    void wake_all();
    void look_for_laggards_in_a_second();
    void tell_laggards();
    Awaitable<void> end_all();
    std::vector<std::string> final_prefixes() const;
    std::size_t failed_count() const;

    Executor executor_;
    Shared shared_;
    Components components_;  // in the order of the files, then the transient ones
    std::unordered_map<std::string_view, Component*> by_name_;
    std::optional<Application> next_;                 // what is being applied
    bool was_given_up_ = false;                       // the last that was being applied
    std::unordered_map<std::string, unsigned> gone_;  // how often they were started
    bool anybody_unwanted_ = false;
    bool any_heap_stays_ = false;  // of who is gone
    unsigned next_number_ = 0;
    std::function<void(Component&)> on_add_;
    std::function<void()> on_applied_;
    Latch ended_;              // a component's coroutine has returned
    std::size_t running_ = 0;  // coroutines
    bool stays_ = false;
    bool is_over_ = false;  // run() looks no more
    TimePoint look_for_laggards_at_ = end_of_time;
    Duration telling_pause_{};  // before the next look at them
    std::exception_ptr failure_;
};

}  // namespace launcher
