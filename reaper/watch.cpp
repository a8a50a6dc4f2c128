#include "reaper/watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

#include "os/error.hpp"
#include "reaper/directory_events.hpp"
#include "reaper/escape.hpp"
#include "reaper/watched_heaps.hpp"

namespace reaper {
namespace {

using shmheap::Result;
using shmheap::Status;
using shmheap::os::ShmDirectory;
using shmheap::os::UniqueFd;
using Clock = WatchedHeaps::Clock;

constexpr int events_max = 64;
/// Descriptors that are not given to pidfds: for the directory, and for the file that is looked at.
constexpr rlim_t descriptors_kept = 32;

std::string reason(int code) {
    return std::generic_category().message(code);
}

/// Raises the limit of open files as far as it goes; how many pidfds there may be then.
std::size_t pidfds_max() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur - std::min(limit.rlim_cur, descriptors_kept);
}

class Watch {
public:
    Watch(const std::string& path, const WatchOutput& output) : path_(path), output_(output) {}

    Result<WatchReport> run();

private:
    Status prepare();
    Status follow(int fd, std::uint32_t events) const;
    Status enter_directory();
    void leave_directory(std::string_view why);
    void look_for_directory();
    [[nodiscard]] bool is_directory_the_same() const;
    Status read_directory();

    void take_events();
    void look_at_due();
    void look(const std::string& name);
    void clean(const std::string& name);
    [[nodiscard]] int wait_time_ms() const;

    const std::string& path_;
    const WatchOutput& output_;
    UniqueFd epoll_;
    UniqueFd signals_;
    UniqueFd mounts_;  // empty: mounts cannot be followed
    std::optional<ShmDirectory> directory_;
    std::optional<DirectoryEvents> events_;  // nothing: the directory is read at intervals
    std::optional<WatchedHeaps> heaps_;
    std::optional<Scanner> scanner_;  // of one turn: what it remembers of processes grows old
    FileRecord record_;
    /// When the directory is read, or looked for, without an event.
    Clock::time_point turn_ = Clock::time_point::max();
    WatchReport report_;
};

Status Watch::follow(int fd, std::uint32_t events) const {
    epoll_event event{.events = events, .data = {.fd = fd}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
    return shmheap::os::error("wait for events of", path_);
}

Status Watch::prepare() {
    epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_) return shmheap::os::error("wait for events of", path_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return shmheap::os::error("wait for events of", path_);
    heaps_.emplace(epoll_.get(), pidfds_max(),
                   [this](std::string_view what) { output_.announce(what); });
    mounts_.reset(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    if (mounts_ && !follow(mounts_.get(), EPOLLPRI)) mounts_.reset();
    return follow(signals_.get(), EPOLLIN);
}

bool Watch::is_directory_the_same() const {
    struct stat there {};
    struct stat ours {};
    return ::stat(path_.c_str(), &there) == 0 && ::fstat(directory_->fd(), &ours) == 0 &&
           there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
}

/// Events first, then what is there already, so that nothing falls between the two.
Status Watch::enter_directory() {
    auto opened = ShmDirectory::open(path_);
    if (!opened) return tl::unexpected(opened.error());
    directory_.emplace(std::move(*opened));
    scanner_.emplace(*directory_);
    auto events = DirectoryEvents::open(*directory_);
    Status followed;
    if (events) {
        events_.emplace(std::move(*events));
        followed = follow(events_->fd(), EPOLLIN);
    }
    if (!events || !followed) {
        events_.reset();
        const int code = events ? followed.error().code : events.error().code;
        output_.announce(fmt::format(
            "no events of {} ({}), it is read every {} s instead; fs.inotify.max_user_instances "
            "limits them",
            escape(path_), reason(code), watch_interval.count()));
    }
    const auto entered = read_directory();
    turn_ = events_ ? Clock::time_point::max() : Clock::now() + watch_interval;
    return entered;
}

void Watch::leave_directory(std::string_view why) {
    heaps_->clear();
    events_.reset();
    scanner_.reset();
    directory_.reset();
    turn_ = Clock::now();  // it may be back already
    output_.announce(fmt::format("{} {}, it is looked for every {} s until it is back",
                                 escape(path_), why, watch_interval.count()));
}

void Watch::look_for_directory() {
    if (const auto entered = enter_directory(); !entered) {
        heaps_->clear();
        events_.reset();
        scanner_.reset();
        directory_.reset();
        turn_ = Clock::now() + watch_interval;
        return;
    }
    output_.announce(
        fmt::format("{} is back, with {} heap(s) in use", escape(path_), heaps_->count()));
}

/// Looks at everything that is not known already.
Status Watch::read_directory() {
    const auto entries = scanner_->entries();
    if (!entries) return tl::unexpected(entries.error());
    std::set<std::string> gone = heaps_->names();
    for (const DirectoryEntry& entry : *entries) {
        gone.erase(entry.name);
        if (entry.type != DT_REG && entry.type != DT_UNKNOWN) continue;
        if (!heaps_->knows(entry.name, entry.inode)) look(entry.name);
    }
    for (const std::string& name : gone)
        heaps_->forget(name);
    return {};
}

void Watch::look(const std::string& name) {
    if (!scanner_->look({name, DT_UNKNOWN}, record_)) return heaps_->forget(name);
    switch (record_.verdict) {
        case Verdict::live:
            return heaps_->await_death(record_);
        case Verdict::orphaned:
            return clean(name);
        case Verdict::foreign:
            return heaps_->await_change(record_);
        case Verdict::unreadable:
            if (heaps_->knows(name, record_.status.st_ino)) heaps_->await_change(record_);
            return;
        case Verdict::damaged:
        case Verdict::other:
            return heaps_->forget(name);
    }
}

void Watch::clean(const std::string& name) {
    CleanRequest request{.detailed = true, .asks_clients = true};
    request.among = {name};
    const FileRecord found = record_;
    bool is_removed = false;
    (void)run_clean(*directory_, request, [&](const CleanOutcome& outcome) {
        is_removed = outcome.result == CleanStatus::unlinked;
        if (is_removed) ++report_.removed;
        if (is_removed || heaps_->is_news(found, outcome.message)) output_.tell(outcome);
    });
    if (is_removed) return heaps_->forget(name);
    // Where nothing was told, another cleaner had the lock, who may be killed before it unlinks.
    heaps_->await_change(found);
}

void Watch::take_events() {
    const EventBatch batch = events_->take();
    if (batch.moved && !is_directory_the_same()) return leave_directory("is gone");
    for (const ino_t inode : batch.let_go)
        if (const std::string* name = heaps_->expect_death(inode)) look(std::string(*name));
    for (const std::string& name : batch.bound)
        look(name);
    for (const std::string& name : batch.touched)
        if (!heaps_->knows(name)) look(name);
    if (!batch.overflow) return;
    if (const auto read = read_directory(); !read) leave_directory("cannot be read");
}

void Watch::look_at_due() {
    const auto began = Clock::now();
    const auto due = heaps_->take_due(began);
    for (const std::string& name : due)
        look(name);
    if (!due.empty()) heaps_->note_cost(Clock::now() - began);
    if (turn_ > began) return;
    if (!directory_) return look_for_directory();
    turn_ = began + std::max<Clock::duration>(watch_interval, heaps_->interval());
    if (!is_directory_the_same()) return leave_directory("is gone");
    if (const auto read = read_directory(); !read) leave_directory("cannot be read");
}

/// Until something is due by time; -1: only an event counts.
int Watch::wait_time_ms() const {
    const auto next = std::min(turn_, heaps_->next_due());
    if (next == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

Result<WatchReport> Watch::run() {
    if (auto prepared = prepare(); !prepared) return tl::unexpected(prepared.error());
    if (auto entered = enter_directory(); !entered) return tl::unexpected(entered.error());
    output_.announce(fmt::format("watching {}, {} heap(s) in use", escape(path_), heaps_->count()));
    std::array<epoll_event, events_max> ready{};
    while (true) {
        const int count = ::epoll_wait(epoll_.get(), ready.data(), events_max, wait_time_ms());
        if (count < 0 && errno != EINTR) return shmheap::os::error("wait for events of", path_);
        if (directory_) scanner_.emplace(*directory_);
        for (int each = 0; each < count; ++each) {
            const int fd = ready[static_cast<std::size_t>(each)].data.fd;
            if (fd == signals_.get()) {
                signalfd_siginfo signal{};
                if (::read(fd, &signal, sizeof signal) != sizeof signal) continue;
                report_.signal = static_cast<int>(signal.ssi_signo);
                report_.failed = heaps_->count_failed();
                report_.watched = heaps_->count();
                return report_;
            }
            if (fd == mounts_.get()) {
                if (directory_ && !is_directory_the_same()) leave_directory("was mounted over");
            } else if (events_ && fd == events_->fd()) {
                take_events();
            } else if (const auto name = heaps_->take_ended(fd)) {
                look(*name);
            }
        }
        look_at_due();
    }
}

}  // namespace

Result<WatchReport> watch(const std::string& path, const WatchOutput& output) {
    return Watch(path, output).run();
}

}  // namespace reaper
