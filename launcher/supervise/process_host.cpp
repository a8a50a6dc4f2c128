#include "launcher/supervise/process_host.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/process/v2/process.hpp>
#include <csignal>

#include "launcher/supervise/exec_probe.hpp"
#include "launcher/supervise/fingerprint.hpp"
#include "launcher/supervise/heap_probe.hpp"
#include "launcher/supervise/launched_process.hpp"
#include "launcher/supervise/leftovers.hpp"
#include "launcher/supervise/process_tree.hpp"
#include "launcher/supervise/shared.hpp"
#include "launcher/supervise/socket_probe.hpp"
#include "os/error.hpp"
#include "os/process_id.hpp"

namespace launcher {
namespace {

namespace process_v2 = boost::process::v2;
using namespace std::chrono_literals;
using shmheap::Result;
using shmheap::os::UniqueFd;

constexpr int busy_attempts_max = 5;         // a program that is being written (ETXTBSY)
constexpr auto busy_delay = 20ms;            // before the second attempt; then doubled
constexpr int unknown_collected_max = 1024;  // in one go, so that a storm leaves time for others
constexpr auto orphans_fresh_for = 5ms;
static_assert(orphans_fresh_for <= undecided_delay, "a second look must be a new one");

/// A launcher in the sense of Boost.Process v2: it makes the process and returns its handle.
struct Launcher {
    ChildLauncher& make;
    const SpawnRequest& request;
    int output;
    int cgroup;
    int ready;                  ///< -1 for none
    int kept_lock;              ///< -1 for none
    UniqueFd pidfd = {};        ///< said back: a pidfd of our own
    shmheap::Error error = {};  ///< said back: more than an error code can say
    bool is_in_group = false;   ///< said back: it was born in `cgroup`

    process_v2::basic_process<Executor> operator()(Executor executor, ErrorCode& code,
                                                   const process_v2::filesystem::path& executable,
                                                   const std::vector<std::string>& arguments);

private:
    process_v2::basic_process<Executor> failed(Executor executor, ErrorCode& code) const {
        code.assign(error.code, boost::system::system_category());
        return process_v2::basic_process<Executor>(executor);
    }
};

process_v2::basic_process<Executor> Launcher::operator()(
    Executor executor, ErrorCode& code, const process_v2::filesystem::path& executable,
    const std::vector<std::string>& arguments) {
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(request.environment);
    const ChildImage image{.executable = executable.c_str(),
                           .arguments = argument_pointers.data(),
                           .environment = environment_pointers.data(),
                           .working_directory = request.descriptor.working_directory.c_str(),
                           .output = output,
                           .ready = ready,
                           .ready_number = request.descriptor.ready.fd.value_or(-1),
                           .kept_lock = kept_lock,
                           .cgroup = cgroup};
    auto child = make.launch(image);
    if (!child) {
        error = child.error();
        return failed(executor, code);
    }
    is_in_group = child->is_in_group;
    if (child->error == 0) {
        // The handle of Boost owns one pidfd, we own another: it offers no way to wait for the end
        // without collecting.
        pidfd.reset(fcntl(child->pidfd.get(), F_DUPFD_CLOEXEC, 3));
        if (pidfd)
            return process_v2::basic_process<Executor>(executor, child->pid,
                                                       child->pidfd.release());
        error = shmheap::Error{errno, "duplicate pidfd of", request.descriptor.name};
        syscall(SYS_pidfd_send_signal, child->pidfd.get(), SIGKILL, nullptr, 0);
    } else {
        const bool not_executed = std::string_view(child->doing) == "execute";
        error = shmheap::Error{child->error, child->doing,
                               not_executed ? executable.string() : request.descriptor.name};
    }
    ProcessHost::collect(child->pidfd.get());
    return failed(executor, code);
}

void end_child(pid_t pid) {
    kill(pid, SIGKILL);
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
}

}  // namespace

Exit ProcessHost::peek(int pidfd) {
    siginfo_t info{};
    while (waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    if (info.si_code == CLD_EXITED) return Exited{.status = info.si_status};
    return Killed{.signal = info.si_status, .dumped_core = info.si_code == CLD_DUMPED};
}

void ProcessHost::collect(int pidfd) {
    siginfo_t info{};
    while (waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED) != 0 && errno == EINTR) {
    }
}

Result<std::unique_ptr<ProcessHost>> ProcessHost::create(Executor executor, Output& output,
                                                         const rlimit& open_files,
                                                         std::unique_ptr<Containment> containment) {
    auto launcher = ChildLauncher::create(open_files);
    if (!launcher) return tl::unexpected(launcher.error());
    auto host = std::unique_ptr<ProcessHost>(
        new ProcessHost(executor, output, std::move(*launcher), std::move(containment)));
    host->await_child_signal();
    return host;
}

ProcessHost::ProcessHost(Executor executor, Output& output, ChildLauncher launcher,
                         std::unique_ptr<Containment> containment)
    : executor_(executor),
      turns_(executor),
      output_(output),
      launcher_(std::move(launcher)),
      containment_(std::move(containment)),
      child_signal_(executor, SIGCHLD) {}

Awaitable<void> ProcessHost::sleep_until(TimePoint time, Latch& latch) {
    return latch.wait_until(time);
}

Awaitable<void> ProcessHost::turn() {
    return turns_.take();
}

Awaitable<Result<std::unique_ptr<Process>>> ProcessHost::spawn(const SpawnRequest& request) {
    auto delay = busy_delay;
    for (int attempt = 1;; ++attempt) {
        auto process = spawn_now(request);
        const bool is_busy = !process && process.error().code == ETXTBSY;
        if (!is_busy || attempt == busy_attempts_max) co_return process;
        Timer timer(executor_, delay);
        co_await timer.async_wait(use_awaitable);
        delay *= 2;
        co_await turns_.take();
    }
}

Result<std::unique_ptr<Process>> ProcessHost::spawn_now(const SpawnRequest& request) {
    auto target = output_.open(request.descriptor);
    if (!target) return tl::unexpected(target.error());
    // What is left of an earlier start may still hold that one's.
    if (!request.ready_fifo.empty()) unlink(request.ready_fifo.c_str());
    auto announcements = Announcements::await(executor_, output_, request);
    if (!announcements) return tl::unexpected(announcements.error());
    UniqueFd lock;
    if (is_kept(request.descriptor)) {
        auto taken = kept_files_->lock(request.descriptor.name);
        if (!taken) return tl::unexpected(taken.error());
        lock = std::move(*taken);
    }
    Cgroup* group = containment_ ? containment_->of(request.descriptor.name) : nullptr;
    Launcher launcher{.make = launcher_,
                      .request = request,
                      .output = target->fd,
                      .cgroup = group != nullptr ? group->fd() : -1,
                      .ready = *announcements ? (*announcements)->ready_fd() : -1,
                      .kept_lock = lock ? lock.get() : -1};
    ErrorCode error;
    auto handle =
        launcher(executor_, error, request.descriptor.executable, request.descriptor.command);
    const pid_t pid = handle.id();
    handle.detach();  // its destructor would wait for the process, or kill it
    if (error) return tl::unexpected(std::move(launcher.error));
    NewProcess made;
    made.child.pid = pid;
    made.child.pidfd = std::move(launcher.pidfd);
    made.announcements = std::move(*announcements);
    made.group = launcher.is_in_group ? group : nullptr;
    // Something keeps processes out of it, so the next start tries another.
    if (group != nullptr && !launcher.is_in_group) group->suspect_kill();
    if (lock) made.record = record_of(request, pid);
    if (made.record) write_record(request.descriptor.name, *made.record);
    return watch(request, std::move(made));
}

void ProcessHost::keep(const std::string& run_directory, Survivors survivors) {
    kept_files_.emplace(run_directory);
    survivors_ = std::move(survivors);
}

bool ProcessHost::is_kept(const Descriptor& descriptor) const {
    return kept_files_ && descriptor.on_supervisor_loss == SupervisorLoss::keep;
}

std::optional<KeptRecord> ProcessHost::record_of(const SpawnRequest& request, pid_t pid) {
    const auto start_ticks = shmheap::os::process_start_ticks(pid);
    if (!start_ticks) return std::nullopt;
    return KeptRecord{.tag = request.tag,
                      .pid = pid,
                      .start_ticks = *start_ticks,
                      .fingerprint = fingerprint_of(request.descriptor)};
}

/// Without one the lock still says that something lives: the next harrier ends it and starts anew.
void ProcessHost::write_record(const std::string& component, const KeptRecord& record) const {
    if (kept_files_) (void)kept_files_->write(component, record);
}

unsigned ProcessHost::survivor(const std::string& component) {
    const auto found = survivors_.find(component);
    return found == survivors_.end() ? 0 : start_number_of(found->second.record);
}

bool ProcessHost::survivor_is_changed(const std::string& component) {
    const auto found = survivors_.find(component);
    return found != survivors_.end() && found->second.is_changed;
}

Result<std::unique_ptr<Process>> ProcessHost::adopt(const SpawnRequest& request) {
    const auto found = survivors_.find(request.descriptor.name);
    if (found == survivors_.end()) return shmheap::fail(ESRCH, "adopt", request.descriptor.name);
    Survivor survivor = std::move(found->second);
    survivors_.erase(found);
    auto process = take_over(request, survivor);
    if (!process) end_survivor(request.descriptor.name, survivor);
    return process;
}

/// Nobody will watch it, so it must not go on.
void ProcessHost::end_survivor(const std::string& component, const Survivor& survivor) {
    Cgroup* const group =
        containment_ ? containment_->take_over(component, survivor.record.pid) : nullptr;
    if (group != nullptr) group->kill();
    syscall(SYS_pidfd_send_signal, survivor.pidfd.get(), SIGKILL, nullptr, 0);
    if (kept_files_) kept_files_->end_holders_of(component);
}

Result<std::unique_ptr<Process>> ProcessHost::take_over(const SpawnRequest& request,
                                                        Survivor& survivor) {
    UniqueFd pidfd(fcntl(survivor.pidfd.get(), F_DUPFD_CLOEXEC, 3));
    if (!pidfd) return shmheap::os::error("duplicate pidfd of", request.descriptor.name);
    // Its pipe is opened again; what it has open already stays as it is.
    auto target = output_.reopen(request.descriptor);
    if (!target) return tl::unexpected(target.error());
    auto announcements = Announcements::await(executor_, output_, request);
    if (!announcements) return tl::unexpected(announcements.error());
    // A word to a socket without a reader is lost, and so is one in a FIFO that was closed after
    // it. A line waits in the pipe of the output.
    const bool may_be_ready = survivor.record.is_ready || !request.descriptor.ready.log_line;
    if (*announcements && may_be_ready) (*announcements)->assume_ready();
    const pid_t pid = survivor.record.pid;
    Cgroup* const group =
        containment_ ? containment_->take_over(request.descriptor.name, pid) : nullptr;
    return watch(request, NewProcess{.child = {.pid = pid, .pidfd = std::move(pidfd)},
                                     .announcements = std::move(*announcements),
                                     .group = group,
                                     .record = std::move(survivor.record),
                                     .is_adopted = true});
}

void ProcessHost::inherit(const std::vector<CarriedProcess>& processes,
                          const std::vector<std::string>& spared) {
    for (const CarriedProcess& each : processes) {
        if (!each.is_adopted) orphans_.add_leader(each.pid, each.tag);
    }
    spared_.insert(spared.begin(), spared.end());
    collect_unknown();  // of whom the other program was told, or nobody
}

Result<std::unique_ptr<Process>> ProcessHost::resume(const SpawnRequest& request,
                                                     const CarriedProcess& carried) {
    const std::string& component = request.descriptor.name;
    UniqueFd pidfd(carried.pidfd);
    auto announcements = Announcements::resume(executor_, output_, request, carried);
    if (!announcements) {
        syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
        if (!carried.is_adopted) collect(pidfd.get());
        orphans_.remove_leader(carried.pid);
        return tl::unexpected(announcements.error());
    }
    NewProcess made{.child = {.pid = carried.pid, .pidfd = std::move(pidfd)},
                    .announcements = std::move(*announcements),
                    .is_adopted = carried.is_adopted};
    if (containment_ && !carried.group.empty())
        made.group = containment_->resume_group(component, carried.group);
    if (is_kept(request.descriptor)) made.record = record_of(request, carried.pid);
    if (made.record) {
        made.record->is_ready = true;
        write_record(component, *made.record);  // as this version describes it
    }
    return watch(request, std::move(made));
}

Result<std::unique_ptr<Process>> ProcessHost::watch(const SpawnRequest& request, NewProcess made) {
    const pid_t pid = made.child.pid;
    const bool is_adopted = made.is_adopted;
    auto process = std::make_unique<LaunchedProcess>(*this, request, std::move(made));
    if (!process->is_watched()) {
        if (!is_adopted) end_child(pid);
        return shmheap::fail(ENOSPC, "watch", request.descriptor.name);
    }
    if (request.descriptor.kill_mode == KillMode::process) spared_.insert(request.descriptor.name);
    return std::unique_ptr<Process>(std::move(process));
}

std::unique_ptr<Probe> ProcessHost::probe(const SpawnRequest& request, const Process& process) {
    struct Begin {
        ProcessHost& host;
        const SpawnRequest& request;
        const Process& process;

        std::unique_ptr<Probe> operator()(const ExecTest& test) const {
            return std::make_unique<ExecProbe>(host, request, test);
        }
        std::unique_ptr<Probe> operator()(const TcpTest& test) const {
            return std::make_unique<SocketProbe>(host.executor_, request.latch, test);
        }
        std::unique_ptr<Probe> operator()(const HttpTest& test) const {
            return std::make_unique<SocketProbe>(host.executor_, request.latch, test);
        }
        std::unique_ptr<Probe> operator()(const HeapTest& test) const {
            return std::make_unique<HeapProbe>(request, process.pid(), test);
        }
    };
    const Begin begin{.host = *this, .request = request, .process = process};
    return std::visit(begin, request.descriptor.healthcheck->test);
}

void ProcessHost::forget(const std::string& component) {
    output_.close(component);
    if (containment_) containment_->forget(component);
}

void ProcessHost::await_child_signal() {
    child_signal_.async_wait([this](ErrorCode error, int) {
        if (error) return;
        await_child_signal();
        collect_unknown();
    });
}

/// Looks at the first zombie without collecting it. Unless somebody counts on it, it goes, and the
/// next one is looked at. When somebody does, he calls this again after collecting it.
void ProcessHost::collect_unknown() {
    for (int i = 0; i < unknown_collected_max; ++i) {
        siginfo_t info{};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
        const pid_t pid = info.si_pid;
        if (orphans_.is_leader(pid) || ending_.contains(orphans_.tag_of(pid))) return;
        waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG);
        orphans_.forget(pid);
    }
}

/// One listing serves all who ask within a moment and have nothing newer to learn from another.
void ProcessHost::refresh_orphans(std::uint64_t newer_than) {
    const bool is_fresh =
        orphans_.refreshed_at() > newer_than && now() - orphans_listed_ < orphans_fresh_for;
    if (is_fresh) return;
    orphans_listed_ = now();
    orphans_.refresh(orphans_listed_);
}

bool ProcessHost::is_spared(pid_t pid) const {
    return spared_.contains(component_of(orphans_.tag_of(pid)));
}

/// Kills harrier's children; their own children become harrier's by that, for the next round.
/// Returns how many there are that are not meant to stay.
std::size_t ProcessHost::end_strays_once(Latch& all_ended, std::vector<ProcessWatch>& watches) {
    watches.clear();
    collect_unknown();
    orphans_.refresh(now());
    std::size_t strays = 0;
    const auto alive = std::make_shared<std::size_t>(0);  // shared by the callbacks of one round
    for (const auto& [pid, tag] : orphans_.all()) {
        if (is_spared(pid)) continue;
        ++strays;
        kill(pid, SIGKILL);  // a child that nobody has collected: the pid is its own
        UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
        if (!pidfd) continue;
        ++*alive;
        watches.emplace_back(executor_, std::move(pidfd), [alive, &all_ended] {
            if (--*alive == 0) all_ended.release();
        });
    }
    return strays + orphans_.undecided();
}

Awaitable<std::size_t> ProcessHost::end_strays(TimePoint give_up_at) {
    Latch all_ended(executor_);
    std::vector<ProcessWatch> watches;
    const TimePoint end = std::max(give_up_at, now() + death_patience);
    while (end_strays_once(all_ended, watches) > 0) {
        const TimePoint soon = now() + undecided_delay;
        co_await sleep_until(orphans_.undecided() > 0 ? soon : end, all_ended);
        if (now() < end) continue;
        // Who has died of the last round is not left behind.
        collect_unknown();
        orphans_.refresh(now());
        break;
    }
    co_return orphans_.all().size() + orphans_.undecided();
}

}  // namespace launcher
