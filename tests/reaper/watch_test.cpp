// shmclean --watch: each of the events that make it look, by itself, and what it does where these
// are not to be had. The watcher is the real program.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <memory>

#include "reaper/watch.hpp"
#include "watcher.hpp"

namespace {

/// The thread sanitizer's own, with which no process enters a user namespace (unshare(2)).
#ifdef __SANITIZE_THREAD__
constexpr bool has_second_thread = true;
#else
constexpr bool has_second_thread = false;
#endif

using namespace reaper_test;

/// Longer than between two looks by time.
constexpr int idle_ms = 1000 * static_cast<int>(reaper::watch_interval.count()) + 500;

std::string heap_name(int number) {
    return "heap-" + std::to_string(number);
}

/// Another heap comes and its owner goes: when that is told, the watcher has seen what was before.
void kill_marker(const TestDirectory& directory, Watcher& watcher) {
    const Child marker([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-999", heap_of_this_process());
        return 0;
    });
    marker.kill();
    watcher.await("unlinking heap-999");
}

TEST_CASE("what is orphaned already is removed at the beginning, what lives is left") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-2", heap_of_this_process());
    directory.write("heap-3", redhawk_heap(Child([] { return 0; }, Child::After::ends).pid()));
    directory.write("other", "x");
    Watcher watcher(directory);
    CHECK(watcher.lines().at(1) == "unlinking heap-1");
    CHECK(watcher.lines().at(3) == "unlinking heap-3");
    CHECK(directory.names() == std::vector<std::string>{"heap-2", "other"});
}

TEST_CASE("the heap of a process that is killed is removed at once") {
    const TestDirectory directory;
    Watcher watcher(directory);
    const Child owner([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-1", heap_of_this_process());
        return 0;
    });
    owner.kill();
    watcher.await("unlinking heap-1");
    CHECK_FALSE(directory.has("heap-1"));
    CHECK(watcher.count("heap-1: removed: heap of ") == 1);
    CHECK(watcher.count("its owner's lock is free") == 1);
    CHECK(watcher.count(" bytes return now") == 1);
}

TEST_CASE("an owner's end is noticed by its pidfd, without an event of the directory") {
    const TestDirectory directory;
    Watcher watcher(directory);
    const Child owner([&] {
        static shmheap::os::HeldLock lock;
        lock = rename_into(directory, "heap-1", heap_of_this_process());
        return 0;
    });
    kill_marker(directory, watcher);
    const long before = watcher.wake_ups();
    owner.kill();
    watcher.await("unlinking heap-1");
    // The pidfd, the removal's own event, and perhaps a lock that the kernel was still to drop:
    // not one look by time.
    CHECK(watcher.wake_ups() - before <= 8);
}

TEST_CASE("a lock that goes while its owner's process lives on, as at an exec, is noticed") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1", heap_of_this_process());
    Watcher watcher(directory);
    heap.die();
    watcher.await("unlinking heap-1");
}

TEST_CASE("an owner that cannot be watched is looked at every few seconds") {
    const TestDirectory directory;
    Watcher watcher(directory);
    std::optional<shmheap::os::HeldLock> lock;
    lock = rename_into(directory, "heap-1", {});  // of pid 4242, who knows where
    kill_marker(directory, watcher);
    CHECK(directory.has("heap-1"));
    lock.reset();
    watcher.await("unlinking heap-1");
}

TEST_CASE("nothing wakes it while nothing happens and every owner has a pidfd") {
    const TestDirectory directory;  // around the watched one, since other tests use the one above
    REQUIRE(::mkdir((directory / "heaps").c_str(), 0755) == 0);
    const FabricatedHeap first(directory, "heap-1", heap_of_this_process());
    const FabricatedHeap second(directory, "heap-2", heap_of_this_process());
    for (const char* name : {"heap-1", "heap-2"})
        REQUIRE(::rename((directory / name).c_str(), (directory / "heaps/" + name).c_str()) == 0);
    Watcher watcher(directory, {.within = "/heaps"});
    CHECK(watcher.count("2 heap(s) in use") == 1);
    const long before = watcher.wake_ups();
    CHECK(watcher.is_silent(idle_ms));
    CHECK(watcher.wake_ups() == before);
}

/// Names a heap whose lock it holds by a descriptor, which its fork inherits; the fork's pid.
pid_t fork_with_lock(const TestDirectory& directory) {
    const TestDirectory elsewhere;
    const auto options = heap_of_this_process();
    elsewhere.write("heap-1", heap_head(options));
    const int file = ::open((elsewhere / "heap-1").c_str(), O_RDWR | O_CLOEXEC);
    if (::ftruncate(file, static_cast<off_t>(heap_file_size(options))) != 0) return -1;
    if (!shmheap::os::try_lock(file, shmheap::os::owner_lock_byte)) return -1;
    const pid_t fork = ::fork();
    while (fork == 0)
        ::pause();
    if (::rename((elsewhere / "heap-1").c_str(), (directory / "heap-1").c_str()) != 0) return -1;
    return fork;
}

TEST_CASE("a lock that outlives its owner in a fork keeps the heap, and its end frees it") {
    const TestDirectory directory;
    Watcher watcher(directory);
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Child owner([&] {
        const pid_t fork = fork_with_lock(directory);
        return ::write(ends[1], &fork, sizeof fork) == sizeof fork ? 0 : 1;
    });
    pid_t fork = -1;
    REQUIRE(::read(ends[0], &fork, sizeof fork) == sizeof fork);
    REQUIRE(fork > 0);
    owner.kill();
    kill_marker(directory, watcher);
    const bool was_there = directory.has("heap-1");
    ::kill(fork, SIGKILL);
    CHECK(was_there);
    watcher.await("unlinking heap-1");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a REDHAWK heap is taken up when it is written, and removed when its creator has died") {
    const TestDirectory directory;
    Watcher watcher(directory);
    const Child creator([&] {
        directory.write("heap-1", redhawk_heap(::getpid()));
        return 0;
    });
    const Child zombie([&] {
        directory.write("heap-2", redhawk_heap(::getpid()));
        return 0;
    });
    zombie.kill();
    watcher.await("unlinking heap-2");
    CHECK(directory.has("heap-1"));
    creator.kill();
    watcher.await("unlinking heap-1");
}

TEST_CASE("when more happened than the kernel keeps, the directory is read again") {
    const TestDirectory directory;
    const FabricatedHeap lives(directory, "heap-1", heap_of_this_process());
    Watcher watcher(directory);
    int events = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> events;
    ::kill(watcher.pid(), SIGSTOP);
    await_state(watcher.pid(), 'T');
    for (int event = 0; event <= events; event += 2) {  // made and removed
        directory.write("fleeting", "");
        REQUIRE(directory.open().unlink("fleeting"));
    }
    const FabricatedHeap dead(directory, "heap-2", {}, Owner::is_dead);
    ::kill(watcher.pid(), SIGCONT);
    watcher.await("unlinking heap-2");
    CHECK(directory.has("heap-1"));
}

TEST_CASE("a directory that is moved away, removed and made again is taken up again") {
    const TestDirectory directory;
    Watcher watcher(directory);
    REQUIRE(::rename(directory.path().c_str(), (directory.path() + "-away").c_str()) == 0);
    watcher.await(directory.path() + " is gone");
    REQUIRE(::rename((directory.path() + "-away").c_str(), directory.path().c_str()) == 0);
    watcher.await(directory.path() + " is back");
    REQUIRE(::rmdir(directory.path().c_str()) == 0);
    watcher.await(directory.path() + " is gone");
    REQUIRE(::mkdir(directory.path().c_str(), 0755) == 0);
    watcher.await(directory.path() + " is back");
    const TestDirectory source;
    const FabricatedHeap dead(source, "heap-1", {}, Owner::is_dead);
    REQUIRE(::rename((source / "heap-1").c_str(), (directory / "heap-1").c_str()) == 0);
    watcher.await("unlinking heap-1");
    CHECK(watcher.end(SIGTERM) == 0);
}

TEST_CASE("a file system that is mounted over the directory is watched instead") {
    if (lacks_root()) return;
    const TestDirectory directory;
    Child apart(
        [&] {
            if (::unshare(CLONE_NEWNS) != 0) return 1;
            if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 2;
            Watcher watcher(directory);
            if (::mount("none", directory.path().c_str(), "tmpfs", 0, nullptr) != 0) return 3;
            watcher.await(directory.path() + " was mounted over");
            watcher.await(directory.path() + " is back");
            const auto over = shmheap::os::ShmDirectory::open(directory.path());
            shmheap::os::HeldLock lock;
            if (!give_birth(*over, "heap-1", heap_head(), lock)) return 4;
            lock = {};
            watcher.await("unlinking heap-1");
            return watcher.end(SIGTERM);
        },
        Child::After::ends);
    CHECK(apart.join() == 0);
}

TEST_CASE("out of descriptors for pidfds it says so and looks by time") {
    const TestDirectory directory;
    constexpr int count = 20;
    std::vector<std::unique_ptr<Child>> owners;
    Watcher watcher(directory, {.files_max = 40});
    for (int number = 0; number < count; ++number) {
        owners.push_back(std::make_unique<Child>([&] {
            static shmheap::os::HeldLock lock;
            lock = rename_into(directory, heap_name(number), heap_of_this_process());
            return 0;
        }));
    }
    watcher.await("not every owner can be watched by a pidfd (the limit of open files");
    owners.clear();
    while (watcher.count("unlinking") < count)
        watcher.await("unlinking");
    CHECK(directory.names().empty());
    CHECK(watcher.count("not every owner") == 1);
}

TEST_CASE("without inotify it says so and reads the directory by time" *
          doctest::skip(has_second_thread)) {
    if (lacks_root()) return;
    const TestDirectory directory;
    Child apart(
        [&] {
            if (::unshare(CLONE_NEWUSER) != 0) return 1;
            std::ofstream limit("/proc/sys/user/max_inotify_instances");
            if (!(limit << 0 << std::flush)) return 2;
            Watcher watcher(directory);
            if (watcher.count("no events of " + directory.path()) != 1) return 3;
            std::optional<FabricatedHeap> heap(std::in_place, directory, "heap-1");
            heap.reset();
            watcher.await("unlinking heap-1");
            return watcher.end(SIGTERM);
        },
        Child::After::ends);
    CHECK(apart.join() == 0);
}

TEST_CASE("an orphan that must not be removed is told of once") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 01777);
    const FabricatedHeap heap(directory, "heap-1", {.mode = 0644}, Owner::is_dead);
    Watcher watcher(directory, {.user = nobody});
    CHECK(watcher.count("heap-1: cannot be removed: Permission denied; run shmclean as") == 1);
    CHECK(watcher.is_silent(idle_ms));
    CHECK(watcher.end(SIGTERM) == 0);
    CHECK(watcher.lines().back() ==
          "shmclean: ended by SIGTERM: 0 heap(s) removed, 1 left that could not be, 0 in use");
}

TEST_CASE(
    "thousands of heaps whose owners die together are removed, each told once by one of two") {
    const TestDirectory directory;
    constexpr int owners_count = 10;
    constexpr int heaps_each = 200;
    std::vector<std::unique_ptr<Child>> owners;
    for (int owner = 0; owner < owners_count; ++owner) {
        owners.push_back(std::make_unique<Child>([&] {
            static std::vector<std::unique_ptr<FabricatedHeap>> heaps;
            for (int heap = 0; heap < heaps_each; ++heap) {
                heaps.push_back(std::make_unique<FabricatedHeap>(
                    directory, heap_name(owner * heaps_each + heap), heap_of_this_process()));
            }
            return 0;
        }));
    }
    Watcher first(directory);
    Watcher second(directory);
    owners.clear();
    // What they say is more than a pipe holds.
    while (!directory.names().empty()) {
        first.is_silent(1);
        second.is_silent(1);
    }
    CHECK(first.end(SIGTERM) == 0);
    CHECK(second.end(SIGINT) == 0);
    CHECK(first.count("unlinking heap-") + second.count("unlinking heap-") ==
          owners_count * heaps_each);
    CHECK(first.count("ended by SIGTERM: " + std::to_string(first.count("unlinking heap-")) +
                      " heap(s) removed, 0 left that could not be, 0 in use") == 1);
    CHECK(second.count("ended by SIGINT: ") == 1);
}

TEST_CASE("what cannot go together with --watch is wrong usage") {
    const TestDirectory directory;
    for (const char* other : {"heap-1", "--force", "--dry-run", "--json"}) {
        const auto refused = shmclean(directory, {"--watch", other});
        CHECK(refused.status == 2);
        CHECK(contains(refused.err, "--watch"));
    }
    CHECK(run_program({SHMCLEAN_PROGRAM, {"--watch", "--dir", "/nowhere"}}).status == 1);
}

}  // namespace
