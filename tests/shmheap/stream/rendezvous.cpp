// How the two ends of a stream find each other: names, long paths, orders of arrival, left-overs.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <thread>

#include "fixture.hpp"
#include "stream/listener.hpp"
#include "stream/seeker.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::stream::Listener;
using shmheap::stream::Seeker;

namespace {

/// Waits until the seeker of another thread sleeps: it has a watch of its own by then.
void await_inotify(std::size_t count) {
    const auto instances = [] {
        std::size_t found = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            const auto target = std::filesystem::read_symlink(entry.path(), gone);
            if (!gone && target == "anon_inode:inotify") ++found;
        }
        return found;
    };
    while (instances() < count)
        std::this_thread::yield();
}

}  // namespace

TEST_CASE("a name appears when it can be connected to, and goes with its listener") {
    const Folder folder;
    const std::string path = folder / "samples";
    {
        auto listener = Listener::bind(path);
        REQUIRE(listener.has_value());
        CHECK(Seeker(path).connect(at_once).has_value());
        CHECK(listener->accept().value().has_value());
        CHECK_FALSE(listener->accept().value().has_value());
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a live listener keeps its name") {
    const Folder folder;
    const std::string path = folder / "samples";
    auto listener = Listener::bind(path);
    REQUIRE(listener.has_value());
    CHECK(Listener::bind(path).error().code == EADDRINUSE);
    CHECK(Seeker(path).connect(at_once).has_value());
}

TEST_CASE("the socket of a dead listener is replaced") {
    const Folder folder;
    const std::string path = folder / "samples";
    Child dead([&] {
        auto listener = Listener::bind(path);
        if (!listener) return 1;
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    CHECK(dead.wait() == 128 + SIGKILL);
    REQUIRE(std::filesystem::exists(path));
    CHECK(Seeker(path).connect(at_once).error().code == ETIMEDOUT);

    auto listener = Listener::bind(path);
    REQUIRE(listener.has_value());
    CHECK(Seeker(path).connect(at_once).has_value());
}

TEST_CASE("what is no socket is left alone") {
    const Folder folder;
    const std::string path = folder / "samples";
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    CHECK(Listener::bind(path).error().code == EEXIST);
    CHECK(std::filesystem::is_directory(path));
}

TEST_CASE("a listener in a forked child leaves its parent's name alone") {
    const Folder folder;
    const std::string path = folder / "samples";
    auto listener = std::make_unique<Listener>(Listener::bind(path).value());
    Child child([&] {
        listener.reset();
        return 0;
    });
    CHECK(child.wait() == 0);
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("a seeker waits for the name, and for a directory that does not exist yet") {
    const Folder folder;
    const std::string directory = folder / "run/demo";
    const std::string path = directory + "/samples";
    bool found = false;
    std::thread waiting([&] { found = Seeker(path).connect(soon()).has_value(); });
    await_inotify(1);
    std::filesystem::create_directories(directory);
    auto listener = Listener::bind(path);
    waiting.join();
    CHECK(listener.has_value());
    CHECK(found);
}

TEST_CASE("a seeker misses no directory that appears while it looks for the nearest one") {
    constexpr int rounds = 300;
    for (int round = 0; round < rounds; ++round) {
        const Folder folder;
        const std::string directory = folder / "ports/source/out/filter";
        const std::string path = directory + "/in";
        bool found = false;
        std::thread waiting([&] { found = Seeker(path).connect(soon()).has_value(); });
        std::filesystem::create_directories(directory);
        const auto listener = Listener::bind(path);
        waiting.join();
        CHECK(listener.has_value());
        REQUIRE(found);
    }
}

TEST_CASE("a seeker meets the successor of a dead listener") {
    const Folder folder;
    const std::string path = folder / "samples";
    Child dead(
        [&] { return Listener::bind(path).has_value() ? (::kill(::getpid(), SIGKILL), 0) : 1; });
    CHECK(dead.wait() == 128 + SIGKILL);
    bool found = false;
    std::thread waiting([&] { found = Seeker(path).connect(soon()).has_value(); });
    await_inotify(1);
    auto listener = Listener::bind(path);
    waiting.join();
    CHECK(listener.has_value());
    CHECK(found);
}

TEST_CASE("a seeker gives up at its deadline") {
    const Folder folder;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(Seeker(folder / "samples").connect(in(20ms)).error().code == ETIMEDOUT);
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK(Seeker(folder / "none/samples").connect(at_once).error().code == ETIMEDOUT);
}

TEST_CASE("paths longer than a socket address are used as any other") {
    const Folder folder;
    const std::string directory = folder / (std::string(100, 'd') + "/" + std::string(100, 'e'));
    std::filesystem::create_directories(directory);
    const std::string path = directory + "/" + std::string(80, 'n');
    REQUIRE(path.size() > sizeof(sockaddr_un::sun_path));
    auto listener = Listener::bind(path);
    REQUIRE(listener.has_value());
    CHECK(Seeker(path).connect(at_once).has_value());
    CHECK(Listener::bind(path).error().code == EADDRINUSE);
    CHECK(Listener::bind(directory + "/" + std::string(81, 'n')).error().code == ENAMETOOLONG);
    CHECK(Seeker(directory + "/" + std::string(81, 'n')).connect(at_once).error().code ==
          ENAMETOOLONG);
}

TEST_CASE("a path that names nothing is refused") {
    const Folder folder;
    for (const std::string& path : {std::string(), folder.path() + "/", folder / ".."}) {
        CHECK(Listener::bind(path).error().code == EINVAL);
        CHECK(Seeker(path).connect(at_once).error().code == EINVAL);
    }
    CHECK(Listener::bind(folder / "none/samples").error().code == ENOENT);
}

TEST_CASE("a socket of another kind is told apart") {
    const Folder folder;
    const std::string path = folder / "samples";
    const int other = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(other >= 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::bind(other, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(other, 1) == 0);
    CHECK(Seeker(path).connect(at_once).error().code == EPROTO);
    CHECK(Listener::bind(path).error().code == EADDRINUSE);
    ::close(other);
}
