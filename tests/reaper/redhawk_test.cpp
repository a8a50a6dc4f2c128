// REDHAWK version-1 heaps: reading them, and judging them by their creator's pid.
#include "reaper/redhawk_heap.hpp"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

#include "fabricator.hpp"
#include "reaper/scan.hpp"

namespace {

using namespace reaper_test;
using namespace reaper;

constexpr std::size_t first_superblock = 4096;

RedhawkInspection read(const std::string& bytes) {
    const TestDirectory directory;
    directory.write("heap-1", bytes);
    const auto file = directory.open().open_file("heap-1", O_RDONLY);
    const auto head =
        std::as_bytes(std::span(bytes)).first(std::min<std::size_t>(bytes.size(), 8192));
    return inspect_redhawk(file->get(), head, bytes.size()).value();
}

template <class T>
RedhawkInspection read_changed(std::size_t offset, T value) {
    std::string bytes = redhawk_heap(4711);
    put(bytes, offset, value);
    return read(bytes);
}

FileRecord look(const TestDirectory& directory, const std::string& name = "heap-1") {
    Scanner scanner(directory.open());
    FileRecord record;
    REQUIRE(scanner.look({name, DT_UNKNOWN}, record));
    return record;
}

/// A pid that no process has.
pid_t free_pid() {
    return Child([] { return 0; }, Child::After::ends).pid();
}

TEST_CASE("a real heap of REDHAWK is read: creator, refcount, superblocks and what is in use") {
    const auto found = read(data_file("redhawk-v1-heap.bin"));
    REQUIRE(found.content == shmheap::Content::heap);
    CHECK(found.heap.creator_pid == 11879);
    CHECK(found.heap.attached == 1);
    CHECK(found.heap.heap_bytes == 8192);
    CHECK(found.heap.used_bytes == 1584);
}

TEST_CASE("the sizes of several superblocks are added up") {
    std::string bytes = redhawk_heap(4711);
    for (int copy = 0; copy < 3; ++copy) {
        std::string superblock = bytes.substr(first_superblock, 3 * 4096);
        put(superblock, 256, std::uint64_t{bytes.size()});
        bytes += superblock;
    }
    const auto found = read(bytes);
    REQUIRE(found.content == shmheap::Content::heap);
    CHECK(found.heap.heap_bytes == 4 * 8192);
    CHECK(found.heap.used_bytes == 4 * 1584);
}

TEST_CASE("a heap that was made on a full tmpfs has no superblocks and is no less a heap") {
    for (const std::size_t size : {16U, 100U, 4096U}) {
        const auto found = read(redhawk_heap(4711).substr(0, size));
        CHECK(found.content == shmheap::Content::heap);
        CHECK(found.heap.heap_bytes == 0);
    }
    const auto unwritten = read(redhawk_heap(4711).substr(0, 4096) + std::string(8192, '\0'));
    CHECK(unwritten.content == shmheap::Content::heap);
    CHECK(unwritten.heap.heap_bytes == 0);
}

TEST_CASE("sizes and offsets that are 0, huge, negative or overlapping are damage, each named") {
    CHECK(read_changed(first_superblock + 256, std::uint64_t{0}).damage ==
          "superblock at 4096 says that it lies at 0");
    CHECK(read_changed(first_superblock + 256, std::uint64_t(-1)).damage ==
          "superblock at 4096 says that it lies at 18446744073709551615");
    CHECK(read_changed(first_superblock + 264, std::uint32_t{0}).damage ==
          "superblock at 4096 has a size of 0");
    CHECK(read_changed(first_superblock + 264, std::uint32_t{8191}).damage ==
          "superblock at 4096 has a size of 8191");
    CHECK(read_changed(first_superblock + 264, std::uint32_t{0xFFFFF000}).damage ==
          "superblock at 4096 reaches beyond the end of the file");
    CHECK(read_changed(first_superblock + 268, std::uint32_t{0}).damage ==
          "superblock at 4096 has its data at 0");
    CHECK(read_changed(first_superblock + 312, std::uint64_t{8193}).damage ==
          "superblock at 4096 has more bytes in use than it has");
    CHECK(read_changed(4, std::uint32_t{2}).damage == "REDHAWK version 2 is not known");
    CHECK(read_changed(8, std::int32_t{-5}).damage == "refcount is -5");
    CHECK(read_changed(8, std::int32_t{0x7FFFFFFF}).damage == "refcount is 2147483647");
    CHECK(read_changed(12, std::int32_t{0}).damage == "creator pid is 0");
    CHECK(read_changed(12, std::int32_t{-1}).damage == "creator pid is -1");
    CHECK(read(redhawk_heap(4711).substr(0, 10)).damage == "10 bytes are too few for a header");
    CHECK(read(redhawk_heap(4711) + "tail").content == shmheap::Content::damaged);
}

TEST_CASE("a superblock that reaches into the next one is damage") {
    std::string bytes = redhawk_heap(4711);
    put(bytes, first_superblock + 264, std::uint32_t{4096});
    put(bytes, first_superblock + 8192, std::uint32_t{1});  // the other's data, seen as a header
    CHECK(read(bytes).damage == "superblock at 12288 says that it lies at 0");
}

TEST_CASE("a loop of superblocks ends at the first one that does not lie where it says") {
    std::string bytes = redhawk_heap(4711);
    bytes += bytes.substr(first_superblock, 3 * 4096);  // says that it is the first one again
    CHECK(read(bytes).damage == "superblock at 16384 says that it lies at 4096");
}

TEST_CASE("the fixture cut at any length is read without a complaint of the sanitizers") {
    const std::string whole = redhawk_heap(4711);
    for (std::size_t size = 0; size < whole.size(); size += size < 5000 ? 1 : 97) {
        const auto found = read(whole.substr(0, size));
        if (size < 4) REQUIRE(found.content == shmheap::Content::other);
        if (size >= 4 && size < 16) REQUIRE(found.content == shmheap::Content::damaged);
        if (size > 4096) REQUIRE(found.content == shmheap::Content::damaged);
    }
}

TEST_CASE("a creator that runs is alive, one that is gone is not") {
    const TestDirectory directory;
    {
        const Child creator([&] {
            directory.write("heap-1", redhawk_heap(::getpid()));
            return 0;
        });
        CHECK(look(directory).verdict == Verdict::live);
    }
    CHECK(look(directory).verdict == Verdict::orphaned);
}

TEST_CASE("a creator that is a zombie is dead") {
    const TestDirectory directory;
    const Child creator([] { return 0; });
    directory.write("heap-1", redhawk_heap(creator.pid()));
    creator.kill();
    CHECK(look(directory).verdict == Verdict::orphaned);
}

TEST_CASE("a creator whose first thread ended before the others is alive") {
    const TestDirectory directory;
    const Child creator(
        [] {
            std::thread([] {
                while (true)
                    ::pause();
            }).detach();
            return 0;
        },
        Child::After::leader_ends);
    await_state(creator.pid(), 'Z');
    directory.write("heap-1", redhawk_heap(creator.pid()));
    CHECK(look(directory).verdict == Verdict::live);
}

TEST_CASE("a creator's pid that is only a thread's number by now is no sign of life") {
    const TestDirectory directory;
    std::promise<pid_t> number;
    std::promise<void> end;
    std::thread thread([&] {
        number.set_value(static_cast<pid_t>(::syscall(SYS_gettid)));
        end.get_future().wait();
    });
    directory.write("heap-1", redhawk_heap(number.get_future().get()));
    CHECK(look(directory).verdict == Verdict::orphaned);
    end.set_value();
    thread.join();
}

TEST_CASE("a process that started after the file was born reuses the creator's pid") {
    const TestDirectory directory;
    directory.write("heap-1", redhawk_heap(free_pid()));
    let_clock_advance();
    const Child stranger([] { return 0; });
    const auto file = directory.open().open_file("heap-1", O_RDWR);
    const pid_t pid = stranger.pid();
    REQUIRE(::pwrite(file->get(), &pid, sizeof pid, 12) == sizeof pid);
    CHECK(look(directory).verdict == Verdict::orphaned);
}

TEST_CASE("a process that seems younger than the file but maps it is alive: the clock was set") {
    const TestDirectory directory;
    directory.write("heap-1", redhawk_heap(free_pid()));
    let_clock_advance();
    const auto file = directory.open().open_file("heap-1", O_RDWR);
    const Child creator([&] {
        return ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file->get(), 0) == MAP_FAILED ? 1 : 0;
    });
    const pid_t pid = creator.pid();
    REQUIRE(::pwrite(file->get(), &pid, sizeof pid, 12) == sizeof pid);
    CHECK(look(directory).verdict == Verdict::live);
}

TEST_CASE("an older process that has the creator's pid and does not map the heap decides nothing") {
    const TestDirectory directory;
    const Child older([] { return 0; });
    directory.write("heap-1", redhawk_heap(older.pid()));
    const auto found = look(directory);
    CHECK(found.verdict == Verdict::foreign);
    CHECK(found.reason == "a process has its creator's pid, but may be another");
}

TEST_CASE("a kernel thread is no heap's creator") {
    constexpr pid_t kthreadd = 2;
    std::ifstream status("/proc/2/comm");
    std::string name;
    if (!(status >> name) || name != "kthreadd") {
        MESSAGE("skipped: pid 2 is no kernel thread here");
        return;
    }
    const TestDirectory directory;
    directory.write("heap-1", redhawk_heap(kthreadd));
    // A process of a container may have the pid as well.
    CHECK(look(directory).verdict != Verdict::live);
}

TEST_CASE("another user's creator is alive though it must not be signalled") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const Child creator([&] {
        directory.write("heap-1", redhawk_heap(::getpid()), 0644);
        return 0;
    });
    Child visitor(
        [&] {
            if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 1;
            if (::kill(creator.pid(), 0) == 0 || errno != EPERM) return 2;
            Scanner scanner(directory.open());
            FileRecord record;
            if (!scanner.look({"heap-1", DT_REG}, record)) return 3;
            return record.verdict == Verdict::live ? 0 : 4;
        },
        Child::After::ends);
    CHECK(visitor.join() == 0);
}

/// Runs `body` in a process that has pid `pid` in a pid namespace of its own, until the test's end.
int run_nested(pid_t pid, const std::function<int()>& body) {
    if (::unshare(CLONE_NEWPID) != 0) return 77;
    if (::fork() == 0) {  // the namespace's init
        while (true)
            ::pause();
    }
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uint64_t>(&pid);
    arguments.set_tid_size = 1;
    int ends[2];
    if (::pipe(ends) != 0) return 78;
    const auto child = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child < 0) return 79;
    if (child == 0) {
        const auto status = static_cast<char>(body());
        (void)!::write(ends[1], &status, 1);
        while (true)
            ::pause();
    }
    char status = 80;
    (void)!::read(ends[0], &status, 1);
    return status;
}

/// Kills what run_nested left: the namespace's init takes everybody with it.
void end_nested(pid_t parent) {
    std::string path =
        "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children";
    FILE* file = std::fopen(path.c_str(), "re");
    int child = 0;
    while (file != nullptr && std::fscanf(file, "%d", &child) == 1)
        ::kill(child, SIGKILL);
    if (file != nullptr) std::fclose(file);
}

TEST_CASE("a creator in a nested pid namespace is seen and alive, in the middle of a scan, too") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const pid_t inner_pid = free_pid();
    directory.write("heap-1", redhawk_heap(inner_pid));
    Scanner scanner(directory.open());
    FileRecord record;
    REQUIRE(scanner.look({"heap-1", DT_REG}, record));
    CHECK(record.verdict == Verdict::orphaned);
    int status = -1;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Child outside([&] {
        const int result = run_nested(inner_pid, [&] {
            directory.write("heap-2", redhawk_heap(inner_pid));
            return 0;
        });
        (void)!::write(ends[1], &result, sizeof result);
        return 0;
    });
    REQUIRE(::read(ends[0], &status, sizeof status) == sizeof status);
    REQUIRE(status == 0);
    REQUIRE(scanner.look({"heap-2", DT_REG}, record));
    CHECK(record.verdict == Verdict::live);
    end_nested(outside.pid());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE(
    "whoever sits in a pid namespace cannot tell who lives outside: foreign, never orphaned") {
    if (lacks_root()) return;
    // Far from 1: a sanitizer's runtime gives the first pids to threads of the namespace's init.
    constexpr pid_t nested_pid = 1000;
    const TestDirectory directory;
    directory.write("heap-1", redhawk_heap(free_pid()));
    const Child outside([&] {
        const int result = run_nested(nested_pid, [&] {
            Scanner scanner(directory.open());
            FileRecord record;
            if (!scanner.look({"heap-1", DT_REG}, record)) return 1;
            if (record.reason != "its creator may run in another pid namespace") return 2;
            return record.verdict == Verdict::foreign ? 0 : 3;
        });
        directory.write("result", std::to_string(result));
        return 0;
    });
    const auto file = directory.open().open_file("result", O_RDONLY);
    char result = 'x';
    REQUIRE(::read(file->get(), &result, 1) == 1);
    CHECK(result == '0');
    end_nested(outside.pid());
}

}  // namespace
