/// From a component's pipe to its log, through the log thread.
#include "launcher/observe/log_keeper.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

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
