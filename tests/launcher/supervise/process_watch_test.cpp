/// A watch tells of an end when there is one, whatever the event loop was told before it was made.
#include "launcher/supervise/process_watch.hpp"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

StreamDescriptor readable(asio::io_context& io) {
    return StreamDescriptor(io, eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
}

TEST_CASE("an event fetched for a descriptor that was closed ends no watch that comes after it") {
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(100);  // should the test fail
        pause();
        _exit(0);
    }
    UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    REQUIRE(pidfd);

    asio::io_context io;
    StreamDescriptor first = readable(io);
    std::optional<StreamDescriptor> second = readable(io);
    bool has_ended = false;
    std::optional<ProcessWatch> watch;
    // The loop fetches the events of both at once. When the first is handled the second is closed,
    // its event still queued, and the watch gets its place.
    first.async_wait(StreamDescriptor::wait_read, [&](ErrorCode) {
        second.reset();
        watch.emplace(io.get_executor(), std::move(pidfd), [&] { has_ended = true; });
    });
    second->async_wait(StreamDescriptor::wait_read, [](ErrorCode) {});
    io.poll();
    REQUIRE(watch);
    CHECK(!has_ended);
    CHECK(!watch->ended());

    kill(pid, SIGKILL);
    io.restart();
    io.run();
    CHECK(has_ended);
    CHECK(watch->ended());
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
}

}  // namespace
}  // namespace launcher::test
