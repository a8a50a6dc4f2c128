// shminfo and shmclean as programs: options, exit statuses, which stream says what.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fabricator.hpp"
#include "os/file_lock.hpp"

namespace {

using namespace reaper_test;
namespace json = boost::json;

TEST_CASE("help and version go to stdout with status 0") {
    for (const char* program : {SHMINFO_PROGRAM, SHMCLEAN_PROGRAM}) {
        for (const char* option : {"-h", "--help", "--version"}) {
            const auto result = run_program({program, {option}});
            CHECK(result.status == 0);
            CHECK_FALSE(result.out.empty());
            CHECK(result.err.empty());
        }
    }
    CHECK(contains(run_program({SHMINFO_PROGRAM, {"--version"}}).out, "shminfo "));
    CHECK(contains(run_program({SHMCLEAN_PROGRAM, {"--version"}}).out, "shmclean "));
}

TEST_CASE("wrong usage is status 2, said on stderr alone") {
    const TestDirectory directory;
    for (const auto& result : {shminfo(directory, {"--format=x"}), shminfo(directory, {"--bad"}),
                               shminfo(directory, {"name"}), shmclean(directory, {"--bad"}),
                               run_program({SHMCLEAN_PROGRAM, {"--dir"}})}) {
        CHECK(result.status == 2);
        CHECK(result.out.empty());
        CHECK_FALSE(result.err.empty());
    }
}

TEST_CASE("wrong usage is told in one line that begins with the program's name") {
    const TestDirectory directory;
    const auto told = [](const ProgramResult& result, const std::string& program,
                         const std::string& part) {
        CHECK(result.status == 2);
        CHECK(result.out.empty());
        CHECK_MESSAGE(result.err.starts_with(program + ": "), result.err);
        CHECK_MESSAGE(result.err.find('\n') + 1 == result.err.size(), result.err);
        CHECK_MESSAGE(contains(result.err, part), result.err);
        CHECK_MESSAGE(contains(result.err, "; --help tells more"), result.err);
    };
    told(shmclean(directory, {"-n", "-i"}), "shmclean", "excludes");
    told(shmclean(directory, {"--user=no\nbody\\"}), "shmclean", "\"no\\x0abody\\\\\": no user");
    told(shminfo(directory, {"a\nb"}), "shminfo", "a\\x0ab");
    told(shminfo(directory, {"--sort=colour"}), "shminfo", "colour");
    told(shminfo(directory, {"--user=no\nbody"}), "shminfo", "no\\x0abody");
    told(shminfo(directory, {"--check=free<"}), "shminfo", "--check");
    told(shminfo(directory, {"--watch=soon"}), "shminfo", "--watch");
}

TEST_CASE("a value that is empty behind = is called so, whichever option it is of") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    for (const char* option : {"--component=", "--user=", "--older-than=", "--files-from="}) {
        const auto result = shmclean(directory, {option});
        CHECK(result.status == 2);
        CHECK_MESSAGE(contains(result.err, std::string("shmclean: ") + option +
                                               " the value is empty; write " + option),
                      result.err);
    }
    for (const char* option : {"--component=", "--user=", "--sort=", "--verify=", "--check="}) {
        const auto result = shminfo(directory, {option});
        CHECK(result.status == 2);
        CHECK_MESSAGE(contains(result.err, "the value is empty"), result.err);
    }
    CHECK(directory.has("heap-1"));
}

TEST_CASE("a directory that cannot be read is status 1, with the remedy") {
    for (const char* program : {SHMINFO_PROGRAM, SHMCLEAN_PROGRAM}) {
        for (const char* path : {"/nonexistent", "/dev/null"}) {
            const auto result = run_program({program, {"--dir", path}});
            CHECK(result.status == 1);
            CHECK(result.out.empty());
            CHECK(contains(result.err, path));
            CHECK(contains(result.err, "--dir"));
        }
    }
}

TEST_CASE("who lacks descriptors is told so, and no wrong cause or remedy" *
          doctest::skip(!may_lack_descriptors)) {
    const TestDirectory directory;
    const auto limited = [&directory](const char* descriptors, const std::string& program) {
        return run_program(
            {"/bin/sh",
             {"-c", std::string("exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n ") +
                        descriptors + "; exec " + program + " --dir " + directory.path()}});
    };
    // The directory is the fourth, and its list the fifth.
    for (const char* program : {SHMINFO_PROGRAM, SHMCLEAN_PROGRAM}) {
        const auto result = limited("4", program);
        CHECK(result.status == 1);
        CHECK_MESSAGE(contains(result.err, "Too many open files; raise the limit"), result.err);
        CHECK_FALSE(contains(result.err, "--dir"));
    }
    for (const char* option : {" --holders", " --deleted"}) {
        const auto result = limited("5", SHMINFO_PROGRAM + std::string(option));
        CHECK_MESSAGE(contains(result.err, "Too many open files"), result.err);
        CHECK_FALSE(contains(result.err, "hidepid"));
        CHECK_FALSE(contains(result.err, "folder"));
    }
}

TEST_CASE("the directory is --dir, else SHMHEAP_DIR") {
    const TestDirectory by_option;
    const TestDirectory by_variable;
    const std::vector<std::string> environment{"SHMHEAP_DIR=" + by_variable.path()};
    CHECK(run_program({SHMINFO_PROGRAM, {}, environment}).out.starts_with(by_variable.path()));
    CHECK(run_program({SHMINFO_PROGRAM, {"--dir", by_option.path()}, environment})
              .out.starts_with(by_option.path()));
    const FabricatedHeap heap(by_variable, "heap-1", {}, Owner::is_dead);
    CHECK(run_program({SHMCLEAN_PROGRAM, {}, environment}).out == "unlinking heap-1\n");
}

TEST_CASE("without any choice it is /dev/shm") {
    CHECK(run_program({SHMINFO_PROGRAM, {}}).out.starts_with("/dev/shm\n"));
    CHECK(run_program({SHMINFO_PROGRAM, {}, {"SHMHEAP_DIR="}}).out.starts_with("/dev/shm\n"));
}

TEST_CASE("shminfo lists by name, and -l shows numbers instead of users and groups") {
    const TestDirectory directory;
    const FabricatedHeap second(directory, "heap-2", {.component = "b"});
    const FabricatedHeap first(directory, "heap-1", {.component = "a"}, Owner::is_dead);
    const auto result = shminfo(directory, {"-l"});
    CHECK(result.status == 0);
    CHECK(result.out.find("heap-1") < result.out.find("heap-2"));
    CHECK(contains(section(result.out, "heap-1"), "  orphaned:    true\n  refcount:    0\n"));
    CHECK(contains(section(result.out, "heap-2"), "  orphaned:    false\n  refcount:    1\n"));
    CHECK(contains(result.out, "  user:        " + std::to_string(::geteuid()) + "\n"));
    CHECK(contains(section(result.out, "heap-1"), "  mode:        640\n"));
}

TEST_CASE("the refcount follows the living: owner and clients") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1");
    heap.attach(0);
    heap.attach(63);
    CHECK(contains(shminfo(directory).out, "  refcount:    3\n"));
    heap.die();
    CHECK(contains(shminfo(directory).out, "  orphaned:    true\n  refcount:    2\n"));
    heap.detach_all();
    CHECK(contains(shminfo(directory).out, "  refcount:    0\n"));
}

TEST_CASE("shminfo says so when its output cannot be written") {
    const TestDirectory directory;
    const auto result = run_program(
        {"/bin/sh", {"-c", "exec " SHMINFO_PROGRAM " --dir " + directory.path() + " >/dev/full"}});
    CHECK(result.status == 1);
    CHECK(contains(result.err, "No space left on device"));
}

TEST_CASE("help and version that cannot be written are status 1") {
    for (const std::string program : {SHMINFO_PROGRAM, SHMCLEAN_PROGRAM}) {
        for (const std::string option : {" --help", " --version"}) {
            const auto result =
                run_program({"/bin/sh", {"-c", "exec " + program + option + " >/dev/full"}});
            CHECK(result.status == 1);
            CHECK(contains(result.err, "No space left on device"));
        }
    }
}

TEST_CASE("shminfo --json is one document with every heap, and with --all every file") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {.component = "siggen"});
    directory.write("other", "x");
    auto document = json::parse(shminfo(directory, {"--json"}).out);
    CHECK(document.at("directory").as_string() == directory.path());
    REQUIRE(document.at("files").as_array().size() == 1);
    CHECK(document.at("files").at(0).at("component").as_string() == "siggen");
    document = json::parse(shminfo(directory, {"--json", "-a"}).out);
    CHECK(document.at("files").as_array().size() == 2);
}

TEST_CASE("shmclean --dry-run shows what would go and removes nothing") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-2");
    const auto result = shmclean(directory, {"-n"});
    CHECK(result.status == 0);
    CHECK(result.out == "would unlink heap-1\n");
    CHECK(directory.names().size() == 2);
    CHECK(shmclean(directory, {"--dry-run", "--force", "heap-2"}).out == "would unlink heap-2\n");
    CHECK(directory.has("heap-2"));
}

TEST_CASE("a name with a slash is refused, and one refused name does not stop the others") {
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap two(directory, "heap-2", {}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-3");
    directory.write("file", "x");
    const auto result = shmclean(directory, {"heap-1", "./heap-2", "..", "/dev/shm/x", "", "nope",
                                             "heap-3", "file", "heap-2"});
    CHECK(result.status == 1);
    CHECK(result.out == "unlinking heap-1\nunlinking heap-2\n");
    CHECK(directory.names() == std::vector<std::string>{"file", "heap-3"});
    for (const char* part : {"./heap-2: refused", "..: refused", "/dev/shm/x: refused",
                             "nope: there is no such file", "heap-3: refused", "file: refused"}) {
        CHECK_MESSAGE(contains(result.err, part), part);
    }
    CHECK(shmclean(directory, {"-f", "a/b"}).status == 1);
}

TEST_CASE("shmclean --force without names takes what is orphaned, and no live or other file") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-2");
    directory.write("heap-3", heap_head().substr(0, 10));
    directory.write("other", "x");
    const auto result = shmclean(directory, {"--force"});
    CHECK(result.status == 0);
    CHECK(result.out == "unlinking heap-1\n");
    CHECK(directory.names() == std::vector<std::string>{"heap-2", "heap-3", "other"});
}

TEST_CASE("a reader's lock is reported with its remedy, and --force ignores it") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    struct ::flock request {};
    request.l_type = F_RDLCK;
    request.l_whence = SEEK_SET;
    REQUIRE(::fcntl(reader->get(), F_OFD_SETLK, &request) == 0);
    for (const auto& result : {shmclean(directory), shmclean(directory, {"heap-1"})}) {
        CHECK(result.status == 1);
        CHECK(result.out.empty());
        CHECK(contains(result.err, "heap-1: cannot be removed"));
        CHECK(contains(result.err, "--force"));
    }
    CHECK(shmclean(directory, {"-f"}).out == "unlinking heap-1\n");
    CHECK_FALSE(directory.has("heap-1"));
}

TEST_CASE("a dry run says what cannot be removed, and why, as a run does") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap read(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap another(directory, "heap-2", {}, Owner::is_dead);
    REQUIRE(::mkdir((directory / "folder").c_str(), 0755) == 0);
    REQUIRE(::chmod((directory / "heap-2").c_str(), 0666) == 0);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    struct ::flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_start = static_cast<off_t>(shmheap::os::owner_lock_byte);
    lock.l_len = 1;
    REQUIRE(::fcntl(reader->get(), F_OFD_SETLK, &lock) == 0);
    const auto says = [&](std::vector<std::string> arguments, std::optional<uid_t> user,
                          const std::string& what) {
        const auto run = shmclean(directory, arguments, user);
        arguments.emplace_back("-n");
        const auto dry_run = shmclean(directory, arguments, user);
        CHECK(contains(run.err, what));
        CHECK(dry_run.err == run.err);
        CHECK(dry_run.out == run.out);
        CHECK(dry_run.status == 1);
    };
    says({"heap-1"}, {}, "heap-1: cannot be removed: Device or resource busy");
    says({"--force", "folder"}, {}, "folder: cannot be removed: Is a directory");
    REQUIRE(::chmod(directory.path().c_str(), 01777) == 0);
    says({"heap-2"}, nobody, "heap-2: cannot be removed: Operation not permitted");
    REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
    says({"heap-2"}, nobody, "heap-2: cannot be removed: Permission denied");
}

TEST_CASE("--force is no remedy where it would not help") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1");
    REQUIRE(::mkdir((directory / "folder").c_str(), 0755) == 0);
    CHECK(shmclean(directory, {"folder"}).err ==
          "shmclean: folder: refused: it is no heap; it is a directory; remove it with rmdir\n");
    REQUIRE(::chmod(directory.path().c_str(), 01777) == 0);
    CHECK(contains(shmclean(directory, {"heap-1"}).err, "; --force removes it all the same"));
    const auto denied = shmclean(directory, {"heap-1"}, nobody);
    CHECK(contains(denied.err, "heap-1: refused: "));
    CHECK(contains(denied.err, "; run shmclean as its owner (root) or as root"));
}

TEST_CASE("a heap that is named twice is removed once, and nothing else is said of it") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto result = shmclean(directory, {"heap-1", "heap-1"});
    CHECK(result.status == 0);
    CHECK(result.out == "unlinking heap-1\n");
    CHECK(result.err.empty());
}

TEST_CASE("what an option would not change is wrong usage") {
    const TestDirectory directory;
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"--component", ""},
                                               {"--verify", "heap-1", "--all"},
                                               {"--verify", "heap-1", "--user", "0"},
                                               {"--watch", "-l"},
                                               {"--json", "--format=k"},
                                               {"--metrics", "--sort", "size"}})
        CHECK_MESSAGE(shminfo(directory, wrong).status == 2, wrong.front());
}

TEST_CASE("shmclean --json tells of each file what became of it") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-2");
    const auto result = shmclean(directory, {"--json", "heap-1", "heap-2", "x/y"});
    CHECK(result.status == 1);
    const auto document = json::parse(result.out);
    CHECK(document.at("version").as_int64() == 1);
    CHECK(document.at("dry_run").as_bool() == false);
    const auto& files = document.at("files").as_array();
    REQUIRE(files.size() == 3);
    CHECK(files[0].at("result").as_string() == "unlinked");
    CHECK(files[1].at("result").as_string() == "refused");
    CHECK(files[1].at("verdict").as_string() == "live");
    CHECK(files[2].at("result").as_string() == "refused");
    CHECK(contains(result.err, "heap-2: refused: its owner (pid 4242) is alive"));
}

TEST_CASE("nothing to do is no output and status 0") {
    const TestDirectory directory;
    const auto result = shmclean(directory);
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
}

}  // namespace
