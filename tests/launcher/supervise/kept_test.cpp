/// The record and the lock of a component that is to outlive harrier.
#include "launcher/supervise/kept.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <random>

#include "launcher/kept_path.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

const KeptRecord sample{.tag = "app/0123abcd/worker/17",
                        .pid = 4711,
                        .start_ticks = 18446744073709551615U,
                        .is_ready = true,
                        .fingerprint = 0xfedcba9876543210U};

/// A process that has what this one has open, until it is killed.
pid_t fork_holder() {
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(100);  // should the test fail
        for (;;)
            pause();
    }
    return pid;
}

int signal_that_ended(pid_t pid) {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool is_locked(const std::string& path) {
    const UniqueFd lock(open(path.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(lock);
    return flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

TEST_CASE("a record says again what was put into it") {
    const auto read = parse_kept_record(spell(sample));
    REQUIRE(read);
    CHECK(*read == sample);
    CHECK(instance_of(*read) == "0123abcd");
    CHECK(start_number_of(*read) == 17);
}

TEST_CASE("a record that was torn anywhere is refused") {
    const std::string whole = spell(sample);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = parse_kept_record(whole.substr(0, size));
        CAPTURE(size);
        REQUIRE_FALSE(read);
    }
    CHECK_FALSE(parse_kept_record(whole + whole));
}

TEST_CASE("a record of which any byte is another is refused") {
    const std::string whole = spell(sample);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string spoiled = whole;
        spoiled[i] = static_cast<char>(spoiled[i] ^ 1);
        CAPTURE(i);
        CHECK_FALSE(parse_kept_record(spoiled));
    }
}

TEST_CASE("garbage is refused") {
    std::minstd_rand random(7);
    for (int round = 0; round < 10'000; ++round) {
        std::string garbage = round % 2 == 0 ? "harrier-kept 2\n" : "";
        for (std::size_t size = random() % 300; size > 0; --size)
            garbage += static_cast<char>(random());
        REQUIRE_FALSE(parse_kept_record(garbage));
    }
}

TEST_CASE("a record of another version is told from one that is torn") {
    std::string newer = spell(sample);
    newer.replace(newer.find(" 2\n"), 2, " 3");
    const auto read = parse_kept_record(newer);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ENOTSUP);
    CHECK(read.error().subject == "3");
    CHECK(parse_kept_record("nonsense").error().code == EBADMSG);
}

TEST_CASE("a record is replaced as a whole, and none is not a mistake of its content") {
    const TemporaryFolder folder;
    const KeptFiles files(folder.path());
    CHECK(files.read("a").error().code == ENOENT);
    REQUIRE(files.write("a", sample));
    KeptRecord other = sample;
    other.is_ready = false;
    REQUIRE(files.write("a", other));
    const auto read = files.read("a");
    REQUIRE(read);
    CHECK(*read == other);
    CHECK_FALSE(std::filesystem::exists(kept_path(folder.path(), "a", kept_record) + ".new"));
}

TEST_CASE("a record that cannot be written is told, and the former one stays") {
    const TemporaryFolder folder;
    const KeptFiles files(folder.path());
    REQUIRE(files.write("a", sample));
    std::filesystem::create_directory(kept_path(folder.path(), "a", kept_record) + ".new");
    CHECK_FALSE(files.write("a", sample));
    CHECK(files.read("a"));
}

TEST_CASE("a lock is held for as long as anybody has it, and the next start has another") {
    const TemporaryFolder folder;
    const KeptFiles files(folder.path());
    const std::string path = kept_path(folder.path(), "a", kept_lock);
    auto lock = files.lock("a");
    REQUIRE(lock);
    const pid_t holder = fork_holder();
    lock->reset();
    CHECK(is_locked(path));
    const auto second = files.lock("a");
    CHECK(second);
    CHECK(is_locked(path));
    kill(holder, SIGKILL);
    CHECK(signal_that_ended(holder) == SIGKILL);
}

TEST_CASE("whoever holds a lock is ended, but of those that are spared") {
    const TemporaryFolder folder;
    const KeptFiles files(folder.path());
    std::array<pid_t, 2> holders{};
    for (std::size_t i = 0; i < holders.size(); ++i) {
        const auto lock = files.lock(i == 0 ? "a" : "b");
        REQUIRE(lock);
        holders.at(i) = fork_holder();
    }
    CHECK(files.end_holders({"b"}) == 1);
    CHECK(signal_that_ended(holders[0]) == SIGKILL);
    CHECK(waitpid(holders[1], nullptr, WNOHANG) == 0);
    CHECK_FALSE(is_locked(kept_path(folder.path(), "a", kept_lock)));
    CHECK(files.end_holders({"b"}) == 0);
    CHECK(files.end_holders({}) == 1);
    CHECK(signal_that_ended(holders[1]) == SIGKILL);
}

}  // namespace
}  // namespace launcher::test
