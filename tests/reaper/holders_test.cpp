// Claims about who holds files of the directory: made by real processes that map and open them.
#include "reaper/holders.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "os/unique_fd.hpp"
#include "reaper/process_table.hpp"
#include "reaper/space_account.hpp"
#include "support.hpp"

using namespace reaper_test;
using reaper::find_held_files;
using reaper::HeldFile;
using reaper::HeldFiles;
using reaper::Holder;

namespace {

constexpr std::size_t file_bytes = 3 * 4096;

ino_t inode_of(const TestDirectory& directory, const std::string& name) {
    struct stat status {};
    REQUIRE(::lstat((directory / name).c_str(), &status) == 0);
    return status.st_ino;
}

int open_file(const TestDirectory& directory, const std::string& name) {
    return ::open((directory / name).c_str(), O_RDONLY | O_CLOEXEC);
}

/// Maps a file and keeps no descriptor of it.
int map_only(const TestDirectory& directory, const std::string& name) {
    const int fd = open_file(directory, name);
    const void* at = ::mmap(nullptr, file_bytes, PROT_NONE, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? 1 : 0;
}

const Holder* find_holder(const HeldFile* file, pid_t pid) {
    if (file == nullptr) return nullptr;
    for (const Holder& holder : file->holders)
        if (holder.pid == pid) return &holder;
    return nullptr;
}

HeldFiles held_in(const TestDirectory& directory) {
    return find_held_files(directory.open()).value();
}

void be_nobody() {
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(1);
    ::prctl(PR_SET_DUMPABLE, 1);
    die_with_parent();
}

}  // namespace

TEST_CASE("a process that maps a file and one that has it open are told apart") {
    const TestDirectory directory;
    directory.write("file", std::string(file_bytes, 'x'));
    directory.write("alone", "x");
    const Child maps([&] { return map_only(directory, "file"); });
    const Child opens([&] { return open_file(directory, "file") < 0 ? 1 : 0; });
    const Child both([&] {
        ::prctl(PR_SET_NAME, "a \x1b(deleted)");
        return open_file(directory, "file") < 0 ? 1 : map_only(directory, "file");
    });
    const auto held = held_in(directory);
    const HeldFile* file = held.find(inode_of(directory, "file"));
    REQUIRE(file != nullptr);
    CHECK_FALSE(file->deleted);
    CHECK(file->path == directory / "file");
    REQUIRE(file->size);
    CHECK(file->size->file_bytes == file_bytes);
    CHECK(file->size->allocated_bytes == file_bytes);
    CHECK(file->holders.size() == 3);
    CHECK(std::is_sorted(file->holders.begin(), file->holders.end(),
                         [](const Holder& a, const Holder& b) { return a.pid < b.pid; }));

    REQUIRE(find_holder(file, maps.pid()) != nullptr);
    CHECK(find_holder(file, maps.pid())->maps);
    CHECK_FALSE(find_holder(file, maps.pid())->open);
    REQUIRE(find_holder(file, opens.pid()) != nullptr);
    CHECK_FALSE(find_holder(file, opens.pid())->maps);
    CHECK(find_holder(file, opens.pid())->open);
    REQUIRE(find_holder(file, both.pid()) != nullptr);
    CHECK(find_holder(file, both.pid())->maps);
    CHECK(find_holder(file, both.pid())->open);
    CHECK(find_holder(file, both.pid())->name == "a \x1b(deleted)");
    CHECK(held.find(inode_of(directory, "alone")) == nullptr);
}

TEST_CASE("files that were removed are found by those who hold them, with their last name") {
    const TestDirectory directory;
    directory.write("open", std::string(file_bytes, 'x'));
    directory.write("mapped", std::string(file_bytes, 'x'));
    directory.write("named (deleted)", std::string(file_bytes, 'x'));
    const Child opens([&] { return open_file(directory, "open") < 0 ? 1 : 0; });
    const Child maps([&] { return map_only(directory, "mapped"); });
    const Child named([&] { return open_file(directory, "named (deleted)") < 0 ? 1 : 0; });
    const ino_t open_inode = inode_of(directory, "open");
    const ino_t mapped_inode = inode_of(directory, "mapped");
    ::unlink((directory / "open").c_str());
    ::unlink((directory / "mapped").c_str());
    const auto held = held_in(directory);

    const HeldFile* open = held.find(open_inode);
    REQUIRE(find_holder(open, opens.pid()) != nullptr);
    CHECK(open->deleted);
    CHECK(open->path == directory / "open");
    REQUIRE(open->size);
    CHECK(open->size->allocated_bytes == file_bytes);

    const HeldFile* mapped = held.find(mapped_inode);
    REQUIRE(find_holder(mapped, maps.pid()) != nullptr);
    CHECK(mapped->deleted);
    CHECK(mapped->path == directory / "mapped");
    if (::geteuid() == 0) {
        REQUIRE(mapped->size);
        CHECK(mapped->size->file_bytes == file_bytes);
    }

    const HeldFile* other = held.find(inode_of(directory, "named (deleted)"));
    REQUIRE(find_holder(other, named.pid()) != nullptr);
    CHECK_FALSE(other->deleted);
    CHECK(other->path == directory / "named (deleted)");
}

TEST_CASE("files that never had a name, and holders that are stopped, are found at once") {
    const TestDirectory directory;
    ino_t* inode = static_cast<ino_t*>(
        ::mmap(nullptr, sizeof(ino_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    REQUIRE(inode != MAP_FAILED);
    const Child child([&] {
        const int fd = ::open(directory.path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        struct stat status {};
        if (::fstat(fd, &status) != 0) return 1;
        *inode = status.st_ino;
        return 0;
    });
    ::kill(child.pid(), SIGSTOP);
    await_state(child.pid(), 'T');
    const auto held = held_in(directory);
    const HeldFile* file = held.find(*inode);
    ::munmap(inode, sizeof(ino_t));
    REQUIRE(find_holder(file, child.pid()) != nullptr);
    CHECK(file->deleted);
    CHECK(file->size->file_bytes == 0);
}

TEST_CASE("who goes on after the end of its first thread still holds what it held") {
    const TestDirectory directory;
    directory.write("file", std::string(file_bytes, 'x'));
    const Child child(
        [&] {
            if (open_file(directory, "file") < 0) return 1;
            std::thread([] {
                while (true)
                    ::pause();
            }).detach();
            return map_only(directory, "file");
        },
        Child::After::leader_ends);
    await_state(child.pid(), 'Z');
    const auto held = held_in(directory);
    const Holder* holder = find_holder(held.find(inode_of(directory, "file")), child.pid());
    REQUIRE(holder != nullptr);
    CHECK(holder->maps);
    CHECK(holder->open);
}

TEST_CASE("who lacks descriptors for a look at all there is does not take it for a whole one") {
    const TestDirectory directory;
    directory.write("file", std::string(file_bytes, 'x'));
    const Child opens([&] {
        const int fd = open_file(directory, "file");
        return fd < 0 || ::mmap(nullptr, file_bytes, PROT_NONE, MAP_SHARED, fd, 0) == MAP_FAILED;
    });
    const ino_t inode = inode_of(directory, "file");
    const auto with_descriptors = [&](unsigned count, const std::function<int()>& claim) {
        Child looks(
            [&] {
                leave_descriptors(count);
                return claim();
            },
            Child::After::runs);
        CAPTURE(count);
        CHECK(looks.join() == 0);
    };
    const unsigned usual = held_in(directory).unreadable;
    with_descriptors(0, [&] {
        const auto held = find_held_files(directory.open());
        return held || held.error().code != EMFILE ? 1 : 0;
    });
    with_descriptors(1, [&] {
        const auto held = find_held_files(directory.open());
        return held || held.error().code != EMFILE ? 1 : 0;
    });
    with_descriptors(2, [&] {  // one for the table of processes, one for each of theirs
        const auto held = find_held_files(directory.open());
        const Holder* holder = held ? find_holder(held->find(inode), opens.pid()) : nullptr;
        if (holder == nullptr || !holder->maps || holder->open) return 1;
        if (held->unreadable <= usual || held->is_complete()) return 2;
        const std::string said = reaper::blind_spot_text(*held);
        return contains(said, "Too many open files") && contains(said, "ulimit -n") ? 0 : 3;
    });
    with_descriptors(3, [&] {
        const auto held = find_held_files(directory.open());
        const Holder* holder = held ? find_holder(held->find(inode), opens.pid()) : nullptr;
        return holder != nullptr && holder->maps && holder->open && held->lack == 0 ? 0 : 1;
    });
}

TEST_CASE("who lacks descriptors does not know whom /proc hides") {
    Child looks(
        [] {
            leave_descriptors(0);
            return reaper::proc_view() == reaper::ProcView::unknown ? 0 : 1;
        },
        Child::After::runs);
    CHECK(looks.join() == 0);
}

TEST_CASE("who lacks descriptors has no sum of what lies below the directory") {
    const TestDirectory directory;
    Child looks(
        [&] {
            leave_descriptors(0);
            const auto account = reaper::account_for_space(directory.open(), {});
            return account || account.error().code != EMFILE ? 1 : 0;
        },
        Child::After::runs);
    CHECK(looks.join() == 0);
}

TEST_CASE("a creator is not dead because descriptors were lacking to look for it") {
    const TestDirectory directory;
    directory.write("file", "x");
    const shmheap::os::UniqueFd file(open_file(directory, "file"));
    struct stat status {};
    REQUIRE(::fstat(file.get(), &status) == 0);
    constexpr pid_t no_process = 0x3fffffff;  // beyond what the kernel gives out
    reaper::ProcessTable table;
    if (!table.find_creator(no_process, file.get(), status).sees_everyone) {
        MESSAGE("skipped: not all processes are seen here, whatever descriptors there are");
        return;
    }
    for (const unsigned count : {0U, 1U}) {
        Child looks(
            [&] {
                leave_descriptors(count);
                reaper::ProcessTable limited;
                const auto facts = limited.find_creator(no_process, file.get(), status);
                return facts.sees_everyone ? 1 : 0;
            },
            Child::After::runs);
        CAPTURE(count);
        CHECK(looks.join() == 0);
    }
}

TEST_CASE("what another user's process holds is counted as not readable, and root sees it") {
    if (lacks_root()) return;
    const TestDirectory directory;
    directory.write("file", std::string(file_bytes, 'x'), 0644);
    const Child roots([&] { return map_only(directory, "file"); });
    const Child other([&] {
        be_nobody();
        return open_file(directory, "file") < 0 ? 1 : 0;
    });
    const ino_t inode = inode_of(directory, "file");
    const auto as_root = held_in(directory);
    CHECK(find_holder(as_root.find(inode), roots.pid()) != nullptr);
    CHECK(find_holder(as_root.find(inode), other.pid()) != nullptr);
    CHECK(as_root.find(inode)->holders.size() == 2);

    Child looks(
        [&] {
            be_nobody();
            const auto held = find_held_files(directory.open());
            if (!held) return 1;
            if (find_holder(held->find(inode), roots.pid()) != nullptr) return 2;
            if (find_holder(held->find(inode), other.pid()) == nullptr) return 3;
            // Some processes may be kept even from root, by capabilities that it lacks.
            if (held->unreadable <= as_root.unreadable || held->is_complete()) return 4;
            return contains(reaper::blind_spot_text(*held), "not readable") ? 0 : 5;
        },
        Child::After::runs);
    CHECK(looks.join() == 0);
}

TEST_CASE("whom the holders decide about is told by them, where they were asked for") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 0755);
    directory.write("plasmaAb12Cd", "", 0644);
    const auto owner = [&](std::vector<std::string> options, std::optional<uid_t> user = {}) {
        options.insert(options.end(), {"--all", "--json"});
        const auto shown = boost::json::parse(shminfo(directory, options, user).out);
        return std::string(shown.at("files").at(0).at("owner").as_string());
    };
    const int fd = open_file(directory, "plasmaAb12Cd");
    CHECK(owner({}) == "unknown");
    CHECK(owner({"--holders"}) == "alive");
    CHECK(contains(shminfo(directory, {"--all", "--holders"}).out,
                   "  evidence:    process " + std::to_string(::getpid()) + " ("));
    ::close(fd);
    const bool all_seen = find_held_files(directory.open())->is_complete();
    CHECK(owner({"--holders"}) == (all_seen ? "dead" : "unknown"));
    CHECK(owner({"--holders"}, nobody) == "unknown");
}
