// What happens to processes rather than to calls: stopped, replaced under the same pid, in another
// user namespace, dying slowly because of a core dump, watched while they die.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "file/cleaner.hpp"
#include "file/inspect.hpp"
#include "os/shm_directory.hpp"
#include "reaper/clean_run.hpp"
#include "reaper/reap.hpp"
#include "rounds.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::CleanResult;

namespace {

CleanResult try_to_clean(const Folder& folder, const std::string& name) {
    const auto directory = shmheap::os::ShmDirectory::open(folder.path());
    const auto cleaned = shmheap::clean(*directory, name);
    return cleaned ? *cleaned : CleanResult::not_ours;
}

/// The process that is forked next in this pid namespace gets `pid`, if it is free.
bool choose_next_pid(pid_t pid) {
    std::ofstream file("/proc/sys/kernel/ns_last_pid");
    file << pid - 1 << std::flush;
    return static_cast<bool>(file);
}

/// Runs `body` as the first process of a new pid namespace.
Ended in_pid_namespace(const std::function<int()>& body) {
    return in_child([&] {
        if (::unshare(CLONE_NEWPID) != 0) return 50;
        return Child(body).wait().status;
    });
}

}  // namespace

TEST_CASE("a stopped client keeps its leases, however long, and ends them when it goes on") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const Channel slots;
    const Channel leases;
    const Event accepted;
    const Event done;
    Child client([&] {
        const auto attached = shmheap::Client::attach(heap->name(), folder.path());
        shmheap::Reference reference;
        if (!attached || !slots.send((*attached)->slot()) || !leases.receive(reference)) return 1;
        const auto bytes = (*attached)->accept(reference);
        if (!bytes) return 2;
        accepted.tell();
        // Stopped here, until somebody sends SIGCONT.
        ::raise(SIGSTOP);
        if (!bears(bytes->data(), bytes->size(), 7)) return 3;
        const bool released = (*attached)->release(reference).has_value();
        done.tell();
        return released ? 0 : 4;
    });
    std::uint32_t slot = 0;
    REQUIRE(slots.receive(slot));
    void* block = heap->allocate(10'000);
    stamp(block, 10'000, 7);
    const auto reference = heap->issue(block, 0, 10'000, slot);
    REQUIRE((reference && leases.send(*reference) && accepted.wait()));
    REQUIRE(::waitpid(client.pid(), nullptr, WUNTRACED) == client.pid());
    shmheap::deallocate(block);
    // Whatever the owner does meanwhile, the block is not given to anybody else.
    for (int round = 0; round < 100; ++round) {
        CHECK(heap->collect() == 0);
        void* other = heap->allocate(10'000);
        CHECK(other != block);
        stamp(other, 10'000, 8);
        shmheap::deallocate(other);
    }
    CHECK(heap->stats().leases_live == 1);
    CHECK(heap->stats().clients == 1);
    REQUIRE(::kill(client.pid(), SIGCONT) == 0);
    REQUIRE(done.wait());
    CHECK(client.wait() == exited(0));
    CHECK(heap->collect() == 1);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("a heap is an orphan although another process has its owner's pid by now") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = in_pid_namespace([&] {
        Child owner([&] {
            const auto heap = make_heap(folder);
            ::raise(SIGKILL);
            return 0;
        });
        const pid_t pid = owner.pid();
        if (owner.wait() != killed_by(SIGKILL) || folder.names().size() != 1) return 1;
        const std::string name = folder.names().front();
        if (!choose_next_pid(pid)) return 51;
        const Channel said;
        Child stranger([&] {
            // It finds the name of its own first heap taken, and that nobody lives there.
            const auto heap = make_heap(folder);
            std::array<char, 64> own{};
            heap->name().copy(own.data(), own.size() - 1);
            said.send(own);
            ::pause();
            return 0;
        });
        if (stranger.pid() != pid) return 52;
        std::array<char, 64> own{};
        if (!said.receive(own) || own.data() != name) return 2;
        if (folder.names() != std::vector{name}) return 3;
        if (try_to_clean(folder, name) != CleanResult::alive) return 4;
        (void)stranger.kill(SIGKILL);
        if (!choose_next_pid(pid)) return 51;
        const Child bystander([] { return ::pause(); });
        if (bystander.pid() != pid) return 52;
        // The pid lives, the heap does not.
        return try_to_clean(folder, name) == CleanResult::removed ? 0 : 5;
    });
    if (ended.status >= 50 && ended.status <= 52 && skip("pids cannot be chosen here")) return;
    CHECK(ended == exited(0));
    CHECK(folder.names().empty());
}

TEST_CASE("the leases of a dead client come back although another process has its pid by now") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = in_pid_namespace([&] {
        const auto heap = make_heap(folder);
        const Channel slots;
        Child client([&] {
            const auto attached = shmheap::Client::attach(heap->name(), folder.path());
            if (!attached) return 1;
            slots.send((*attached)->slot());
            return ::pause();
        });
        std::uint32_t slot = 0;
        if (!slots.receive(slot) || !heap->issue(heap->allocate(100), 0, 100, slot)) return 1;
        if (heap->collect() != 0 || heap->stats().leases_live != 1) return 2;
        const pid_t pid = client.pid();
        (void)client.kill(SIGKILL);
        if (!choose_next_pid(pid)) return 51;
        const Child stranger([] { return ::pause(); });
        if (stranger.pid() != pid) return 52;
        return heap->collect() == 1 && heap->stats().clients == 0 ? 0 : 3;
    });
    if (ended.status >= 50 && ended.status <= 52 && skip("pids cannot be chosen here")) return;
    CHECK(ended == exited(0));
}

TEST_CASE("an owner in a user namespace of its own is served, known to live, and cleaned") {
    const Folder folder;
    const Channel slots;
    const Channel leases;
    Child owner([&] {
        if (::unshare(CLONE_NEWUSER) != 0) return 50;
        const auto heap = make_heap(folder);
        void* block = heap->allocate(1'000);
        stamp(block, 1'000, 9);
        leases.send(shmheap::Reference{});  // it is born
        std::uint32_t slot = 0;
        if (!slots.receive(slot)) return 1;
        const auto reference = heap->issue(block, 0, 1'000, slot);
        if (!reference || !leases.send(*reference)) return 2;
        return ::pause();
    });
    shmheap::Reference reference;
    if (!leases.receive(reference)) {
        CHECK(owner.wait() == exited(50));
        skip("no user namespace can be made here");
        return;
    }
    const std::string name = folder.names().front();
    const auto client = shmheap::Client::attach(name, folder.path());
    REQUIRE(client);
    REQUIRE((slots.send((*client)->slot()) && leases.receive(reference)));
    const auto bytes = (*client)->accept(reference);
    REQUIRE(bytes);
    CHECK(bears(bytes->data(), bytes->size(), 9));
    CHECK((*client)->owner_lives());
    CHECK(try_to_clean(folder, name) == CleanResult::alive);
    CHECK(owner.kill(SIGKILL) == killed_by(SIGKILL));
    CHECK_FALSE((*client)->owner_lives());
    CHECK(try_to_clean(folder, name) == CleanResult::removed);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr std::size_t private_bytes = 192 * mib;

bool owner_lives(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto holders = shmheap::find_holders(file.get());
    return holders && holders->owner;
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// Dies of SIGABRT with much private memory, which is written to the core, and a large heap.
int dump_core(const Folder& folder) {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_CORE, &unlimited) != 0 || ::chdir(folder.path().c_str()) != 0) return 50;
    const auto heap = make_heap(folder);
    void* block = heap->allocate(64 * mib);
    std::memset(block, 1, 64 * mib);
    std::vector<char> memory(private_bytes, 'x');
    std::abort();
}

bool is_dumping(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("CoreDumping:")) return line.back() == '1';
    }
    return false;
}

bool is_dead(pid_t pid) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
}

}  // namespace

TEST_CASE(
    "a process that dumps core lives until the dump is written, and the payload is not in it") {
    const std::string pattern = first_line("/proc/sys/kernel/core_pattern");
    if (pattern.empty() || pattern.front() == '|' || pattern.front() == '/') {
        skip("cores are not written to the current directory here");
        return;
    }
    const Folder folder;
    Child dying([&] { return dump_core(folder); });
    std::string name;
    int seen_dumping = 0;
    int seen_dead_while_dumping = 0;
    while (!is_dead(dying.pid())) {
        if (!is_dumping(dying.pid())) continue;
        for (const auto& each : folder.names()) {
            if (each.starts_with("heap-")) name = each;
        }
        const bool lives = owner_lives(folder / name);
        if (!is_dumping(dying.pid())) continue;
        ++seen_dumping;
        if (!lives) ++seen_dead_while_dumping;
    }
    const Ended ended = dying.wait();
    if (ended == exited(50) && skip("core dumps cannot be allowed here")) return;
    CHECK(ended == killed_by(SIGABRT));
    if (seen_dumping == 0 && skip("no core was written")) return;
    CHECK(seen_dead_while_dumping == 0);
    CHECK(try_to_clean(folder, name) == CleanResult::removed);
    const auto names = folder.names();
    REQUIRE(names.size() == 1);
    const auto core_bytes = committed_bytes(folder / names.front());
    CHECK(core_bytes >= private_bytes);
    CHECK(core_bytes < private_bytes + 32 * mib);
}

#endif

namespace {

/// Kills the owner of a heap in the folder while somebody reads its smaps, and does `then` when it
/// is dead.
void kill_while_read(const Folder& folder, const std::string& tag,
                     const std::function<void()>& then) {
    const Event born;
    Child owner([&] {
        auto options = options_in(folder);
        options.tag = tag;
        const auto heap = shmheap::Heap::create(options);
        std::vector<void*> blocks;
        for (int each = 0; each < 20; ++each)
            blocks.push_back((*heap)->allocate(mib));
        born.tell();
        return ::pause();
    });
    REQUIRE(born.wait());
    const Event reading;
    const std::string smaps = "/proc/" + std::to_string(owner.pid()) + "/smaps";
    Child reader([&] {
        std::array<char, 65'536> buffer{};
        for (bool told = false;; told = true) {
            const UniqueFd file(::open(smaps.c_str(), O_RDONLY | O_CLOEXEC));
            if (!file) return 0;
            while (::read(file.get(), buffer.data(), buffer.size()) > 0)
                if (!told) reading.tell();
        }
    });
    REQUIRE(reading.wait());
    ::kill(owner.pid(), SIGKILL);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(owner.pid()), &info, WEXITED | WNOWAIT) == 0);
    then();
    (void)owner.wait();
    (void)reader.kill(SIGKILL);
}

}  // namespace

TEST_CASE("a heap is reaped at once although somebody reads its owner's smaps at its death") {
    const Folder folder;
    const reaper::HeapSelection selection{
        .directory = folder.path(), .tag_prefix = "smaps/1", .uid = ::getuid()};
    for (int round = 0; round < rounds(40); ++round) {
        kill_while_read(folder, selection.tag_prefix, [&] {
            // The patience that harrier has.
            const auto outcome = reaper::reap(selection, std::chrono::milliseconds(100));
            REQUIRE(outcome);
            CHECK(outcome->reaped.size() == 1);
            CHECK(folder.names().empty());
        });
    }
}

TEST_CASE("one run of shmclean removes a heap although somebody reads its owner's smaps then") {
    const Folder folder;
    const auto directory = shmheap::os::ShmDirectory::open(folder.path());
    REQUIRE(directory);
    int left = 0;
    for (int round = 0; round < rounds(40); ++round) {
        kill_while_read(folder, "smaps/2", [&] {
            CHECK(reaper::run_clean(*directory, {}, [](const auto&) {}).value());
            left += folder.names().empty() ? 0 : 1;
        });
        // By now nobody reads any more.
        CHECK(reaper::run_clean(*directory, {}, [](const auto&) {}).value());
        CHECK(folder.names().empty());
    }
    // A reader that does not get a processor may take longer than shmclean waits; without the wait
    // more than half are left.
    CHECK(left <= rounds(40) / 4);
}
