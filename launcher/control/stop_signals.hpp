/// SIGINT and SIGTERM as requests to stop: the first gracefully, a second at once. SIGHUP as a
/// request to apply the files again, unless it says that the terminal is gone: then it stops, too.
/// Taken from construction on; what arrives before direct_to() is kept. One thread.
#pragma once

#include <csignal>
#include <string>

#include "launcher/asio.hpp"
#include "launcher/control/applier.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/supervise/supervisor.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

class StopSignals {
public:
    explicit StopSignals(Executor executor);
    /// Who is asked to stop when all has ended shall not die of it before all is cleared away: what
    /// comes from now on waits until the process is gone.
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Whom they stop or change, from now on. All outlive this object's waiting.
    void direct_to(Supervisor& supervisor, Applier& applier, const EventSink& emit);

    /// A second SIGINT ended what a stop would have ended in order.
    [[nodiscard]] bool cut_short_by_interrupt() const { return cut_short_by_interrupt_; }

private:
    void await_stop(Supervisor& supervisor, const EventSink& emit);
    void await_hangup(Supervisor& supervisor, Applier& applier, const EventSink& emit);
    void stop(int number, Supervisor& supervisor, const EventSink& emit);
    [[nodiscard]] bool terminal_is_gone(int sender_code) const;

    SignalSet signals_;
    StreamDescriptor hangups_;  // a signalfd(2), which tells who sends them; or closed
    bool had_terminal_;
    int received_ = 0;
    bool cut_short_by_interrupt_ = false;
};

}  // namespace launcher
