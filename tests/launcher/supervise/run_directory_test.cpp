/// The run directory and its lock, and what is cleared of earlier instances.
#include "launcher/supervise/run_directory.hpp"

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "launcher/supervise/leftovers.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;

/// XDG_RUNTIME_DIR as a folder of the test's own.
class Runtime {
public:
    TemporaryFolder folder;
    Runtime() { setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1); }
    ~Runtime() { unsetenv("XDG_RUNTIME_DIR"); }
};

TEST_CASE("the run directory is ours alone while it is held, and gone afterwards") {
    const Runtime runtime;
    const std::string path = runtime.folder / "harrier/demo";
    {
        const auto directory = RunDirectory::acquire("demo");
        REQUIRE(directory);
        CHECK(directory->path() == path);
        struct stat status {};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777) == 0700);
        CHECK(RunDirectory::is_alive(path));
        std::filesystem::create_directories(path + "/deep/er");
        std::filesystem::create_symlink("/etc", path + "/deep/link");
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(std::filesystem::exists("/etc/passwd"));
    CHECK_FALSE(RunDirectory::is_alive(path));
}

TEST_CASE("a second instance of a name is refused and told who holds it; another name is not") {
    const Runtime runtime;
    const auto first = RunDirectory::acquire("demo");
    REQUIRE(first);
    const auto second = RunDirectory::acquire("demo");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == EBUSY);
    CHECK(second.error().subject == std::to_string(getpid()));
    CHECK(RunDirectory::acquire("demo2"));
}

TEST_CASE("whether another program could go on with it is looked at, and nothing is made by that") {
    const Runtime runtime;
    const std::string path = runtime.folder / "harrier/demo";
    const auto directory = RunDirectory::acquire("demo");
    REQUIRE(directory);
    CHECK(directory->check());
    std::filesystem::rename(path + "/lock", path + "/elsewhere");
    REQUIRE_FALSE(directory->check());
    CHECK(directory->check().error().code == ESTALE);
    std::filesystem::rename(path + "/elsewhere", path + "/lock");
    CHECK(directory->check());
    std::filesystem::remove_all(path);
    REQUIRE_FALSE(directory->check());
    CHECK(directory->check().error().code == ENOENT);
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("what a killed instance left in its directory is removed") {
    const Runtime runtime;
    std::filesystem::create_directories(runtime.folder / "harrier/demo/old");
    runtime.folder.write("harrier/demo/lock", "4711");
    runtime.folder.write("harrier/demo/old/socket", "");
    const auto directory = RunDirectory::acquire("demo");
    REQUIRE(directory);
    CHECK_FALSE(std::filesystem::exists(runtime.folder / "harrier/demo/old"));
    CHECK(runtime.folder.read("harrier/demo/lock") == std::to_string(getpid()));
}

TEST_CASE("nobody leads harrier elsewhere by a link") {
    const Runtime runtime;
    const TemporaryFolder elsewhere;
    elsewhere.write("precious", "");
    SUBCASE("in place of the application's folder") {
        std::filesystem::create_directories(runtime.folder / "harrier");
        std::filesystem::create_symlink(elsewhere.path(), runtime.folder / "harrier/demo");
    }
    SUBCASE("in place of the common folder") {
        std::filesystem::create_symlink(elsewhere.path(), runtime.folder / "harrier");
    }
    CHECK_FALSE(RunDirectory::acquire("demo"));
    CHECK(std::filesystem::exists(elsewhere / "precious"));
}

TEST_CASE("a folder that others may write in is closed to them") {
    const Runtime runtime;
    std::filesystem::create_directories(runtime.folder / "harrier/demo");
    chmod((runtime.folder / "harrier/demo").c_str(), 0777);
    const auto directory = RunDirectory::acquire("demo");
    REQUIRE(directory);
    struct stat status {};
    REQUIRE(stat(directory->path().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
}

TEST_CASE("another user's folder is refused") {
    if (geteuid() != 0) {
        MESSAGE("skipped: only root can make another user's folder");
        return;
    }
    const Runtime runtime;
    std::filesystem::create_directories(runtime.folder / "harrier/demo");
    REQUIRE(chown((runtime.folder / "harrier/demo").c_str(), 12345, 12345) == 0);
    const auto directory = RunDirectory::acquire("demo");
    REQUIRE_FALSE(directory);
    CHECK(directory.error().code == EPERM);
}

TEST_CASE("without XDG_RUNTIME_DIR, or with a relative one, the system's folders serve") {
    const std::string expected =
        geteuid() == 0 ? "/run/harrier/x" : "/tmp/harrier-" + std::to_string(geteuid()) + "/x";
    unsetenv("XDG_RUNTIME_DIR");
    CHECK(run_directory_path("x") == expected);
    setenv("XDG_RUNTIME_DIR", "relative", 1);
    CHECK(run_directory_path("x") == expected);
    unsetenv("XDG_RUNTIME_DIR");
}

/// A process that sleeps with a tag in its environment; ended and collected with the test.
class Sleeper {
public:
    Sleeper(const std::string& tag, const std::string& run_directory) {
        std::string tag_variable = "SHMHEAP_TAG=" + tag;
        std::string directory_variable = "HARRIER_RUN_DIR=" + run_directory;
        char program[] = "/bin/sleep";
        char seconds[] = "1000";
        char* const arguments[] = {program, seconds, nullptr};
        char* const environment[] = {tag_variable.data(), directory_variable.data(), nullptr};
        REQUIRE(posix_spawn(&pid_, program, nullptr, nullptr, arguments, environment) == 0);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    bool was_killed() {
        int status = 0;
        if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
        pid_ = 0;
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }

private:
    pid_t pid_ = 0;
};

TEST_CASE("what bears the tag of an earlier instance is ended, and nothing else is") {
    const Runtime runtime;
    const auto other = RunDirectory::acquire("other-place");
    REQUIRE(other);
    const std::string here = runtime.folder / "harrier/leftovers-test";
    Sleeper mine("leftovers-test/old/a/1", here);
    Sleeper homeless("leftovers-test/older/a/1", runtime.folder / "gone");
    Sleeper other_application("leftovers-test2/old/a/1", here);
    Sleeper other_instance("leftovers-test/live/a/1", other->path());
    const Leftovers leftovers = end_leftovers("leftovers-test", here, 5s);
    CHECK(leftovers.ended == 2);
    CHECK(leftovers.alive == 0);
    CHECK(mine.was_killed());
    CHECK(homeless.was_killed());
    CHECK_FALSE(other_application.was_killed());
    CHECK_FALSE(other_instance.was_killed());
    CHECK(end_leftovers("leftovers-test", here, 5s).ended == 0);
}

}  // namespace
}  // namespace launcher::test
