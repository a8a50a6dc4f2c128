/// SIGINT, SIGTERM and SIGHUP as requests to stop: the first gracefully, a second at once. Taken
/// from construction on; what arrives before direct_to() is kept. One thread.
#pragma once

#include <csignal>
#include <string>

#include "launcher/asio.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

class StopSignals {
public:
    explicit StopSignals(Executor executor) : signals_(executor, SIGINT, SIGTERM) {
        // Under nohup(1) the end of a terminal is nobody's business.
        struct sigaction before {};
        if (sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
            signals_.add(SIGHUP);
    }
    /// Who is asked to stop when all has ended shall not die of it before all is cleared away: what
    /// comes from now on waits until the process is gone.
    ~StopSignals() {
        sigset_t requests;
        sigemptyset(&requests);
        for (const int number : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&requests, number);
        pthread_sigmask(SIG_BLOCK, &requests, nullptr);
    }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Whom they stop, from now on. Both outlive this object's waiting.
    void direct_to(Supervisor& supervisor, const EventSink& emit) {
        signals_.async_wait([this, &supervisor, &emit](ErrorCode error, int number) {
            if (error) return;
            Event event{.kind = EventKind::stopping};
            event.with("reason", format_signal(number));
            if (++received_ > 1) event.with("mode", "at-once");
            emit(event);
            if (received_ == 1) {
                supervisor.stop();
            } else {
                supervisor.stop_at_once();
                cut_short_by_interrupt_ = cut_short_by_interrupt_ || number == SIGINT;
            }
            direct_to(supervisor, emit);
        });
    }

    /// A second SIGINT ended what a stop would have ended in order.
    [[nodiscard]] bool cut_short_by_interrupt() const { return cut_short_by_interrupt_; }

private:
    SignalSet signals_;
    int received_ = 0;
    bool cut_short_by_interrupt_ = false;
};

}  // namespace launcher
