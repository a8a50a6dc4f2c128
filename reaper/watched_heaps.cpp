#include "reaper/watched_heaps.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "reaper/watch.hpp"

namespace reaper {
namespace {

using std::chrono::milliseconds;

/// The kernel may drop a lock some milliseconds after it says that a process has ended, or that a
/// file is let go.
constexpr milliseconds pause_min{1};
/// So long a hint is followed while the owner runs.
constexpr milliseconds hint_pause_max{64};
constexpr std::chrono::minutes change_pause_max{5};
constexpr int cost_share = 50;

/// The owner of a live heap as this process sees it; 0 when it cannot.
pid_t visible_owner(const FileRecord& record, const shmheap::os::ProcessId& self) {
    if (record.format == Format::redhawk) return record.redhawk_creator;
    const bool is_of_our_namespace =
        self.pid_namespace != 0 && record.heap.pid_namespace == self.pid_namespace;
    return is_of_our_namespace ? record.heap.creator_pid : 0;
}

}  // namespace

WatchedHeaps::WatchedHeaps(int epoll, std::size_t pidfds_max,
                           std::function<void(std::string_view)> announce)
    : epoll_(epoll),
      pidfds_max_(pidfds_max),
      announce_(std::move(announce)),
      interval_(watch_interval) {}

WatchedHeaps::Heap& WatchedHeaps::enter(const FileRecord& record) {
    const auto known = heaps_.find(record.name);
    if (known != heaps_.end() && known->second.inode == record.status.st_ino) return known->second;
    forget(record.name);
    by_inode_[record.status.st_ino] = record.name;
    Heap& heap = heaps_[record.name];
    heap.inode = record.status.st_ino;
    return heap;
}

void WatchedHeaps::await_death(const FileRecord& record) {
    Heap& heap = enter(record);
    heap.complaint.clear();
    if (!heap.is_owner_sought) watch_owner(record, heap);
    const Clock::duration longest = heap.owner ? Clock::duration(hint_pause_max) : interval_;
    const bool is_hint_over = heap.pause == Clock::duration() || heap.pause * 2 > longest;
    if (!is_hint_over) return look_in(record.name, heap, heap.pause * 2);
    look_in(record.name, heap, heap.owner ? Clock::duration() : interval_);
}

void WatchedHeaps::await_change(const FileRecord& record) {
    Heap& heap = enter(record);
    look_in(record.name, heap,
            std::clamp<Clock::duration>(heap.pause * 2, interval_,
                                        std::max<Clock::duration>(change_pause_max, interval_)));
}

/// A pidfd is opened by a number, which may be another's by now: it counts only if the process
/// that has the number after that is the owner still. Of a REDHAWK heap only a second look tells.
void WatchedHeaps::watch_owner(const FileRecord& record, Heap& heap) {
    heap.is_owner_sought = true;
    const pid_t pid = visible_owner(record, self_);
    if (pid == 0) return;
    if (by_pidfd_.size() >= pidfds_max_)
        return announce_once("the limit of open files (ulimit -n)");
    heap.owner.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!heap.owner) {
        if (errno != ESRCH) announce_once(std::generic_category().message(errno));
        return;
    }
    if (record.format == Format::heap) {
        const auto started = shmheap::os::process_start_ticks(pid);
        if (!started || *started != record.heap.creator_start_ticks) return heap.owner.reset();
    } else {
        heap.pause = pause_min;
    }
    epoll_event event{.events = EPOLLIN, .data = {.fd = heap.owner.get()}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, heap.owner.get(), &event) != 0) {
        announce_once(std::generic_category().message(errno));
        return heap.owner.reset();
    }
    by_pidfd_[heap.owner.get()] = record.name;
}

void WatchedHeaps::announce_once(std::string_view what) {
    if (std::exchange(is_announced_, true)) return;
    announce_(
        fmt::format("not every owner can be watched by a pidfd ({}); heaps of the others are "
                    "looked at every {} s",
                    what, watch_interval.count()));
}

/// Long pauses end together, so that a thousand heaps wake the process once.
void WatchedHeaps::look_in(const std::string& name, Heap& heap, Clock::duration pause) {
    if (heap.due != Clock::time_point::max()) due_.erase({heap.due, name});
    heap.pause = pause;
    heap.due = Clock::time_point::max();
    if (pause == Clock::duration()) return;
    heap.due = Clock::now() + pause;
    if (pause >= interval_) heap.due -= heap.due.time_since_epoch() % interval_;
    due_.emplace(heap.due, name);
}

void WatchedHeaps::forget(const std::string& name) {
    const auto found = heaps_.find(name);
    if (found == heaps_.end()) return;
    Heap& heap = found->second;
    if (heap.due != Clock::time_point::max()) due_.erase({heap.due, name});
    if (heap.owner) by_pidfd_.erase(heap.owner.get());
    const auto named = by_inode_.find(heap.inode);
    if (named != by_inode_.end() && named->second == name) by_inode_.erase(named);
    heaps_.erase(found);
}

void WatchedHeaps::clear() {
    heaps_.clear();
    by_inode_.clear();
    by_pidfd_.clear();
    due_.clear();
}

const std::string* WatchedHeaps::expect_death(ino_t inode) {
    const auto found = by_inode_.find(inode);
    if (found == by_inode_.end()) return nullptr;
    heaps_.at(found->second).pause = pause_min;
    return &found->second;
}

std::optional<std::string> WatchedHeaps::take_ended(int pidfd) {
    const auto found = by_pidfd_.find(pidfd);
    if (found == by_pidfd_.end()) return {};
    std::string name = std::move(found->second);
    by_pidfd_.erase(found);
    Heap& heap = heaps_.at(name);
    heap.owner.reset();
    heap.pause = pause_min;
    return name;
}

std::vector<std::string> WatchedHeaps::take_due(Clock::time_point now) {
    std::vector<std::string> names;
    while (!due_.empty() && due_.begin()->first <= now) {
        names.push_back(due_.begin()->second);
        heaps_.at(names.back()).due = Clock::time_point::max();
        due_.erase(due_.begin());
    }
    return names;
}

WatchedHeaps::Clock::time_point WatchedHeaps::next_due() const {
    return due_.empty() ? Clock::time_point::max() : due_.begin()->first;
}

void WatchedHeaps::note_cost(Clock::duration took) {
    interval_ = std::max<Clock::duration>(watch_interval, took * cost_share);
}

bool WatchedHeaps::is_news(const FileRecord& record, const std::string& message) {
    Heap& heap = enter(record);
    return std::exchange(heap.complaint, message) != message;
}

bool WatchedHeaps::knows(const std::string& name, ino_t inode) const {
    const auto found = heaps_.find(name);
    return found != heaps_.end() && found->second.inode == inode;
}

std::set<std::string> WatchedHeaps::names() const {
    std::set<std::string> all;
    for (const auto& [name, heap] : heaps_)
        all.insert(name);
    return all;
}

std::size_t WatchedHeaps::count_failed() const {
    return static_cast<std::size_t>(
        std::count_if(heaps_.begin(), heaps_.end(),
                      [](const auto& each) { return !each.second.complaint.empty(); }));
}

}  // namespace reaper
