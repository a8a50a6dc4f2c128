#include "launcher/control/stop_signals.hpp"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace launcher {
namespace {

sigset_t set_of(std::initializer_list<int> numbers) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : numbers)
        sigaddset(&set, number);
    return set;
}

/// Whether this process has a controlling terminal; one that was hung up is none any more.
bool has_terminal() {
    return static_cast<bool>(
        shmheap::os::UniqueFd(open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)));
}

/// Under nohup(1) hang-ups are nobody's business.
bool is_ignored(int number) {
    struct sigaction action {};
    return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignals::StopSignals(Executor executor)
    : signals_(executor, SIGINT, SIGTERM), hangups_(executor), had_terminal_(has_terminal()) {
    // Another program of this process may have held them up for this one.
    const sigset_t stops = set_of({SIGINT, SIGTERM});
    pthread_sigmask(SIG_UNBLOCK, &stops, nullptr);
    if (is_ignored(SIGHUP)) return;
    const sigset_t hangup = set_of({SIGHUP});
    shmheap::os::UniqueFd fd(signalfd(-1, &hangup, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!fd) return;  // then it ends harrier, as it does by default
    pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
    hangups_.assign(fd.release());
}

StopSignals::~StopSignals() {
    const sigset_t requests = set_of({SIGINT, SIGTERM, SIGHUP});
    pthread_sigmask(SIG_BLOCK, &requests, nullptr);
}

void StopSignals::direct_to(Supervisor& supervisor, Applier& applier, const EventSink& emit) {
    await_stop(supervisor, emit);
    if (hangups_.is_open()) await_hangup(supervisor, applier, emit);
}

void StopSignals::await_stop(Supervisor& supervisor, const EventSink& emit) {
    signals_.async_wait([this, &supervisor, &emit](ErrorCode error, int number) {
        if (error) return;
        stop(number, supervisor, emit);
        await_stop(supervisor, emit);
    });
}

void StopSignals::await_hangup(Supervisor& supervisor, Applier& applier, const EventSink& emit) {
    hangups_.async_wait(
        StreamDescriptor::wait_read, [this, &supervisor, &applier, &emit](ErrorCode error) {
            if (error) return;
            signalfd_siginfo info{};
            const bool is_read =
                read(hangups_.native_handle(), &info, sizeof(info)) == ssize_t{sizeof(info)};
            if (is_read && terminal_is_gone(info.ssi_code)) {
                stop(SIGHUP, supervisor, emit);
            } else if (is_read) {
                applier.apply_again();
            }
            await_hangup(supervisor, applier, emit);
        });
}

void StopSignals::stop(int number, Supervisor& supervisor, const EventSink& emit) {
    Event event{.kind = EventKind::stopping};
    event.with("reason", format_signal(number));
    if (++received_ > 1) event.with("mode", "at-once");
    emit(event);
    if (received_ == 1) return supervisor.stop();
    supervisor.stop_at_once();
    cut_short_by_interrupt_ = cut_short_by_interrupt_ || number == SIGINT;
}

/// The kernel says so itself, or a shell passes on what it was told.
bool StopSignals::terminal_is_gone(int sender_code) const {
    return sender_code == SI_KERNEL || (had_terminal_ && !has_terminal());
}

}  // namespace launcher
