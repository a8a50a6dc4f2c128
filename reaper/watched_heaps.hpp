/// The heaps that a watch waits for, by name, and when each is to be looked at again: by a pidfd of
/// its owner where that can be had, else by time. Knows nothing of locks and verdicts: those are
/// found out by who looks. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "os/process_id.hpp"
#include "os/unique_fd.hpp"
#include "reaper/scan.hpp"

namespace reaper {

class WatchedHeaps {
public:
    using Clock = std::chrono::steady_clock;

    /// Adds pidfds to `epoll`, `pidfds_max` at most, each with itself as data. What it cannot do is
    /// announced once.
    WatchedHeaps(int epoll, std::size_t pidfds_max, std::function<void(std::string_view)> announce);

    /// A look found the heap live.
    void await_death(const FileRecord& record);
    /// A look found that nothing can be done about the file now.
    void await_change(const FileRecord& record);
    void forget(const std::string& name);
    void clear();

    /// Something says that the owner of the file has let it go: the next looks come soon, whatever
    /// its pidfd says. Null when the file is not known; valid until the next call.
    const std::string* expect_death(ino_t inode);
    /// Whose owner a readable pidfd says has ended; the pidfd is closed.
    std::optional<std::string> take_ended(int pidfd);
    /// Names whose time has come.
    std::vector<std::string> take_due(Clock::time_point now);
    [[nodiscard]] Clock::time_point next_due() const;

    /// Looking at all that was due took so long. The interval grows with it, so that looking never
    /// takes more than a fiftieth of a processor.
    void note_cost(Clock::duration took);
    [[nodiscard]] Clock::duration interval() const { return interval_; }

    /// Whether this was not said of the file before.
    bool is_news(const FileRecord& record, const std::string& message);

    [[nodiscard]] bool knows(const std::string& name) const { return heaps_.contains(name); }
    [[nodiscard]] bool knows(const std::string& name, ino_t inode) const;
    [[nodiscard]] std::set<std::string> names() const;
    [[nodiscard]] std::size_t count() const { return heaps_.size() - count_failed(); }
    [[nodiscard]] std::size_t count_failed() const;

private:
    struct Heap {
        ino_t inode = 0;
        shmheap::os::UniqueFd owner;  // readable as soon as it has ended
        bool is_owner_sought = false;
        Clock::duration pause{};  // before the look that is due; 0: none is due by time
        Clock::time_point due = Clock::time_point::max();
        std::string complaint;  // what was told of it
    };

    Heap& enter(const FileRecord& record);
    void watch_owner(const FileRecord& record, Heap& heap);
    void announce_once(std::string_view what);
    void look_in(const std::string& name, Heap& heap, Clock::duration pause);

    int epoll_;
    std::size_t pidfds_max_;
    std::function<void(std::string_view)> announce_;
    bool is_announced_ = false;
    shmheap::os::ProcessId self_ = shmheap::os::own_process_id();
    Clock::duration interval_;
    std::unordered_map<std::string, Heap> heaps_;
    std::unordered_map<ino_t, std::string> by_inode_;
    std::unordered_map<int, std::string> by_pidfd_;
    std::set<std::pair<Clock::time_point, std::string>> due_;
};

}  // namespace reaper
