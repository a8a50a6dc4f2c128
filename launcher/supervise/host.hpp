/// The seam between supervision and the system: time and processes. ProcessHost is the real one;
/// the tests have one in which time passes when they say so and processes end when they say so.
///
/// A Process is one start of a component: its leader and whatever descends from it. The leader's
/// pid stays its own until collect(), even after it has ended. All on the one thread.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/supervise/exit.hpp"
#include "launcher/supervise/latch.hpp"
#include "launcher/supervise/report.hpp"
#include "shmheap/result.hpp"

namespace launcher {

enum class Audience {
    leader,
    tree,  ///< the leader and everything that descends from it
};

struct SpawnRequest {
    const Descriptor& descriptor;          ///< outlives the process
    Latch& latch;                          ///< outlives the process
    std::string tag;                       ///< what tells its descendants from others'
    std::vector<std::string> environment;  ///< NAME=value
    std::string notify_socket = {};        ///< path of the one to listen on; empty for none
    std::string ready_fifo = {};           ///< path of its ready descriptor; empty for a pipe
};

/// One check of a component's health that is under way. Destroying it ends it.
class Probe {
public:
    struct Result {
        bool has_passed = false;
        std::string what = {};  ///< why it has not, in words
    };

    virtual ~Probe() = default;

    /// Nothing while it lasts. The request's latch is released when it ends.
    [[nodiscard]] virtual std::optional<Result> result() = 0;
};

/// A process as one program hands it over to the next, which takes its place in harrier's process
/// (`harrier upgrade`). The descriptors are open, and whoever takes over owns them; -1 for none.
struct CarriedProcess {
    std::string tag = {};
    pid_t pid = 0;
    int pidfd = -1;
    int notify_socket = -1;
    int ready_pipe = -1;
    std::string group = {};   ///< the name of its control group, or empty
    bool is_adopted = false;  ///< it is no child of harrier
};

class Process {
public:
    virtual ~Process() = default;

    /// What it takes to resume() it. Nothing of it ends by that.
    [[nodiscard]] virtual CarriedProcess carry() const { return {}; }

    [[nodiscard]] virtual pid_t pid() const = 0;

    /// How the leader ended; nothing while it lives. The request's latch is released when it ends.
    [[nodiscard]] virtual std::optional<Exit> exit() = 0;

    /// What it has said of itself since the last look; the request's latch is released when there
    /// is more.
    [[nodiscard]] virtual Report take_report() = 0;

    /// Signals the leader or the tree on the way to its end: who is stopped goes on, to be able to
    /// act on it. Whoever has ended is passed over.
    virtual void signal(int number, Audience audience) = 0;

    /// Passes a signal to the leader that somebody has asked for, and nothing else: who is stopped
    /// stays so.
    virtual void forward(int number) = 0;

    /// How many of the tree live, the leader not counted, by a fresh look; whoever cannot be
    /// attributed for a moment counts. The request's latch is released when the last of those found
    /// has ended, and after that moment; look again then, they may have forked.
    [[nodiscard]] virtual std::size_t survivors() = 0;

    /// It is ready, which the next harrier should know if it is to be kept.
    virtual void note_ready() {}

    /// Takes the ended ones out of the process table, the leader last: from now on their pids may
    /// be given to others. The last call.
    virtual void collect() = 0;
};

class Host {
public:
    virtual ~Host() = default;

    [[nodiscard]] virtual TimePoint now() = 0;

    /// Ends at `time` or when the latch is released.
    virtual Awaitable<void> sleep_until(TimePoint time, Latch& latch) = 0;

    /// Ends when it is the caller's turn to start a process. What a start needs is best made then:
    /// many may wait.
    virtual Awaitable<void> turn() = 0;

    /// Starts a process, in the caller's turn; the request lives until it is made. Errors: what
    /// opening its log, changing to its folder or execve(2) say.
    virtual Awaitable<shmheap::Result<std::unique_ptr<Process>>> spawn(
        const SpawnRequest& request) = 0;

    /// The number of the start of a component that an earlier harrier left alive and nobody has
    /// adopted; 0 when there is none.
    [[nodiscard]] virtual unsigned survivor(const std::string&) { return 0; }

    /// That survivor was started with another description than that of the component.
    [[nodiscard]] virtual bool survivor_is_changed(const std::string&) { return false; }

    /// Takes over the survivor that the request describes, as spawn() would have made it; its exit
    /// will be Unknown. Errors: as spawn(), but for execve(2); it has been told to end then.
    virtual shmheap::Result<std::unique_ptr<Process>> adopt(const SpawnRequest& request) {
        return shmheap::fail(ESRCH, "adopt", request.descriptor.name);
    }

    /// Goes on with a process, which is ready, where another program left it. Owns the descriptors.
    /// Errors: as spawn(), but for execve(2); it has been killed then.
    virtual shmheap::Result<std::unique_ptr<Process>> resume(const SpawnRequest& request,
                                                             const CarriedProcess&) {
        return shmheap::fail(ESRCH, "resume", request.descriptor.name);
    }

    /// Begins the health check that the descriptor describes, for the process of `request`, whose
    /// latch and descriptor outlive the probe. What cannot be begun has failed.
    virtual std::unique_ptr<Probe> probe(const SpawnRequest& request, const Process& process) = 0;

    /// Lets go of what outlasts the processes of a component, which have all ended: it is gone, or
    /// its output goes elsewhere from now on.
    virtual void forget(const std::string& component) = 0;

    /// Ends with SIGKILL whatever still descends from harrier when every component has ended,
    /// but what was meant to stay (KillMode::process). Returns how many processes are left.
    virtual Awaitable<std::size_t> end_strays(TimePoint give_up_at) = 0;
};

}  // namespace launcher
