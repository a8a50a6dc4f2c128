// What the users' manual on shared memory maintenance promises, paragraph by paragraph: each test
// is named after a sentence of it and shows that it holds. Where the manual speaks of a default
// output or a name, the contract of reaper/DESIGN.md has refined it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <optional>

#include "fabricator.hpp"
#include "reaper/reap.hpp"
#include "reaper/size_text.hpp"

namespace {

using namespace reaper_test;

std::uint64_t free_bytes(const TestDirectory& directory) {
    struct statvfs file_system {};
    ::statvfs(directory.path().c_str(), &file_system);
    return file_system.f_bavail * file_system.f_frsize;
}

/// A /dev/shm that nobody else uses, seen by this process and its children. What is mounted
/// outside from now on is not seen here.
class OwnSharedMemory {
public:
    OwnSharedMemory()
        : is_there_(::unshare(CLONE_NEWNS) == 0 &&
                    ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                    ::mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=128m") == 0) {
        if (!is_there_) MESSAGE("skipped: no file system may be mounted here");
    }
    ~OwnSharedMemory() {
        if (is_there_) ::umount2("/dev/shm", MNT_DETACH);
    }
    OwnSharedMemory(const OwnSharedMemory&) = delete;
    OwnSharedMemory& operator=(const OwnSharedMemory&) = delete;

    explicit operator bool() const { return is_there_; }

private:
    bool is_there_;
};

TEST_CASE(
    "\"The shared memory used by REDHAWK is organized into heaps, one per process, that exist as "
    "files in /dev/shm.\"") {
    const TestDirectory directory;
    const auto make_heap = [&] {
        directory.write("heap-" + std::to_string(::getpid()), redhawk_heap(::getpid()));
        return 0;
    };
    const Child first(make_heap);
    const Child second(make_heap);
    const auto result = shminfo(directory);
    for (const Child* child : {&first, &second}) {
        const auto pid = std::to_string(child->pid());
        CHECK(contains(section(result.out, "heap-" + pid), "  type:        REDHAWK heap\n"));
        CHECK(contains(section(result.out, "heap-" + pid), "  creator:     " + pid + "\n"));
    }
}

TEST_CASE(
    "\"Additionally, the REDHAWK GPP monitors its child processes and removes their heap files "
    "when the process crashes or is terminated abnormally.\"") {
    const TestDirectory directory;
    const Child component([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-1", HeapOptions{.tag = "app/u/c/1"});
        return 0;
    });
    component.kill();
    const auto outcome =
        reaper::reap({directory.path(), "app/u/c/1", ::geteuid()}, std::chrono::milliseconds(100));
    CHECK(outcome->reaped.size() == 1);
    CHECK_FALSE(directory.has("heap-1"));
}

TEST_CASE(
    "\"As such, heaps are typically only left behind when a component or device crashes … When "
    "this occurs, the heap is considered 'orphaned.'\"") {
    const TestDirectory directory;
    const Child component([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-1");
        return 0;
    });
    CHECK(contains(shminfo(directory).out, "  orphaned:    false\n"));
    component.kill();
    CHECK(contains(shminfo(directory).out, "  orphaned:    true\n"));
}

TEST_CASE(
    "\"By default, it displays the total and current free shared memory amounts on the system, "
    "followed by a listing of REDHAWK heaps\"") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-2286", {.creator_pid = 2286});
    directory.write("pulse-shm-2249902370", "x");
    struct statvfs file_system {};
    ::statvfs(directory.path().c_str(), &file_system);
    const auto size = reaper::size_text(file_system.f_blocks * file_system.f_frsize,
                                        reaper::SizeFormat::automatic);
    const auto result = shminfo(directory);
    CHECK(result.status == 0);
    CHECK(result.out.starts_with(directory.path() + "\n  size: " + size + "\n  free: "));
    CHECK(contains(result.out, "%)\n\nheap-2286\n  type:        heap\n"));
    CHECK_FALSE(contains(result.out, "pulse"));
}

TEST_CASE("\"Viewing REDHAWK heaps owned by other users may require superuser privileges.\"") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1");
    const auto visitor = shminfo(directory, {}, nobody);
    CHECK(visitor.status == 0);
    CHECK_FALSE(contains(visitor.out, "heap-1"));
    CHECK(contains(visitor.err, "1 heap(s) cannot be read by this user; run shminfo as root"));
    CHECK(contains(shminfo(directory).out, "heap-1"));
}

TEST_CASE("\"If a heap is listed as orphaned, the process that created it is no longer alive.\"") {
    const TestDirectory directory;
    const pid_t gone = Child([] { return 0; }, Child::After::ends).pid();
    directory.write("heap-1", redhawk_heap(gone));
    directory.write("heap-2", redhawk_heap(::getpid()));
    const auto result = shminfo(directory);
    CHECK(contains(section(result.out, "heap-1"), "  orphaned:    true\n"));
    CHECK(contains(section(result.out, "heap-2"), "  orphaned:    false\n"));
}

TEST_CASE(
    "\"When a shared memory file is removed, other processes that have mapped the memory can "
    "still access it, but no new processes may attach to it. The memory will not be returned to "
    "the free shared memory total until all attached processes have unmapped the memory or "
    "exited.\"") {
    if (lacks_root()) return;
    const OwnSharedMemory own;
    if (!own) return;
    const TestDirectory directory;
    constexpr std::size_t size = std::size_t{48} << 20;
    std::optional<FabricatedHeap> heap(std::in_place, directory, "heap-1",
                                       HeapOptions{.committed_bytes = size}, Owner::is_dead);
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, heap->fd(), 0);
    REQUIRE(mapped != MAP_FAILED);
    REQUIRE(::posix_fallocate(heap->fd(), 0, size) == 0);
    auto* bytes = static_cast<volatile char*>(mapped);
    bytes[size - 1] = 'x';
    heap.reset();
    CHECK(shmclean(directory).out == "unlinking heap-1\n");
    CHECK(bytes[size - 1] == 'x');
    CHECK(directory.open().open_file("heap-1", O_RDONLY).error().code == ENOENT);
    const auto held = free_bytes(directory);
    ::munmap(mapped, size);
    CHECK(free_bytes(directory) >= held + size);
}

TEST_CASE(
    "\"Other programs on the system may use shared memory as well. Although they are not listed "
    "when using redhawk-shminfo in its default mode …\"") {
    const TestDirectory directory;
    directory.write("pulse-shm-2249902370", std::string(100, 'x'));
    CHECK_FALSE(contains(shminfo(directory).out, "pulse"));
}

TEST_CASE("\"To view all shared memory files, use the --all or -a flag\"") {
    const TestDirectory directory;
    const shmheap::os::UniqueFd file(
        ::open((directory / "pulse-shm-2249902370").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::ftruncate(file.get(), 64 << 20) == 0);
    REQUIRE(::pwrite(file.get(), "x", 1, 0) == 1);
    REQUIRE(::fchmod(file.get(), 0400) == 0);
    for (const char* option : {"--all", "-a"}) {
        const auto shown = section(shminfo(directory, {option}).out, "pulse-shm-2249902370");
        CHECK(contains(shown,
                       "  type:        other\n"
                       "  file size:   64.0M\n"
                       "  allocated:   4.0K\n"
                       "  user:        "));
        CHECK(contains(shown, "  mode:        400\n"));
    }
}

TEST_CASE(
    "\"REDHAWK heaps that cannot be read by the current user are displayed as files of type "
    "'other' when using --all.\"") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1");
    directory.write("heap-2", redhawk_heap(::getpid()), 0600);
    const auto result = shminfo(directory, {"--all"}, nobody);
    CHECK(result.status == 0);
    for (const char* name : {"heap-1", "heap-2"}) {
        CHECK(contains(section(result.out, name), "  type:        other\n"));
        CHECK(contains(section(result.out, name), "  allocated:   "));
        CHECK_FALSE(contains(section(result.out, name), "creator"));
    }
}

TEST_CASE(
    "\"Only the allocated size of files is counted against free memory. Shared memory files are "
    "sparse … The total of all file sizes may therefore exceed the total shared memory on the "
    "system.\"") {
    const TestDirectory directory;
    const shmheap::os::UniqueFd file(
        ::open((directory / "sparse").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::ftruncate(file.get(), off_t{1} << 40) == 0);
    const auto shown = section(shminfo(directory, {"-a"}).out, "sparse");
    CHECK(contains(shown, "  file size:   1.0T\n  allocated:   0\n"));
}

TEST_CASE(
    "\"With no arguments, it scans the entire shared memory filesystem and removes all orphaned "
    "heaps.\"") {
    const TestDirectory directory;
    const FabricatedHeap lives(directory, "heap-1");
    const FabricatedHeap dead(directory, "heap-2286", {}, Owner::is_dead);
    directory.write("heap-3", redhawk_heap(Child([] { return 0; }, Child::After::ends).pid()));
    directory.write("heap-4", redhawk_heap(::getpid()));
    directory.write("other", "x");
    const auto result = shmclean(directory);
    CHECK(result.status == 0);
    CHECK(result.out == "unlinking heap-2286\nunlinking heap-3\n");
    CHECK(result.err.empty());
    CHECK(directory.names() == std::vector<std::string>{"heap-1", "heap-4", "other"});
}

TEST_CASE(
    "\"Removing REDHAWK heaps and shared memory files owned by other users may require superuser "
    "privileges.\"") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 01777);
    const FabricatedHeap heap(directory, "heap-1", {.mode = 0644}, Owner::is_dead);
    directory.write("heap-2", redhawk_heap(Child([] { return 0; }, Child::After::ends).pid()),
                    0644);
    const auto visitor = shmclean(directory, {}, nobody);
    CHECK(visitor.status == 1);
    CHECK(visitor.out.empty());
    CHECK(contains(visitor.err,
                   "heap-1: cannot be removed: Permission denied; run shmclean as "
                   "its owner (root) or as root\n"));
    CHECK(contains(visitor.err, "heap-2: cannot be removed: Operation not permitted; run"));
    CHECK(shmclean(directory).out == "unlinking heap-1\nunlinking heap-2\n");
}

TEST_CASE(
    "\"It is possible to remove one or more individual heaps by giving the heap names as "
    "arguments to redhawk-shmclean\"") {
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap two(directory, "heap-2", {}, Owner::is_dead);
    const FabricatedHeap three(directory, "heap-3", {}, Owner::is_dead);
    CHECK(shmclean(directory, {"heap-3", "heap-1"}).out == "unlinking heap-3\nunlinking heap-1\n");
    CHECK(directory.names() == std::vector<std::string>{"heap-2"});
}

TEST_CASE(
    "\"If the heap is not orphaned (that is, its creating process is still alive), "
    "redhawk-shmclean will refuse to remove it unless the --force or -f flag is given.\"") {
    const TestDirectory directory;
    const FabricatedHeap own(directory, "heap-1");
    directory.write("heap-2", redhawk_heap(::getpid()));
    for (const std::string& name : directory.names()) {
        const auto refused = shmclean(directory, {name});
        CHECK(refused.status == 1);
        CHECK(contains(refused.err, name + ": refused: its owner"));
        CHECK(contains(refused.err, "--force"));
        CHECK(directory.has(name));
    }
    CHECK(shmclean(directory, {"--force", "heap-1"}).out == "unlinking heap-1\n");
    CHECK(shmclean(directory, {"-f", "heap-2"}).out == "unlinking heap-2\n");
    CHECK(directory.names().empty());
}

TEST_CASE(
    "\"It is also possible to remove these files with redhawk-shmclean using the --force or -f "
    "flag.\"") {
    const TestDirectory directory;
    directory.write("pulse-shm-1", "x");
    const auto refused = shmclean(directory, {"pulse-shm-1"});
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "pulse-shm-1: refused: it is no heap; --force removes it"));
    CHECK(shmclean(directory, {"-f", "pulse-shm-1"}).out == "unlinking pulse-shm-1\n");
    CHECK_FALSE(directory.has("pulse-shm-1"));
}

TEST_CASE("\"Filenames must be relative to /dev/shm.\"") {
    const TestDirectory directory;
    directory.write("file", "x");
    for (const std::string& name : {directory / "file", std::string("./file"), std::string("..")}) {
        const auto refused = shmclean(directory, {"--force", name});
        CHECK(refused.status == 1);
        CHECK(contains(refused.err, "a name is relative to " + directory.path()));
    }
    CHECK(directory.has("file"));
}

}  // namespace
