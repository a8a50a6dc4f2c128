// What a producer meets where it wants to listen: left-overs of one that was killed there, and a
// lock that somebody does not give up.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <csignal>

#include "injector.hpp"
#include "shmheap/stream.hpp"
#include "support.hpp"

using namespace fault_test;
using namespace heap_test;
using shmheap::Producer;

TEST_CASE(
    "wherever a producer is killed while it begins to listen, the next leaves nothing of it") {
    Ended ended = killed_by(SIGKILL);
    int deaths = 0;
    for (int nth = 1; ended == killed_by(SIGKILL); ++nth, ++deaths) {
        const Folder folder;
        const std::string path = folder / "stream";
        ended = in_child([&] {
            const Injection injection(nth, death, Lasting::once);
            return Producer::listen(path) ? 0 : 1;
        });
        CAPTURE(nth);
        // What ended as it should has removed its name; what was killed may have left one or two.
        const auto next = Producer::listen(path);
        CHECK_MESSAGE(next, (next ? "" : next.error().message()));
        CHECK(folder.names() == std::vector<std::string>{"stream"});
    }
    CHECK(ended == exited(0));
    CHECK(deaths > 5);
}

TEST_CASE("a producer does not wait without end for a directory that somebody keeps locked") {
    const Folder folder;
    const UniqueFd directory(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(::flock(directory.get(), LOCK_EX) == 0);
    const auto refused = Producer::listen(folder / "stream");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == EBUSY);
    REQUIRE(::flock(directory.get(), LOCK_UN) == 0);
    CHECK(Producer::listen(folder / "stream"));
}
