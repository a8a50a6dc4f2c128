/// A Process of the ProcessHost: the leader it started, or adopted, and the members of its tree as
/// far as they have been found. Finds them in the component's control group if it has one, and from
/// two ends: harrier's orphans that bear the tag, and the children of every member. Holds a pidfd
/// for each, so that nobody is signalled for having inherited a pid.
///
/// A leader that was adopted is a child of somebody else, who collects it when he likes: its exit
/// is Unknown, its process group is not signalled as such, since that number may be anybody's, and
/// its orphans are not harrier's: without a control group they are looked for by the tag in all of
/// /proc. Owned by the component's coroutine; main
/// thread only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "launcher/supervise/announcements.hpp"
#include "launcher/supervise/child.hpp"
#include "launcher/supervise/host.hpp"
#include "launcher/supervise/kept.hpp"
#include "launcher/supervise/process_watch.hpp"

namespace launcher {

class Cgroup;
class ProcessHost;

/// What a start has made.
struct NewProcess {
    Child child;
    std::unique_ptr<Announcements> announcements = {};  ///< null when it has nothing to say
    Cgroup* group = nullptr;                            ///< the one that it was born in, if any
    std::optional<KeptRecord> record = {};              ///< of who is to be kept
    bool is_adopted = false;                            ///< it is no child of this harrier
};

class LaunchedProcess final : public Process {
public:
    LaunchedProcess(ProcessHost& host, const SpawnRequest& request, NewProcess made);
    LaunchedProcess(const LaunchedProcess&) = delete;
    LaunchedProcess& operator=(const LaunchedProcess&) = delete;
    ~LaunchedProcess() override;

    [[nodiscard]] CarriedProcess carry() const override;
    [[nodiscard]] pid_t pid() const override { return pid_; }
    [[nodiscard]] std::optional<Exit> exit() override;
    [[nodiscard]] Report take_report() override;
    void signal(int number, Audience audience) override;
    void forward(int number) override;
    [[nodiscard]] std::size_t survivors() override;
    void note_ready() override;
    void collect() override;

    /// Its end will be noticed.
    [[nodiscard]] bool is_watched() const { return leader_.pidfd() >= 0; }

private:
    using Members = std::map<pid_t, ProcessWatch>;

    void leader_ended();
    void member_ended();
    void look_again_soon();
    void signal_group(int number) const;
    void walk();
    bool admit(pid_t pid, pid_t parent);
    bool take_in(pid_t pid, shmheap::os::UniqueFd pidfd);
    void take_in_group();
    bool group_is_populated();
    void tell(pid_t pid, const ProcessWatch& member, int number) const;

    ProcessHost& host_;
    Latch& latch_;
    std::string component_;
    std::string tag_;
    pid_t pid_;
    Cgroup* group_;  // or nullptr
    // These two are made when somebody is left who may have to be waited for.
    std::unique_ptr<Timer> next_look_;
    std::unique_ptr<StreamDescriptor> group_events_;
    ProcessWatch leader_;
    Members members_;           // by pid; a watch outlives its process
    std::size_t alive_ = 0;     // members of the last look that have not ended since
    std::uint64_t last_event_;  // an older list of orphans may lack some
    std::optional<int> told_;   // what the whole tree was told, latecomers included
    std::optional<Exit> exit_;
    std::unique_ptr<Announcements> announcements_;
    std::unique_ptr<KeptRecord> record_;  // or null
    bool is_adopted_;
    std::shared_ptr<void> life_ = std::make_shared<char>();  // told by who waits for a turn
};

}  // namespace launcher
