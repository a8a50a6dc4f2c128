// clean(): what it removes, what it leaves, and what it reports (file/cleaner.hpp).
#include "file/cleaner.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>

#include "fabricator.hpp"

namespace {

using namespace reaper_test;
using shmheap::clean;
using shmheap::CleanResult;

TEST_CASE("a dead owner's heap goes, a live one's stays") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1");
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::alive);
    CHECK(directory.has("heap-1"));
    heap.die();
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::removed);
    CHECK_FALSE(directory.has("heap-1"));
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::rebound);
}

TEST_CASE("clients that still have it attached do not keep a dead owner's heap") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    heap.attach(3);
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::removed);
}

TEST_CASE("the owner's lock is free as soon as its zombie can be collected") {
    const TestDirectory directory;
    const Child owner([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-1");
        return 0;
    });
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::alive);
    owner.kill();  // a zombie now, not collected
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::removed);
}

TEST_CASE("a fork of the owner does not keep the heap alive") {
    const TestDirectory directory;
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const Child owner([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-1");
        ::close(heap->fd());  // a descriptor is inherited, and is not what proves life
        const pid_t child = ::fork();
        if (child == 0) {
            char byte = 0;
            ::close(pipe_ends[1]);
            (void)!::read(pipe_ends[0], &byte, 1);  // until the test ends
            ::_exit(0);
        }
        return 0;
    });
    ::close(pipe_ends[0]);
    owner.kill();
    CHECK(clean(directory.open(), "heap-1").value() == CleanResult::removed);
    ::close(pipe_ends[1]);
}

TEST_CASE("a cleaner that is blocked by a reader's lock reports it and removes nothing") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    struct ::flock request {};
    request.l_type = F_RDLCK;
    request.l_whence = SEEK_SET;
    request.l_start = static_cast<off_t>(shmheap::os::owner_lock_byte);
    request.l_len = 1;
    REQUIRE(::fcntl(reader->get(), F_OFD_SETLK, &request) == 0);
    const auto result = clean(directory.open(), "heap-1");
    REQUIRE_FALSE(result);
    CHECK(result.error().code == EBUSY);
    CHECK(contains(result.error().message(), "reader"));
    CHECK(directory.has("heap-1"));
}

TEST_CASE("what is no regular file of one name with a sound header is not ours") {
    const TestDirectory directory;
    directory.write("heap-empty", "");
    directory.write("heap-text", std::string(10000, 'x'));
    directory.write("heap-short", heap_head().substr(0, 10));
    directory.write("heap-redhawk", redhawk_heap(1 << 21));
    ::mkfifo((directory / "heap-fifo").c_str(), 0600);
    ::mkdir((directory / "heap-directory").c_str(), 0700);
    ::symlink("heap-target", (directory / "heap-link").c_str());
    const FabricatedHeap target(directory, "heap-target", {}, Owner::is_dead);
    const FabricatedHeap twice(directory, "heap-twice", {}, Owner::is_dead);
    REQUIRE(::link((directory / "heap-twice").c_str(), (directory / "heap-again").c_str()) == 0);
    const FabricatedHeap damaged(directory, "heap-damaged",
                                 {.change = [](auto& header) { header.version += 1; }},
                                 Owner::is_dead);

    const auto before = directory.names();
    for (const std::string& name : before) {
        if (name == "heap-target") continue;
        CHECK_MESSAGE(clean(directory.open(), name).value() == CleanResult::not_ours, name);
    }
    CHECK(directory.names() == before);
}

TEST_CASE("a socket is not ours") {
    const TestDirectory directory;
    const shmheap::os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (directory / "heap-s").c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(clean(directory.open(), "heap-s").value() == CleanResult::not_ours);
    CHECK(directory.has("heap-s"));
}

TEST_CASE("a name outside the directory is an error") {
    const TestDirectory directory;
    CHECK(clean(directory.open(), "../x").error().code == EINVAL);
    CHECK(clean(directory.open(), "..").error().code == EINVAL);
    CHECK(clean(directory.open(), "").error().code == EINVAL);
}

TEST_CASE("another user's orphan that may not be opened for writing is an error and stays") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {.mode = 0644}, Owner::is_dead);
    ::chmod(directory.path().c_str(), 0777);
    Child visitor(
        [&] {
            if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 1;
            const auto result = clean(directory.open(), "heap-1");
            return !result && result.error().code == EACCES ? 0 : 2;
        },
        Child::After::ends);
    CHECK(visitor.join() == 0);
    CHECK(directory.has("heap-1"));
}

}  // namespace
