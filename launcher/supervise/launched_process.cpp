#include "launcher/supervise/launched_process.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <utility>
#include <vector>

#include "launcher/supervise/leftovers.hpp"
#include "launcher/supervise/process_host.hpp"
#include "launcher/supervise/process_tree.hpp"

namespace launcher {
namespace {

constexpr pid_t nobody = -1;  // who is nobody's parent

void send(int pidfd, int number) {
    syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0);
}

/// A stopped process cannot act on a signal before it runs again.
void send_and_wake(int pidfd, int number) {
    send(pidfd, number);
    if (number != SIGKILL) send(pidfd, SIGCONT);
}

}  // namespace

LaunchedProcess::LaunchedProcess(ProcessHost& host, const SpawnRequest& request, NewProcess made)
    : host_(host),
      latch_(request.latch),
      component_(request.descriptor.name),
      tag_(request.tag),
      pid_(made.child.pid),
      group_(made.group),
      leader_(host.executor_, std::move(made.child.pidfd), [this] { leader_ended(); }),
      last_event_(host.orphans_.tick()),
      announcements_(std::move(made.announcements)),
      record_(made.record ? std::make_unique<KeptRecord>(std::move(*made.record)) : nullptr),
      is_adopted_(made.is_adopted) {
    if (announcements_) announcements_->begin(pid_);
    if (!is_adopted_) host_.orphans_.add_leader(pid_, tag_);
}

LaunchedProcess::~LaunchedProcess() {
    if (!is_adopted_) host_.orphans_.remove_leader(pid_);
    host_.ending_.erase(tag_);
}

CarriedProcess LaunchedProcess::carry() const {
    CarriedProcess carried{
        .tag = tag_, .pid = pid_, .pidfd = leader_.pidfd(), .is_adopted = is_adopted_};
    if (group_ != nullptr) carried.group = group_->name();
    if (announcements_) announcements_->carry(carried);
    return carried;
}

void LaunchedProcess::leader_ended() {
    host_.ending_.insert(tag_);
    last_event_ = host_.orphans_.tick();
    // What follows is to look for the rest of the tree and for heaps. By its turn that may have
    // been done because of a request, and the component, with its latch, be gone.
    host_.turns_.post([&latch = latch_, life = std::weak_ptr(life_)] {
        if (!life.expired()) latch.release();
    });
}

void LaunchedProcess::member_ended() {
    last_event_ = host_.orphans_.tick();
    if (alive_ > 0 && --alive_ == 0) latch_.release();
}

std::optional<Exit> LaunchedProcess::exit() {
    if (exit_ || !leader_.ended()) return exit_;
    if (is_adopted_) {
        exit_ = Unknown{};
    } else {
        exit_ = ProcessHost::peek(leader_.pidfd());
    }
    const auto* killed = std::get_if<Killed>(&*exit_);
    const bool may_be_killed = killed == nullptr ? is_adopted_ : killed->signal == SIGKILL;
    if (group_ != nullptr && may_be_killed) group_->suspect_kill();
    return exit_;
}

Report LaunchedProcess::take_report() {
    return announcements_ ? announcements_->take_report() : Report{};
}

void LaunchedProcess::signal(int number, Audience audience) {
    if (audience == Audience::leader) {
        send_and_wake(leader_.pidfd(), number);
        return;
    }
    if (number == SIGKILL && group_ != nullptr) group_->kill();
    signal_group(number);
    told_ = number;
    for (const auto& [pid, member] : members_)
        tell(pid, member, number);
    const bool is_alone = group_ != nullptr && group_->holds_nobody_but(pid_);
    if (!is_alone) walk();
}

/// The process group in one go: nobody can fork out of it in between. Its number is the pid of the
/// leader, who has not been collected; that of one who was adopted is not ours to keep.
void LaunchedProcess::signal_group(int number) const {
    if (is_adopted_) return send_and_wake(leader_.pidfd(), number);
    kill(-pid_, number);
    if (number != SIGKILL) kill(-pid_, SIGCONT);
}

void LaunchedProcess::note_ready() {
    if (!record_ || record_->is_ready) return;
    record_->is_ready = true;
    host_.write_record(component_, *record_);
}

void LaunchedProcess::forward(int number) {
    send(leader_.pidfd(), number);
}

void LaunchedProcess::tell(pid_t pid, const ProcessWatch& member, int number) const {
    if (member.ended()) return;
    // The group has been told; a second SIGTERM means more than one to many programs.
    if (number != SIGKILL && !is_adopted_ && kinship_of(pid).group == pid_) return;
    send_and_wake(member.pidfd(), number);
}

std::size_t LaunchedProcess::survivors() {
    // The rule. Looking for whoever might be somewhere else would take a thousand components that
    // end together most of their time.
    if (members_.empty() && leader_.ended() && group_ != nullptr && group_->is_empty()) return 0;
    walk();
    alive_ = static_cast<std::size_t>(
        std::count_if(members_.begin(), members_.end(),
                      [](const auto& member) { return !member.second.ended(); }));
    const std::size_t undecided = host_.orphans_.undecided();
    if (undecided > 0) look_again_soon();
    // Nobody was found, but somebody lives: in a group that a member made, or forked just now.
    const bool is_hidden = alive_ == 0 && leader_.ended() && group_is_populated();
    return alive_ + undecided + (is_hidden ? 1 : 0);
}

/// If it is, the latch is released when that changes. The order matters: a change after the read is
/// an event, one before is seen in what is read.
bool LaunchedProcess::group_is_populated() {
    if (group_ == nullptr) return false;
    ErrorCode error;
    if (!group_events_) {
        auto events = group_->open_events();
        if (!events) return false;
        auto descriptor = std::make_unique<StreamDescriptor>(host_.executor_);
        descriptor->assign(events->get(), error);
        if (error) return false;
        (void)events->release();
        group_events_ = std::move(descriptor);
    }
    group_events_->cancel(error);
    group_events_->async_wait(StreamDescriptor::wait_error,
                              [&latch = latch_, life = std::weak_ptr(life_)](ErrorCode failure) {
                                  if (!failure && !life.expired()) latch.release();
                              });
    return Cgroup::says_populated(group_events_->native_handle());
}

/// No event tells that an orphan has become somebody's. By then the listing is old, and the next
/// one serves all who wait for it. The completion may run when this process is no more; its latch
/// outlives it.
void LaunchedProcess::look_again_soon() {
    if (!next_look_) next_look_ = std::make_unique<Timer>(host_.executor_);
    next_look_->expires_after(undecided_delay);
    next_look_->async_wait([&latch = latch_, life = std::weak_ptr(life_)](ErrorCode error) {
        if (!error && !life.expired()) latch.release();
    });
}

/// From harrier's orphans and the leader downwards. Whoever is missed because its parent dies at
/// this moment is an orphan at the next look, and there is a next look as long as anybody lives.
void LaunchedProcess::walk() {
    take_in_group();
    host_.refresh_orphans(last_event_);
    std::vector<std::pair<pid_t, pid_t>> to_visit;  // process, parent
    std::set<pid_t> seen = {pid_};
    for (const pid_t orphan : host_.orphans_.of(tag_))
        to_visit.emplace_back(orphan, getpid());
    if (is_adopted_ && group_ == nullptr) {
        for (const pid_t bearer : processes_with_tag(tag_))
            to_visit.emplace_back(bearer, nobody);
    }
    if (!leader_.ended()) {
        for (const pid_t child : children_of(pid_))
            to_visit.emplace_back(child, pid_);
    }
    while (!to_visit.empty()) {
        const auto [pid, parent] = to_visit.back();
        to_visit.pop_back();
        if (!seen.insert(pid).second || !admit(pid, parent)) continue;
        for (const pid_t child : children_of(pid))
            to_visit.emplace_back(child, pid);
    }
}

/// Takes a process that was listed as the child of `parent` for a member, once a pidfd holds it
/// and a second look confirms it. False for what has ended or is not ours.
bool LaunchedProcess::admit(pid_t pid, pid_t parent) {
    const auto known = members_.find(pid);
    if (known != members_.end() && !known->second.ended()) return true;
    const bool is_orphan = parent == getpid();
    if (known != members_.end() && is_orphan) return false;  // a zombie: nobody took its pid
    shmheap::os::UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return false;
    const bool is_ours = is_orphan || kinship_of(pid).parent == parent ||
                         environment_value(pid, "SHMHEAP_TAG") == tag_;
    if (!is_ours) return false;
    return take_in(pid, std::move(pidfd));
}

/// A process that is ours, held by its pidfd. False when it cannot be watched.
bool LaunchedProcess::take_in(pid_t pid, shmheap::os::UniqueFd pidfd) {
    ProcessWatch watch(host_.executor_, std::move(pidfd), [this] { member_ended(); });
    if (watch.pidfd() < 0) return false;
    if (told_) tell(pid, watch, *told_);
    members_.insert_or_assign(pid, std::move(watch));
    return true;
}

/// Whoever is in the control group before its pidfd is opened and after it is the same process, and
/// is in the group.
void LaunchedProcess::take_in_group() {
    if (group_ == nullptr) return;
    std::map<pid_t, shmheap::os::UniqueFd> candidates;
    for (const pid_t pid : group_->processes()) {
        const auto known = members_.find(pid);
        if (pid == pid_ || (known != members_.end() && !known->second.ended())) continue;
        shmheap::os::UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
        if (pidfd) candidates.emplace(pid, std::move(pidfd));
    }
    if (candidates.empty()) return;
    for (const pid_t pid : group_->processes()) {
        const auto candidate = candidates.find(pid);
        if (candidate != candidates.end()) take_in(pid, std::move(candidate->second));
    }
}

void LaunchedProcess::collect() {
    host_.output_.drain(component_);
    for (const pid_t orphan : host_.orphans_.of(tag_)) {
        const auto member = members_.find(orphan);
        if (member == members_.end() || !member->second.ended()) continue;
        ProcessHost::collect(member->second.pidfd());
        host_.orphans_.forget(orphan);
    }
    ProcessHost::collect(leader_.pidfd());
    if (!is_adopted_) host_.orphans_.remove_leader(pid_);
    host_.ending_.erase(tag_);
    host_.collect_unknown();
}

}  // namespace launcher
