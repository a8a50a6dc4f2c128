/// Control groups: what lives in one ends with it, however it tries to get away. Where they may not
/// be written there is nothing to test but that harrier does without.
#include "launcher/supervise/cgroup.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "real_host.hpp"

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

/// A name that no other test run has at the same time, in forked processes too.
const std::string& own_name() {
    static const std::string name = "test-" + std::to_string(getpid());
    return name;
}

std::unique_ptr<Containment> containment_or_say() {
    auto made = Containment::create(own_name(), "0");
    if (!made) MESSAGE("control groups cannot be written here: nothing is tested");
    return made;
}

bool is_running(pid_t pid) {
    return pid > 0 && kill(pid, 0) == 0;
}

/// Not a zombie, either: init may not have collected it yet.
bool lives(pid_t pid) {
    const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    return pidfd && poll(&ended, 1, 0) == 0;
}

std::string path_of(const Cgroup& group) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(group.fd())).string();
}

void join(const Cgroup& group, pid_t pid) {
    const UniqueFd members(openat(group.fd(), "cgroup.procs", O_WRONLY | O_CLOEXEC));
    const std::string text = std::to_string(pid);
    REQUIRE(write(members.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

/// A process in `group` that waits until it is killed, and holds nothing of ours open any more.
pid_t start_sleeper(const Cgroup& group) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t pid = fork();
    if (pid == 0) {
        close_range(0, ~0U, 0);  // the lock of the instance among them, as exec would
        alarm(100);              // should the test fail
        pause();
        _exit(0);
    }
    close(ends[1]);
    char byte = 0;
    REQUIRE(read(ends[0], &byte, 1) == 0);
    close(ends[0]);
    join(group, pid);
    return pid;
}

int signal_that_ended(pid_t pid) {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// In /bin/sh: `count` processes in sessions of their own, without the tag, without a parent.
std::string fleeing(int count) {
    const std::string times = std::to_string(count);
    return "mkfifo ready; exec 3<>ready; "
           "for i in $(seq " +
           times +
           "); do "
           "env -i setsid sh -c '(echo x >&3; exec sleep 1000) &' & done; "
           "for i in $(seq " +
           times + "); do read x <&3; done; ";
}

}  // namespace

TEST_CASE("a group lists its processes, says whether anybody lives, and kills them all") {
    const auto containment = containment_or_say();
    if (!containment) return;
    Cgroup* group = containment->of("a");
    REQUIRE(group != nullptr);
    CHECK(containment->of("a") == group);
    const auto events = group->open_events();
    REQUIRE(events);
    CHECK_FALSE(Cgroup::says_populated(events->get()));
    const pid_t first = start_sleeper(*group);
    const pid_t second = start_sleeper(*group);
    const auto processes = group->processes();
    CHECK(std::set<pid_t>(processes.begin(), processes.end()) == std::set<pid_t>{first, second});
    CHECK(Cgroup::says_populated(events->get()));
    group->kill();
    pollfd change{.fd = events->get(), .events = POLLPRI, .revents = 0};
    while (Cgroup::says_populated(events->get()))
        REQUIRE(poll(&change, 1, -1) == 1);
    CHECK(group->processes().empty());
    CHECK(signal_that_ended(first) == SIGKILL);
    CHECK(signal_that_ended(second) == SIGKILL);
}

TEST_CASE("a group says whether anybody lives in it, and whether that is one alone") {
    const auto containment = containment_or_say();
    if (!containment) return;
    Cgroup& group = *containment->of("a");
    CHECK(group.is_empty());
    CHECK(group.holds_nobody_but(1));
    const pid_t first = start_sleeper(group);
    CHECK_FALSE(group.is_empty());
    CHECK(group.holds_nobody_but(first));
    CHECK_FALSE(group.holds_nobody_but(1));
    const pid_t second = start_sleeper(group);
    CHECK_FALSE(group.holds_nobody_but(first));
    kill(second, SIGKILL);
    CHECK(signal_that_ended(second) == SIGKILL);
    CHECK(group.holds_nobody_but(first));
    {
        const auto below = Cgroup::make(group.fd(), "below");
        REQUIRE(below);
        CHECK_FALSE(group.holds_nobody_but(first));
        join(*below, first);
        CHECK_FALSE(group.is_empty());
        kill(first, SIGKILL);
        CHECK(signal_that_ended(first) == SIGKILL);
    }
    CHECK(group.is_empty());
}

TEST_CASE("left-over groups of a dead instance are ended, those of a living one and others stay") {
    auto living = containment_or_say();
    if (!living) return;
    const pid_t spared = start_sleeper(*living->of("a"));
    CHECK(Containment::end_leftovers(own_name()) == 0);
    CHECK(is_running(spared));

    // A child makes groups of the same application, puts a process in, and dies of SIGKILL.
    std::array<int, 2> said{};
    REQUIRE(pipe(said.data()) == 0);
    const pid_t instance = fork();
    if (instance == 0) {
        const auto mine = Containment::create(own_name(), "1");
        const auto longer = Containment::create(own_name() + "-b", "2");
        const std::array pids{start_sleeper(*mine->of("a")), start_sleeper(*longer->of("a"))};
        (void)!write(said[1], pids.data(), sizeof pids);
        raise(SIGKILL);
    }
    std::array<pid_t, 2> orphans{};
    REQUIRE(read(said[0], orphans.data(), sizeof orphans) == sizeof orphans);
    CHECK(signal_that_ended(instance) == SIGKILL);
    close(said[0]);
    close(said[1]);
    CHECK(Containment::end_leftovers(own_name()) == 1);
    CHECK(is_running(spared));
    CHECK(is_running(orphans[1]));
    CHECK(Containment::end_leftovers(own_name() + "-b") == 1);
    CHECK(Containment::end_leftovers(own_name() + "-b") == 0);
    kill(spared, SIGKILL);
    CHECK(signal_that_ended(spared) == SIGKILL);
}

TEST_CASE("the groups of a dead instance are taken over as far as somebody in them is to live") {
    if (!containment_or_say()) return;
    std::array<int, 2> said{};
    REQUIRE(pipe(said.data()) == 0);
    const pid_t instance = fork();
    if (instance == 0) {
        const auto mine = Containment::create(own_name(), "1");
        const std::array pids{start_sleeper(*mine->of("a")), start_sleeper(*mine->of("b"))};
        (void)!write(said[1], pids.data(), sizeof pids);
        raise(SIGKILL);
    }
    std::array<pid_t, 2> orphans{};
    REQUIRE(read(said[0], orphans.data(), sizeof orphans) == sizeof orphans);
    CHECK(signal_that_ended(instance) == SIGKILL);
    close(said[0]);
    close(said[1]);
    CHECK(Containment::end_leftovers(own_name(), {orphans[0]}) == 1);
    CHECK(is_running(orphans[0]));
    CHECK_FALSE(lives(orphans[1]));
    const auto heir = Containment::create(own_name(), "1");
    REQUIRE(heir);
    CHECK(Containment::end_leftovers(own_name()) == 0);  // it holds the lock now
    CHECK(heir->take_over("b", orphans[0]) == nullptr);
    Cgroup* const group = heir->take_over("a", orphans[0]);
    REQUIRE(group != nullptr);
    CHECK(group->processes() == std::vector<pid_t>{orphans[0]});
    const auto events = group->open_events();
    REQUIRE(events);
    group->kill();
    pollfd change{.fd = events->get(), .events = POLLPRI, .revents = 0};
    while (Cgroup::says_populated(events->get()))
        REQUIRE(poll(&change, 1, -1) == 1);
    CHECK(heir->of("a") != nullptr);
}

TEST_CASE("HARRIER_CGROUP=disable does without") {
    setenv("HARRIER_CGROUP", "disable", 1);
    CHECK(Containment::create(own_name(), "0") == nullptr);
    unsetenv("HARRIER_CGROUP");
}

TEST_CASE("who leaves session, parent and environment behind is ended with the component") {
    auto containment = containment_or_say();
    if (!containment) return;
    Real real(512, std::move(containment));
    const Ending ending = real.run_shell(fleeing(1) + "exit 3");
    CHECK(status_of(ending) == 3);
    CHECK(ending.survivors >= 1);
    CHECK(no_children());
}

TEST_CASE("a wrapper that is killed with -9 takes all it started along") {
    auto containment = containment_or_say();
    if (!containment) return;
    Real real(512, std::move(containment));
    const Ending ending = real.run_shell(fleeing(20) + "kill -KILL $$");
    CHECK(signal_of(ending) == SIGKILL);
    CHECK(ending.survivors >= 20);
    CHECK(no_children());
}

TEST_CASE("whoever starts in the group of a component whose tree was killed lives") {
    auto containment = containment_or_say();
    if (!containment) return;
    Real real(512, std::move(containment));
    for (int start = 1; start <= 3; ++start) {
        const Ending ending = real.run_shell("sleep 100 & kill -KILL $$");
        CHECK(signal_of(ending) == SIGKILL);
        CHECK(ending.survivors == 1);
    }
    CHECK(status_of(real.run_shell(fleeing(1) + "exit 3")) == 3);
    CHECK(status_of(real.run_shell("exit 4")) == 4);
    CHECK(no_children());
}

TEST_CASE("so does who starts after somebody else has killed the group") {
    auto containment = containment_or_say();
    if (!containment) return;
    const std::string group = path_of(*containment->of("a"));
    Real real(512, std::move(containment));
    CHECK(signal_of(real.run_shell("echo 1 > " + group + "/cgroup.kill; sleep 100")) == SIGKILL);
    CHECK(status_of(real.run_shell("exit 3")) == 3);
}

TEST_CASE("a group that somebody still lives in gives way to one of another name") {
    auto containment = containment_or_say();
    if (!containment) return;
    const std::string path = path_of(*containment->of("a"));
    const pid_t lingering = start_sleeper(*containment->of("a"));
    containment->of("a")->suspect_kill();
    CHECK(path_of(*containment->of("a")) == path + ".2");
    containment->of("a")->suspect_kill();
    CHECK(path_of(*containment->of("a")) == path + ".2");
    CHECK(is_running(lingering));
    kill(lingering, SIGKILL);
    CHECK(signal_that_ended(lingering) == SIGKILL);
    containment->of("a")->suspect_kill();
    CHECK(path_of(*containment->of("a")) == path);
    containment.reset();
    CHECK_FALSE(std::filesystem::exists(std::filesystem::path(path).parent_path()));
}

TEST_CASE("in a group that was killed once there is no containment, or one that lets live") {
    const auto containment = containment_or_say();
    if (!containment) return;
    Cgroup* group = containment->of("a");
    group->kill();
    const pid_t instance = fork();
    if (instance == 0) {
        join(*group, getpid());
        auto below = Containment::create(own_name(), "1");
        if (!below) _exit(0);
        Real real(512, std::move(below));
        _exit(status_of(real.run_shell("exit 3")) == 3 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(instance, &status, 0) == instance);
    CHECK(status == 0);
    for (const auto& entry : std::filesystem::directory_iterator(path_of(*group)))
        CHECK_FALSE(entry.is_directory());
}

TEST_CASE("whoever hides in a group below is ended too") {
    auto containment = containment_or_say();
    if (!containment) return;
    const std::string below = path_of(*containment->of("a")) + "/below";
    {
        Real real(512, std::move(containment));
        const Ending ending = real.run_shell(
            "mkdir " + below + "; mkfifo ready; env -i setsid sh -c 'echo $$ > " + below +
            "/cgroup.procs; echo x > ready; exec sleep 1000' & read x < ready; exit 3");
        CHECK(status_of(ending) == 3);
        CHECK(ending.survivors >= 1);
        CHECK(no_children());
    }
    CHECK_FALSE(std::filesystem::exists(below));
}

}  // namespace launcher::test
