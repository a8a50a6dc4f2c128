/// The real Host: time is the steady clock, processes are real. Alone in using Boost.Process and in
/// calling waitid(2): whoever else collected a child would free a pid that somebody still counts
/// on.
///
/// Children are found to have ended through their pidfds. What harrier never started but was given
/// as a subreaper is collected when it dies, by pid, unless a component that is just ending still
/// needs it. Main thread only.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/observe/output.hpp"
#include "launcher/supervise/cgroup.hpp"
#include "launcher/supervise/child.hpp"
#include "launcher/supervise/host.hpp"
#include "launcher/supervise/orphans.hpp"
#include "launcher/supervise/process_watch.hpp"
#include "launcher/supervise/survivors.hpp"
#include "launcher/supervise/turns.hpp"

namespace launcher {

class ExecProbe;
class LaunchedProcess;
struct NewProcess;

class ProcessHost final : public Host {
public:
    /// `open_files` is the limit for children. The process should be a child subreaper already.
    /// `containment` may be nullptr.
    /// Errors: as ChildLauncher::create().
    static shmheap::Result<std::unique_ptr<ProcessHost>> create(
        Executor executor, Output& output, const rlimit& open_files,
        std::unique_ptr<Containment> containment);

    /// From now on components that are to be kept are, with their files in that run directory;
    /// `survivors` can be adopted.
    void keep(const std::string& run_directory, Survivors survivors);

    /// The processes that another program of this process leaves to this one, and the components
    /// of which some were left alone. Before the loop runs: who has ended meanwhile waits till
    /// resume().
    void inherit(const std::vector<CarriedProcess>& processes,
                 const std::vector<std::string>& spared);

    /// The latter, for inherit().
    [[nodiscard]] const std::set<std::string, std::less<>>& spared() const { return spared_; }

    /// The lock of the control groups; -1 without them.
    [[nodiscard]] int containment_lock() const { return containment_ ? containment_->lock() : -1; }

    [[nodiscard]] TimePoint now() override { return Clock::now(); }
    Awaitable<void> sleep_until(TimePoint time, Latch& latch) override;
    Awaitable<void> turn() override;
    Awaitable<shmheap::Result<std::unique_ptr<Process>>> spawn(
        const SpawnRequest& request) override;
    [[nodiscard]] unsigned survivor(const std::string& component) override;
    [[nodiscard]] bool survivor_is_changed(const std::string& component) override;
    shmheap::Result<std::unique_ptr<Process>> adopt(const SpawnRequest& request) override;
    shmheap::Result<std::unique_ptr<Process>> resume(const SpawnRequest& request,
                                                     const CarriedProcess& carried) override;
    std::unique_ptr<Probe> probe(const SpawnRequest& request, const Process& process) override;
    void forget(const std::string& component) override;
    Awaitable<std::size_t> end_strays(TimePoint give_up_at) override;

    /// How a process ended, which it has; it stays in the process table.
    static Exit peek(int pidfd);

    /// Takes a process that has ended out of the process table.
    static void collect(int pidfd);

private:
    friend class ExecProbe;
    friend class LaunchedProcess;

    ProcessHost(Executor executor, Output& output, ChildLauncher launcher,
                std::unique_ptr<Containment> containment);

    shmheap::Result<std::unique_ptr<Process>> spawn_now(const SpawnRequest& request);
    bool is_kept(const Descriptor& descriptor) const;
    static std::optional<KeptRecord> record_of(const SpawnRequest& request, pid_t pid);
    void write_record(const std::string& component, const KeptRecord& record) const;
    void end_survivor(const std::string& component, const Survivor& survivor);
    shmheap::Result<std::unique_ptr<Process>> take_over(const SpawnRequest& request,
                                                        Survivor& survivor);
    shmheap::Result<std::unique_ptr<Process>> watch(const SpawnRequest& request, NewProcess made);
    void await_child_signal();
    void collect_unknown();
    void refresh_orphans(std::uint64_t newer_than);
    std::size_t end_strays_once(Latch& all_ended, std::vector<ProcessWatch>& watches);
    bool is_spared(pid_t pid) const;

    Executor executor_;
    Turns turns_;  // of components that start, and of those whose leader has ended
    Output& output_;
    ChildLauncher launcher_;
    std::unique_ptr<Containment> containment_;
    Orphans orphans_;
    TimePoint orphans_listed_{};
    std::set<std::string, std::less<>> ending_;  // tags whose orphans their process collects
    std::set<std::string, std::less<>> spared_;  // components that leave processes behind
    std::optional<KeptFiles> kept_files_;
    Survivors survivors_;
    SignalSet child_signal_;
};

}  // namespace launcher
