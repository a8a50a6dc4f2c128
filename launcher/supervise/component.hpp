/// A component: its descriptor and its run-time state. Its coroutine (supervise.hpp) is the only
/// one that changes it; everybody else reads it and releases its latch. Owned by the supervisor.
///
///     state        meaning                                 may go to
///     ---------------------------------------------------------------------------------------
///     waiting      for its dependencies                    starting, failed, stopped
///     starting     its process is being made               running, waiting, backing_off, failed,
///                                                          stopped
///     running      its leader lives                        stopping, ending
///     stopping     told to stop; the leader lives          ending, failed
///     ending       the leader has ended; what descends     waiting, backing_off,
///                  from it ends, and its heaps are         completed, failed,
///                  reaped                                  stopped
///     backing_off  a restart waits                         waiting, stopped
///     completed    ended as it should                      waiting    (final)
///     failed       ended for good, not as it should        waiting    (final)
///     stopped      ended because it was told to stop       waiting    (final)
///
/// There is a process in running, stopping and ending, and in no other state; every start comes out
/// of waiting. A final state lasts until the component is asked to start. Whoever asks, or stops
/// everything, finds the component in any state; only its coroutine acts on it, at its next look.
/// The descriptor is replaced by the supervisor alone: all of it while the component is down, else
/// by one that differs in nothing that its process was started with (changes.hpp).
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/read_launch.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/supervise/exit.hpp"
#include "launcher/supervise/health.hpp"
#include "launcher/supervise/latch.hpp"
#include "launcher/supervise/restart.hpp"

namespace launcher {

enum class State {
    waiting,
    starting,
    running,
    stopping,
    ending,
    backing_off,
    completed,
    failed,
    stopped,
};

constexpr bool is_final(State state) {
    return state == State::completed || state == State::failed || state == State::stopped;
}

/// The table above.
constexpr bool may_follow(State from, State to) {
    using enum State;
    switch (from) {
        case waiting:
            return to == starting || to == failed || to == stopped;
        case starting:
            return to == running || to == waiting || to == backing_off || to == failed ||
                   to == stopped;
        case running:
            return to == stopping || to == ending;
        case stopping:
            return to == ending || to == failed;
        case ending:
            return to == waiting || to == backing_off || to == completed || to == failed ||
                   to == stopped;
        case backing_off:
            return to == waiting || to == stopped;
        case completed:
        case failed:
        case stopped:
            return to == waiting;
    }
    return false;
}

/// What may be asked of a component; a later request takes the place of an earlier one.
enum class Request { start, stop, restart };

class Component;
class Process;
struct CarriedProcess;

/// What is known of a process that runs, as of the last look at it.
struct Attention {
    Process* process = nullptr;  ///< null when another program looked
    bool is_ready = false;
    bool is_ending = false;    ///< it has said so
    bool is_checking = false;  ///< its health
    TimePoint alive_by = end_of_time;
    std::optional<Health::Past> health{};
};

/// It has ended, and has no coroutine.
[[nodiscard]] bool is_down(const Component& component);

/// What one component needs of another.
struct Requirement {
    Component& component;
    const Dependency& dependency;  ///< as it was written
    unsigned seen = 0;  ///< the start of the other that this one's own last start relied on
};

class Component : public std::enable_shared_from_this<Component> {
public:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    /// `emit` outlives the component.
    Component(Executor executor, Descriptor descriptor, const EventSink& emit)
        : latch(executor), descriptor_(std::move(descriptor)), emit_(emit) {}
    Component(const Component&) = delete;
    Component& operator=(const Component&) = delete;

    /// The same object as long as the component lives.
    [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }

    /// Of the same name. Requirements refer to the old one: they are to be made anew.
    void replace_descriptor(Descriptor&& next) { descriptor_ = std::move(next); }
    [[nodiscard]] State state() const { return state_; }

    /// The number of its last start that got so far; 0 for none since it was asked to start.
    [[nodiscard]] unsigned reached(DependencyCondition condition) const {
        return reached_[static_cast<std::size_t>(condition)];
    }

    /// Notes that the present start got so far, and wakes whoever waits for it. enter() does so for
    /// what follows from a state.
    void reach(DependencyCondition condition);

    /// It is where it was under another program, told to nobody: no event, no waking.
    using Reached = std::array<unsigned, 4>;  // by DependencyCondition
    void resume(State state, const Reached& reached) {
        state_ = state;
        reached_ = reached;
    }
    [[nodiscard]] const Reached& all_reached() const { return reached_; }

    /// What it has been counts no more: it is to be another one. While it is down.
    void forget_past() {
        reached_ = {};
        history = {};
        asked.reset();
    }

    /// Records a request for the coroutine.
    void ask(Request request) {
        asked = request;
        latch.release();
    }

    /// The one way to another state: asserts the table above, emits the state's event with
    /// `fields`, and wakes whoever waits for this component.
    void enter(State next, Fields fields = {});

    Latch latch;                      ///< something changed that the component may wait for
    History history;                  ///< for decide()
    std::optional<Request> asked{};   ///< and not yet carried out
    std::vector<int> signals{};       ///< asked to be sent to the leader
    TimePoint restart_at{};           ///< in backing_off: when it is over
    TimePoint told_at{};              ///< in stopping and ending: since when it must end
    bool is_supervised = false;       ///< its coroutine has begun, or is about to
    bool is_adopted = false;          ///< its process was started by an earlier harrier
    bool is_unkillable = false;       ///< something of it lives in spite of SIGKILL
    bool is_transient = false;        ///< launched at run time, in no file
    bool is_unwanted = false;         ///< transient, stopped: it goes when it is down
    bool is_leaving = false;          ///< goes down to be removed or to be changed,
                                      ///< after those of its dependents that do so, too
    bool starts_again = false;        ///< when it has been changed
    unsigned number = 0;              ///< no other component of the instance has had it
    unsigned starts = 0;              ///< processes made
    unsigned starts_before = 0;       ///< of who bore its name before; the number in
                                      ///< the tag goes on from there
    pid_t pid = 0;                    ///< of the leader, while there is a process
    std::optional<Exit> last_exit{};  ///< how the process before ended
    std::shared_ptr<const std::string> last_exit_words{};  ///< of an error in it that was restored
    std::chrono::system_clock::time_point since{};    ///< kept by who sets on_enter, for people
    std::function<void()> on_enter{};                 ///< called in every state, at its beginning
    std::function<void()> on_reach{};                 ///< called whenever it has got further
    std::string status{};                             ///< what it last said of itself (STATUS=)
    bool is_healthy = true;                           ///< as far as its last checks say
    std::optional<Attention> attention{};             ///< in running, from the first look on
    std::shared_ptr<const CarriedProcess> carried{};  ///< of another program, to be resumed
    std::shared_ptr<const LaunchText> launched{};     ///< transient: how
    std::vector<Requirement> requirements{};          ///< in the order of depends_on
    std::vector<Component*> dependents{};             ///< those that require this one

private:
    void wake_dependents();

    Descriptor descriptor_;
    const EventSink& emit_;
    State state_ = State::waiting;
    Reached reached_{};
};

}  // namespace launcher
