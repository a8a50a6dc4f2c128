// shmclean's options that choose: by age, component, user, a list of names, and by asking.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "fabricator.hpp"
#include "reaper/duration_text.hpp"

using namespace reaper_test;
using std::chrono::seconds;

namespace {

/// shmclean with `input` at its standard input, a format of printf(1).
ProgramResult shmclean_with(const TestDirectory& directory, const std::string& input,
                            const std::string& options) {
    return run_program({"/bin/sh",
                        {"-c", "printf '" + input + "' | exec " SHMCLEAN_PROGRAM " --dir " +
                                   directory.path() + " " + options}});
}

TEST_CASE("durations have units, each at most once and the larger first") {
    CHECK(reaper::parse_duration("90s") == seconds(90));
    CHECK(reaper::parse_duration("1h30m") == seconds(5400));
    CHECK(reaper::parse_duration("2w1d") == seconds(15 * 86400));
    CHECK(reaper::parse_duration("0s") == seconds(0));
    for (const char* wrong : {"", "5", "m", "5x", "1m1h", "1h1h", "-1s", "1.5h", " 1s", "1s ",
                              "99999999999s", "4000000000w"})
        CHECK_MESSAGE(!reaper::parse_duration(wrong), wrong);
}

TEST_CASE("a wrong value is status 2, and the message names option, value and remedy") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const std::vector<std::array<std::string, 3>> cases{
        {"--older-than=5", "\"5\"", "90s"},
        {"--foreign=nonsense", "\"nonsense\"", "pytorch"},
        {"--foreign=pytorch,", "\"\"", "pytorch"},
        {"--foreign=", "--foreign", "pytorch"},
        {"--user=no-such-user", "\"no-such-user\"", "number"},
    };
    for (const auto& [option, value, remedy] : cases) {
        const auto result = shmclean(directory, {option});
        CHECK_MESSAGE(result.status == 2, option);
        CHECK_MESSAGE(result.out.empty(), option);
        CHECK_MESSAGE(contains(result.err, option.substr(0, option.find('='))), result.err);
        CHECK_MESSAGE(contains(result.err, value), result.err);
        CHECK_MESSAGE(contains(result.err, remedy), result.err);
    }
    for (const auto& wrong : std::vector<std::vector<std::string>>{{"-0"},
                                                                   {"-i", "-n"},
                                                                   {"--component="},
                                                                   {"--component", ""},
                                                                   {"--files-from="},
                                                                   {"--files-from", ""},
                                                                   {"--dry-run=0"},
                                                                   {"--watch=3"},
                                                                   {"--older-than="},
                                                                   {"--user", "0", "--all-users"},
                                                                   {"--foreign=all,x"},
                                                                   {"-i", "--files-from", "-"}})
        CHECK_MESSAGE(shmclean(directory, wrong).status == 2, wrong.front());
    CHECK(directory.has("heap-1"));
}

TEST_CASE("--older-than leaves what was changed lately") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    CHECK(shmclean(directory, {"--older-than", "1h"}).out.empty());
    const auto named = shmclean(directory, {"--older-than", "1h", "heap-1"});
    CHECK(named.status == 0);
    CHECK(contains(named.err, "heap-1: left alone: it was changed "));
    const std::array<timespec, 2> tomorrow{{{0, UTIME_NOW}, {::time(nullptr) + 86400, 0}}};
    REQUIRE(::utimensat(AT_FDCWD, (directory / "heap-1").c_str(), tomorrow.data(), 0) == 0);
    CHECK(shmclean(directory, {"--older-than", "0s"}).out.empty());
    CHECK(contains(shmclean(directory, {"--older-than", "0s", "heap-1"}).err, " s in the future"));
    const std::array<timespec, 2> today{{{0, UTIME_NOW}, {0, UTIME_NOW}}};
    REQUIRE(::utimensat(AT_FDCWD, (directory / "heap-1").c_str(), today.data(), 0) == 0);
    CHECK(shmclean(directory, {"--older-than", "0s"}).out == "unlinking heap-1\n");
}

TEST_CASE("--component takes that component's heaps alone") {
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {.component = "siggen"}, Owner::is_dead);
    const FabricatedHeap two(directory, "heap-2", {.component = "siggen2"}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-3", {.component = "siggen"});
    CHECK(shmclean(directory, {"--component", "siggen"}).out == "unlinking heap-1\n");
    CHECK(directory.names() == std::vector<std::string>{"heap-2", "heap-3"});
}

TEST_CASE("--user takes that user's heaps alone") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap two(directory, "heap-2", {}, Owner::is_dead);
    REQUIRE(::chown((directory / "heap-2").c_str(), nobody, nobody) == 0);
    CHECK(shmclean(directory, {"--user", "nobody"}).out == "unlinking heap-2\n");
    CHECK(directory.has("heap-1"));
    CHECK(shmclean(directory, {"--user", "0"}).out == "unlinking heap-1\n");
}

TEST_CASE("--files-from takes names one a line, with -0 whatever they consist of") {
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap two(directory, "heap-2\nx", {}, Owner::is_dead);
    const FabricatedHeap three(directory, "heap-3", {}, Owner::is_dead);
    CHECK(shmclean_with(directory, "heap-1\\n\\n", "--files-from -").out == "unlinking heap-1\n");
    CHECK(shmclean_with(directory, "heap-2\\nx\\000", "-0 --files-from -").out ==
          "unlinking heap-2\\x0ax\n");
    const FabricatedHeap four(directory, "heap-4", {}, Owner::is_dead);
    const auto found = shmclean_with(directory, ".\\000./heap-4\\000", "-0 --files-from -");
    CHECK(found.status == 0);  // as find . -print0 writes them
    CHECK(found.out == "unlinking heap-4\n");
    const auto slash = shmclean_with(directory, "../x", "--files-from -");
    CHECK(slash.status == 1);
    CHECK(contains(slash.err, "../x: refused"));
    CHECK(directory.names() == std::vector<std::string>{"heap-3"});
}

TEST_CASE("an empty list of names is no wish for everything") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const auto result = shmclean_with(directory, "", "--files-from -");
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(directory.has("heap-1"));
    const auto missing = shmclean(directory, {"--files-from", "/nonexistent/list"});
    CHECK(missing.status == 1);
    CHECK(contains(missing.err, "--files-from: cannot read names from /nonexistent/list"));
    CHECK(directory.has("heap-1"));
}

TEST_CASE("--interactive removes what is answered with y, and the end of input is no") {
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {}, Owner::is_dead);
    const FabricatedHeap two(directory, "heap-2", {}, Owner::is_dead);
    const FabricatedHeap three(directory, "heap-3", {}, Owner::is_dead);
    const auto result = shmclean_with(directory, "n\\ny\\n", "-i");
    CHECK(result.status == 0);
    CHECK(result.out == "unlinking heap-2\n");
    CHECK(contains(result.err, "shmclean: remove heap-1 (heap of "));
    CHECK(contains(result.err, "its owner's lock is free; process 4242 was its owner"));
    CHECK(directory.names() == std::vector<std::string>{"heap-1", "heap-3"});
}

TEST_CASE("--verbose says of each removal which memory returns at once, and which later") {
    if (lacks_root()) return;
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto allocated = [&] {
        struct stat status {};
        REQUIRE(::fstat(heap.fd(), &status) == 0);
        return std::to_string(status.st_blocks * 512);
    }();
    // This process has the file open: it holds the memory.
    const auto result = shmclean(directory, {"-v"});
    CHECK(result.out == "unlinking heap-1\n");
    CHECK(contains(result.err, "heap-1: removed: heap of "));
    CHECK(contains(result.err, "0 bytes return now, " + allocated + " when its 1 holder exits"));
}

}  // namespace
