/// From a component's pipe to its log, through the log thread.
#include "launcher/observe/log_keeper.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <thread>

#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

namespace fs = std::filesystem;

struct Desk {
    TemporaryFolder folder;
    asio::io_context io{1};
    std::vector<Event> events;
    LogKeeper logs{io.get_executor()};

    Desk() {
        logs.on_event([this](const Event& event) { events.push_back(event); });
    }

    Descriptor component(const std::string& name) const {
        Descriptor descriptor;
        descriptor.name = name;
        descriptor.logging.mode = LogMode::captured;
        descriptor.logging.path = folder / (name + ".log");
        return descriptor;
    }

    int open(const Descriptor& descriptor) {
        const auto fd = logs.open(descriptor);
        REQUIRE(fd);
        return *fd;
    }

    /// Runs the main loop until that many events came.
    void await_events(std::size_t count) {
        const auto work = asio::make_work_guard(io);
        io.restart();
        while (events.size() < count)
            REQUIRE(io.run_one_for(std::chrono::seconds(60)) == 1);
    }
};

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(fd, bytes.data(), bytes.size());
        REQUIRE(count > 0);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string field(const Event& event, std::string_view key) {
    for (const auto& [name, value] : event.fields) {
        if (name == key) return value;
    }
    return "(none)";
}

/// The messages of a JSON log with what they say of themselves, without the times.
std::string without_times(std::string text) {
    const std::string begin = "{\"time\":\"";
    const std::size_t length =
        begin.size() + std::string_view("2026-01-31T12:00:00.000000Z\",").size();
    for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;)
        text.erase(at, length);
    return text;
}

TEST_CASE("text is what the component wrote, byte for byte, all of it at the end") {
    Desk desk;
    const int fd = desk.open(desk.component("a"));
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    all += std::string(std::size_t{10} << 20, 'x') + "\nno end";
    write_all(fd, all);
    desk.logs.finish();
    CHECK((desk.folder.read("a.log") == all));
    CHECK(desk.events.empty());
}

TEST_CASE(
    "the pipe survives a restart, and a line without an end does not run into the next start") {
    Desk desk;
    Descriptor component = desk.component("a");
    component.logging.format = LogFormat::json;
    const int fd = desk.open(component);
    write_all(fd, "whole\nbrok");
    desk.logs.process_ended("a");
    CHECK(desk.open(component) == fd);
    write_all(fd, "en\n");
    desk.logs.finish();
    CHECK(without_times(desk.folder.read("a.log")) ==
          "\"component\":\"a\",\"message\":\"whole\"}\n"
          "\"component\":\"a\",\"message\":\"brok\",\"partial\":true}\n"
          "\"component\":\"a\",\"message\":\"en\"}\n");
}

TEST_CASE("an object is not glued to what an earlier run left unfinished") {
    const std::string object = "\"component\":\"a\",\"message\":\"said\"}\n";
    const auto log_after = [](const std::string& before, LogFormat format) {
        Desk desk;
        desk.folder.write("a.log", before);
        Descriptor component = desk.component("a");
        component.logging.format = format;
        write_all(desk.open(component), "said\n");
        desk.logs.finish();
        return without_times(desk.folder.read("a.log"));
    };
    CHECK(log_after("{\"cut", LogFormat::json) == "{\"cut\n" + object);
    CHECK(log_after("{}\n", LogFormat::json) == "{}\n" + object);
    CHECK(log_after("", LogFormat::json) == object);
    CHECK(log_after("cut", LogFormat::text) == "cutsaid\n");  // what the component wrote
}

TEST_CASE("a long line is in pieces that say so") {
    Desk desk;
    Descriptor component = desk.component("a");
    component.logging.format = LogFormat::json;
    const int fd = desk.open(component);
    write_all(fd, std::string(100'000, 'x') + "\n");
    desk.logs.finish();
    const std::string log = desk.folder.read("a.log");
    CHECK(log.find(std::string(65536, 'x') + "\",\"partial\":true}\n") != std::string::npos);
    CHECK(log.find("\"" + std::string(100'000 - 65536, 'x') + "\"}\n") != std::string::npos);
}

TEST_CASE("what cannot be written blocks and is counted at the end, and said once") {
    Desk desk;
    Descriptor component = desk.component("a");
    component.logging.path = "/dev/full";
    const int fd = desk.open(component);
    write_all(fd, "12345\n");
    desk.await_events(1);
    CHECK(field(desk.events[0], "state") == "blocked");
    CHECK(field(desk.events[0], "error") == "write log /dev/full: No space left on device");
    write_all(fd, "67\n");
    desk.logs.finish();
    REQUIRE(desk.events.size() == 2);
    CHECK(field(desk.events[1], "state") == "lost");
    CHECK(field(desk.events[1], "lost") == "9B");
}

TEST_CASE("who must not wait has his output dropped and counted") {
    Desk desk;
    Descriptor component = desk.component("a");
    component.logging.path = "/dev/full";
    component.logging.on_full = WhenLogFull::drop;
    const int fd = desk.open(component);
    const std::string much(std::size_t{4} << 20, 'x');
    write_all(fd, much);  // does not wait for ever
    desk.logs.finish();
    REQUIRE(desk.events.size() == 2);
    CHECK(field(desk.events[0], "state") == "dropping");
    CHECK(field(desk.events[1], "lost") == "4.0MiB");
}

TEST_CASE("a log that waits for its disk does not keep another one waiting") {
    Desk desk;
    Descriptor stuck = desk.component("stuck");
    stuck.logging.path = "/dev/full";
    const int stuck_fd = desk.open(stuck);
    Descriptor other = desk.component("other");
    other.logging.on_full = WhenLogFull::block;
    const int fd = desk.open(other);
    write_all(stuck_fd, "x\n");
    desk.await_events(1);
    write_all(fd, std::string(std::size_t{4} << 20, 'y'));  // far more than the pipe holds
    desk.logs.finish();
    CHECK(desk.folder.read("other.log").size() == std::size_t{4} << 20);
}

TEST_CASE("a log that cannot be made is an error of the start") {
    Desk desk;
    Descriptor component = desk.component("a");
    component.logging.path = "/proc/no/such.log";
    CHECK_FALSE(desk.logs.open(component));
    component.logging.path = desk.folder / "later.log";
    CHECK(desk.logs.open(component));
}

Awaitable<void> pause(LogKeeper& logs, bool& is_paused) {
    is_paused = co_await logs.pause(end_of_time);
}

void rethrow(const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
}

TEST_CASE("a log thread that is made during a pause reads nothing before its end") {
    for (int round = 0; round < 20; ++round) {
        Desk desk;
        Desk other;
        bool is_paused = false;
        asio::co_spawn(desk.io, pause(desk.logs, is_paused), rethrow);
        desk.io.run();
        REQUIRE(is_paused);
        write_all(desk.open(desk.component("a")), "said\n");
        // Another thread, made after it, has read and written: it has had its time.
        write_all(other.open(other.component("a")), "said\n");
        while (other.folder.read("a.log").empty())
            std::this_thread::yield();
        CHECK(desk.folder.read("a.log").empty());
        desk.logs.go_on();
        desk.logs.finish();
        CHECK(desk.folder.read("a.log") == "said\n");
    }
}

/// While it lives no thread can be made: its stack would have no room.
class NoThreads {
public:
    NoThreads() {
        pthread_getattr_default_np(&before_);
        pthread_attr_t huge;
        pthread_attr_init(&huge);
        REQUIRE(pthread_attr_setstacksize(&huge, std::size_t{1} << 50) == 0);
        REQUIRE(pthread_setattr_default_np(&huge) == 0);
        pthread_attr_destroy(&huge);
    }
    ~NoThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

private:
    pthread_attr_t before_{};
};

/// A pipe as another program left it.
CarriedOutput carried_pipe() {
    auto ends = open_pipe_ends("a");
    REQUIRE(ends);
    return {.read_end = ends->read_end.release(), .write_end = ends->write_end.release()};
}

TEST_CASE("what another program left waits in its pipe while no thread can read it") {
    Desk desk;
    const Descriptor component = desk.component("a");
    const CarriedOutput carried = carried_pipe();
    {
        const NoThreads no_threads;
        CHECK_FALSE(desk.logs.resume(component, carried));
        write_all(carried.write_end, "wai");
        CHECK_FALSE(desk.logs.open(component));
        const auto again = desk.logs.carry("a");
        REQUIRE(again);
        REQUIRE(*again);
        CHECK((*again)->read_end == carried.read_end);
        CHECK((*again)->write_end == carried.write_end);
    }
    CHECK(desk.open(component) == carried.write_end);
    write_all(carried.write_end, "ted\n");
    desk.logs.finish();
    CHECK(desk.folder.read("a.log") == "waited\n");
}

TEST_CASE("a log that another program wrote and that cannot be opened is opened when it can be") {
    Desk desk;
    Descriptor component = desk.component("a");
    component.logging.path = desk.folder / "folder/a.log";
    component.logging.on_full = WhenLogFull::block;
    desk.folder.write("folder", "a file");
    const CarriedOutput carried = carried_pipe();
    CHECK_FALSE(desk.logs.resume(component, carried));
    write_all(carried.write_end, "said\n");
    desk.await_events(1);
    CHECK(field(desk.events.front(), "state") == "blocked");
    std::filesystem::remove(desk.folder / "folder");
    desk.await_events(2);
    CHECK(field(desk.events.back(), "state") == "recovered");
    desk.logs.finish();
    CHECK(desk.folder.read("folder/a.log") == "said\n");
}

TEST_CASE("an earlier harrier's plain files are compressed, whatever this one writes") {
    Desk desk;
    desk.folder.write("a.log.1", "old\n");
    Descriptor component = desk.component("a");
    component.logging.rotation = Rotation{.compress = true};
    desk.open(component);
    // The log thread gives it its name; there is no event for that.
    while (fs::exists(desk.folder / "a.log.1"))
        std::this_thread::yield();
    CHECK(fs::exists(desk.folder / "a.log.1.gz"));
}

}  // namespace
}  // namespace launcher::test
