#include "launcher/supervise/cgroup.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "os/directory_stream.hpp"
#include "os/error.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::chrono::seconds emptying_patience{2};
constexpr int names_max = 100;  // of one component, while its former groups are still busy
constexpr const char* trial_name = "trial.";  // no component has a dot in its name

UniqueFd open_directory(int parent, const std::string& name) {
    return UniqueFd(openat(parent, name.c_str(), directory_flags));
}

/// All of a small file of a control group; empty when it cannot be read.
std::string read_file(int directory, const char* name) {
    const UniqueFd file(openat(directory, name, O_RDONLY | O_CLOEXEC));
    std::string content;
    std::array<char, 4096> chunk{};
    for (;;) {
        const ssize_t count = file ? read(file.get(), chunk.data(), chunk.size()) : 0;
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return content;
        content.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

/// Where the hierarchy of version 2 is mounted, and which of its groups is seen there.
struct Mount {
    std::string root;
    std::string point;
};

/// The fields of /proc/self/mountinfo are in proc(5): root and mount point are the fourth and the
/// fifth, the type stands after a hyphen.
std::optional<Mount> find_mount() {
    std::ifstream table("/proc/self/mountinfo");
    for (std::string line; std::getline(table, line);) {
        std::istringstream words(line);
        std::string skipped;
        Mount mount;
        words >> skipped >> skipped >> skipped >> mount.root >> mount.point;
        while (words >> skipped && skipped != "-") {
        }
        std::string type;
        if (words >> type && type == "cgroup2") return mount;
    }
    return std::nullopt;
}

/// The group of this process, as a path in the hierarchy; it begins with "/.." when it lies outside
/// of this process's namespace.
std::optional<std::string> own_group() {
    std::ifstream table("/proc/self/cgroup");
    for (std::string line; std::getline(table, line);) {
        constexpr std::string_view version_2 = "0::";
        if (line.starts_with(version_2)) return line.substr(version_2.size());
    }
    return std::nullopt;
}

/// Empty when there is none that we could see.
UniqueFd open_own_group() {
    const auto mount = find_mount();
    auto path = own_group();
    if (!mount || !path || path->starts_with("/..")) return {};
    if (mount->root != "/") {
        if (!path->starts_with(mount->root)) return {};
        path->erase(0, mount->root.size());
    }
    return UniqueFd(open((mount->point + '/' + *path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::string prefix_of(std::string_view application) {
    return "harrier-" + std::string(application) + '-';
}

std::vector<std::string> names_below(int directory) {
    std::vector<std::string> names;
    const auto entries = shmheap::os::open_directory_stream(directory, ".");
    while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    return names;
}

std::vector<pid_t> processes_in(int directory) {
    std::vector<pid_t> pids;
    const std::string content = read_file(directory, "cgroup.procs");
    const char* at = content.data();
    const char* const end = at + content.size();
    for (pid_t pid = 0; at != end; ++at) {
        const auto [after, error] = std::from_chars(at, end, pid);
        if (error != std::errc() || after == end) break;
        pids.push_back(pid);
        at = after;
    }
    return pids;
}

/// Those in the groups below, too.
std::vector<pid_t> all_processes_in(int directory) {
    std::vector<pid_t> pids = processes_in(directory);
    for (const std::string& name : names_below(directory)) {
        if (const UniqueFd below = open_directory(directory, name)) {
            const auto more = all_processes_in(below.get());
            pids.insert(pids.end(), more.begin(), more.end());
        }
    }
    return pids;
}

/// The groups below first, if there are any, as rmdir(2) wants it. Where somebody lives they stay.
void remove_tree(int parent, const std::string& name) {
    if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno != EBUSY) return;
    if (const UniqueFd directory = open_directory(parent, name)) {
        for (const std::string& below : names_below(directory.get()))
            remove_tree(directory.get(), below);
    }
    unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

void kill_all(int directory) {
    const UniqueFd file(openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC));
    if (file && write(file.get(), "1", 1) != 1) return;  // those who live on are seen to live
}

void await_emptiness(int directory) {
    const UniqueFd events(openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC));
    const auto deadline = Clock::now() + emptying_patience;
    while (events && Cgroup::says_populated(events.get())) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return;
        pollfd change{.fd = events.get(), .events = POLLPRI, .revents = 0};
        poll(&change, 1, static_cast<int>(left.count()));
    }
}

/// In place of a former one that is not busy any more.
Result<Cgroup> make_or_replace(int parent, const std::string& name) {
    auto made = Cgroup::make(parent, name);
    if (made || made.error().code != EEXIST) return made;
    remove_tree(parent, name);
    return Cgroup::make(parent, name);
}

bool holds_any(int directory, const std::vector<pid_t>& wanted) {
    const auto pids = wanted.empty() ? std::vector<pid_t>() : all_processes_in(directory);
    return std::any_of(pids.begin(), pids.end(), [&wanted](pid_t pid) {
        return std::find(wanted.begin(), wanted.end(), pid) != wanted.end();
    });
}

/// Ends who lives in it and below, and removes it. Returns how many that were.
std::size_t end_group(int parent, const std::string& name) {
    const UniqueFd directory = open_directory(parent, name);
    if (!directory) return 0;
    const std::size_t count = all_processes_in(directory.get()).size();
    kill_all(directory.get());
    await_emptiness(directory.get());
    remove_tree(parent, name);
    return count;
}

/// Whether a child that is born in a new group below lives to do something, here: to exit.
bool survives_birth(int directory) {
    const auto group = Cgroup::make(directory, trial_name);
    if (!group) return false;
    clone_args arguments{};
    arguments.flags = CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<std::uint64_t>(group->fd());
    // Without a stack it is a fork(2); without a signal nobody hears of its end but who asks.
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid == 0) syscall(SYS_exit_group, 0);
    if (pid < 0) return false;
    int status = -1;
    while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR) {
    }
    return status == 0;
}

}  // namespace

Result<Cgroup> Cgroup::make(int parent, const std::string& name) {
    if (mkdirat(parent, name.c_str(), 0755) != 0)
        return shmheap::os::error("make control group", name);
    return open(parent, name);
}

Result<Cgroup> Cgroup::open(int parent, const std::string& name) {
    UniqueFd directory = open_directory(parent, name);
    if (!directory) return shmheap::os::error("open control group", name);
    return Cgroup(parent, name, std::move(directory));
}

Cgroup::~Cgroup() {
    if (directory_) remove_tree(parent_, name_);
}

std::vector<pid_t> Cgroup::processes() const {
    return processes_in(fd());
}

bool Cgroup::holds_nobody_but(pid_t pid) const {
    // A directory of this file system has a link by each directory in it, and two more.
    struct stat status {};
    if (fstat(fd(), &status) != 0 || status.st_nlink != 2) return false;
    const auto inhabitants = processes();
    return std::all_of(inhabitants.begin(), inhabitants.end(),
                       [pid](pid_t inhabitant) { return inhabitant == pid; });
}

void Cgroup::kill() {
    may_be_killed_ = true;
    kill_all(fd());
}

bool Cgroup::is_empty() const {
    const auto events = open_events();
    return events && !says_populated(events->get());
}

Result<UniqueFd> Cgroup::open_events() const {
    UniqueFd events(openat(fd(), "cgroup.events", O_RDONLY | O_CLOEXEC));
    if (!events) return shmheap::os::error("open events of control group", name_);
    return events;
}

bool Cgroup::says_populated(int events) {
    std::array<char, 128> content{};
    const ssize_t count = pread(events, content.data(), content.size(), 0);
    const std::string_view text(content.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text.find("populated 1") != std::string_view::npos;
}

std::unique_ptr<Containment> Containment::create(std::string_view application,
                                                 std::string_view instance) {
    const char* setting = std::getenv("HARRIER_CGROUP");
    if (setting != nullptr && std::string_view(setting) == "disable") return nullptr;
    UniqueFd base = open_own_group();
    if (!base) return nullptr;
    const std::string name = prefix_of(application) + std::string(instance);
    if (mkdirat(base.get(), name.c_str(), 0755) != 0 && errno != EEXIST) return nullptr;
    UniqueFd directory = open_directory(base.get(), name);
    const bool is_usable = directory && flock(directory.get(), LOCK_EX | LOCK_NB) == 0 &&
                           faccessat(directory.get(), "cgroup.kill", W_OK, 0) == 0 &&
                           survives_birth(directory.get());
    std::unique_ptr<Containment> containment(
        new Containment(std::move(base), name, std::move(directory)));
    return is_usable ? std::move(containment) : nullptr;
}

std::unique_ptr<Containment> Containment::resume(std::string_view application,
                                                 std::string_view instance, UniqueFd lock) {
    return std::unique_ptr<Containment>(new Containment(
        open_own_group(), prefix_of(application) + std::string(instance), std::move(lock)));
}

Containment::~Containment() {
    groups_.clear();
    remove_tree(base_.get(), name_);  // with former groups that were busy when they were given up
}

Cgroup* Containment::of(const std::string& component) {
    const auto known = groups_.find(component);
    if (known != groups_.end() && !known->second.may_be_killed()) return &known->second;
    if (known != groups_.end()) groups_.erase(known);
    for (int i = 1; i <= names_max; ++i) {
        const std::string name = i == 1 ? component : component + '.' + std::to_string(i);
        auto made = make_or_replace(directory_.get(), name);
        if (made) return &groups_.emplace(component, std::move(*made)).first->second;
        if (made.error().code != EEXIST) return nullptr;
    }
    return nullptr;
}

Cgroup* Containment::take_over(const std::string& component, pid_t pid) {
    for (const std::string& name : names_below(directory_.get())) {
        if (name != component && !name.starts_with(component + '.')) continue;
        const UniqueFd directory = open_directory(directory_.get(), name);
        if (!directory || !holds_any(directory.get(), {pid})) continue;
        auto group = Cgroup::open(directory_.get(), name);
        if (group) return &groups_.emplace(component, std::move(*group)).first->second;
    }
    return nullptr;
}

Cgroup* Containment::resume_group(const std::string& component, const std::string& name) {
    auto group = Cgroup::open(directory_.get(), name);
    return group ? &groups_.emplace(component, std::move(*group)).first->second : nullptr;
}

std::size_t Containment::end_leftovers(std::string_view application,
                                       const std::vector<pid_t>& spared) {
    std::size_t ended = 0;
    const UniqueFd base = open_own_group();
    if (!base) return ended;
    const std::string prefix = prefix_of(application);
    for (const std::string& name : names_below(base.get())) {
        // The rest of the name is a uuid: what looks longer belongs to an application whose name
        // begins like ours.
        if (!name.starts_with(prefix) || name.find('-', prefix.size()) != std::string::npos)
            continue;
        const UniqueFd directory = open_directory(base.get(), name);
        struct stat status {};
        const bool is_dead = directory && fstat(directory.get(), &status) == 0 &&
                             status.st_uid == geteuid() &&
                             flock(directory.get(), LOCK_EX | LOCK_NB) == 0;
        if (!is_dead) continue;
        if (!holds_any(directory.get(), spared)) {
            ended += end_group(base.get(), name);
            continue;
        }
        // One by one, for nobody could be born in the upper group any more if that was killed.
        for (const std::string& below : names_below(directory.get())) {
            const UniqueFd component = open_directory(directory.get(), below);
            if (component && !holds_any(component.get(), spared))
                ended += end_group(directory.get(), below);
        }
    }
    return ended;
}

}  // namespace launcher
