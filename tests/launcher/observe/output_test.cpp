/// Components' output on its way to the terminal or to a log, and streams that nobody reads.
#include "launcher/observe/output.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

/// A pipe in place of harrier's stdout.
class Screen {
public:
    asio::io_context io{1};

    Screen() {
        std::signal(SIGPIPE, SIG_IGN);  // as harrier does
        int ends[2];
        REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
        read_end.reset(ends[0]);
        write_end.reset(ends[1]);
        fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    }

    /// What is in the pipe now.
    std::string take() const {
        std::string content;
        char buffer[65536];
        for (ssize_t count = 0; (count = read(read_end.get(), buffer, sizeof buffer)) > 0;)
            content.append(buffer, static_cast<std::size_t>(count));
        return content;
    }

    UniqueFd read_end;
    UniqueFd write_end;
};

Descriptor named(const std::string& name) {
    Descriptor descriptor;
    descriptor.name = name;
    return descriptor;
}

void write_all(int fd, std::string_view bytes) {
    REQUIRE(write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

TEST_CASE("lines have the component's name in front, in columns, and the last needs no newline") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    Output output(screen.io.get_executor(), writer, 6, false);
    const auto filter = output.open(named("filter"));
    const auto sink = output.open(named("sink"));
    REQUIRE(filter);
    REQUIRE(sink);
    write_all(filter->fd, "one\ntwo\nthree");
    screen.io.poll();
    CHECK(screen.take() == "filter  | one\nfilter  | two\n");
    write_all(sink->fd, "x\n");
    screen.io.poll();
    CHECK(screen.take() == "sink    | x\n");
    output.drain("filter");
    CHECK(screen.take() == "filter  | three\n");
}

TEST_CASE("a line that is expected is told of once, when it is shown") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    Output output(screen.io.get_executor(), writer, 1, false);
    const auto a = output.open(named("a"));
    REQUIRE(a);
    int told = 0;
    const auto expect = [&] {
        auto matcher = LineMatcher::compile({.text = "ready"});
        REQUIRE(matcher);
        output.expect("a", std::move(*matcher), [&told] { ++told; });
    };
    expect();
    write_all(a->fd, "not yet\nrea");
    screen.io.poll();
    CHECK(told == 0);
    write_all(a->fd, "dy now\nready again\n");
    screen.io.poll();
    CHECK(told == 1);
    expect();
    output.expect_nothing("a");
    write_all(a->fd, "ready\n");
    screen.io.poll();
    CHECK(told == 1);
    CHECK(screen.take() == "a  | not yet\na  | ready now\na  | ready again\na  | ready\n");
}

TEST_CASE("colour surrounds the name and nothing else") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    Output output(screen.io.get_executor(), writer, 1, true);
    const auto target = output.open(named("a"));
    REQUIRE(target);
    write_all(target->fd, "text\n");
    output.drain("a");
    CHECK(screen.take() == "\x1b[36ma  | \x1b[0mtext\n");
}

TEST_CASE("the pipe of a component survives its restart") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    Output output(screen.io.get_executor(), writer, 1, false);
    const int first = output.open(named("a")).value().fd;
    write_all(first, "before");
    CHECK(output.open(named("a")).value().fd == first);
    write_all(first, " and after\n");
    output.drain("a");
    CHECK(screen.take() == "a  | before and after\n");
}

TEST_CASE("a component that floods does not keep another one waiting") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    Output output(screen.io.get_executor(), writer, 5, false);
    const auto flood = output.open(named("flood"));
    const auto quiet = output.open(named("quiet"));
    REQUIRE(flood);
    REQUIRE(quiet);
    fcntl(flood->fd, F_SETFL, O_NONBLOCK);
    const std::string line(4095, 'f');
    bool seen = false;
    for (int round = 0; round < 10 && !seen; ++round) {
        while (write(flood->fd, (line + '\n').data(), 4096) > 0) {
        }
        if (round == 0) write_all(quiet->fd, "me too\n");
        screen.io.poll();
        seen = screen.take().find("quiet  | me too\n") != std::string::npos;
    }
    CHECK(seen);
}

TEST_CASE("while nobody reads the screen nothing is lost, and the component waits in its pipe") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    Output output(screen.io.get_executor(), writer, 1, false);
    const auto target = output.open(named("a"));
    REQUIRE(target);
    fcntl(target->fd, F_SETFL, O_NONBLOCK);
    std::size_t lines = 0;
    const auto flood = [&] {
        char line[64];
        for (;;) {
            std::snprintf(line, sizeof line, "%062zu\n", lines);
            if (write(target->fd, line, 63) != 63) return;
            ++lines;
        }
    };
    // Until a round of the loop makes no more room in the component's pipe.
    for (std::size_t before = ~std::size_t{0}; before != lines;) {
        before = lines;
        flood();
        screen.io.poll();
    }
    CHECK_FALSE(writer.has_room());
    CHECK(lines * 63 < (std::size_t{1} << 20));

    std::string all;
    for (std::string more = screen.take(); !more.empty(); more = screen.take()) {
        all += more;
        screen.io.poll();
    }
    CHECK(writer.dropped_bytes() == 0);
    REQUIRE(all.size() == lines * (63 + 5));
    for (std::size_t i = 0; i < lines; ++i) {
        char expected[80];
        std::snprintf(expected, sizeof expected, "a  | %062zu\n", i);
        REQUIRE(all.compare(i * 68, 68, expected) == 0);
    }
}

TEST_CASE("a broken screen is told once and swallows the rest") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "standard output");
    int told = 0;
    std::string message;
    writer.on_broken([&](const shmheap::Error& error) {
        ++told;
        message = error.message();
    });
    screen.read_end.reset();
    for (int i = 0; i < 3; ++i) {
        writer.append("text\n");
        writer.flush();
    }
    CHECK(told == 1);
    CHECK(message == "write to standard output: Broken pipe");
    CHECK(writer.has_room());
}

TEST_CASE("a screen that is a file is written from where it was, and shared with others") {
    const TemporaryFolder folder;
    asio::io_context io{1};
    const UniqueFd file(open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    write_all(file.get(), "before\n");
    Writer writer(io.get_executor(), file.get(), "out");
    writer.append("harrier\n");
    writer.flush();
    write_all(file.get(), "after\n");
    CHECK(folder.read("out") == "before\nharrier\nafter\n");
}

TEST_CASE("the end waits for a slow reader, but not for one that never comes") {
    Screen screen;
    Writer writer(screen.io.get_executor(), screen.write_end.get(), "screen");
    writer.append(std::string(200'000, 'x'));
    writer.flush();
    writer.finish(Clock::now() + std::chrono::milliseconds(20));
    std::size_t taken = screen.take().size();
    CHECK(taken < 200'000);
    while (taken < 200'000) {
        writer.finish(Clock::now());
        const std::size_t more = screen.take().size();
        REQUIRE(more > 0);
        taken += more;
    }
    CHECK(taken == 200'000);
}

TEST_CASE("a log is made with its folders, and added to") {
    const TemporaryFolder folder;
    asio::io_context io{1};
    const UniqueFd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
    Writer writer(io.get_executor(), null.get(), "null");
    Output output(io.get_executor(), writer, 1, false);
    Descriptor descriptor = named("a");
    descriptor.logging.path = folder / "logs/deep/a.log";
    write_all(output.open(descriptor).value().fd, "one\n");
    const auto target = output.open(descriptor);
    write_all(target.value().fd, "two\n");
    CHECK(folder.read("logs/deep/a.log") == "one\ntwo\n");
    CHECK((fcntl(target->fd, F_GETFL) & O_NONBLOCK) == 0);
}

}  // namespace
}  // namespace launcher::test
