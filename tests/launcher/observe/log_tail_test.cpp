/// The end of a log that is written, rotated, compressed and cut off while it is read.
#include "launcher/observe/log_tail.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "launcher/observe/compress.hpp"
#include "launcher/observe/rotated_files.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

namespace fs = std::filesystem;

class Log {
public:
    Log() : path_(folder_.path() + "/a.log"), rotated_(path_, {.files_max = 9, .compress = true}) {}

    void write(const std::string& text) const {
        std::ofstream(path_, std::ios::app | std::ios::binary) << text;
    }
    void rotate() const { REQUIRE(rotated_.move_up()); }
    void compress() const {
        const std::atomic<bool> give_up = false;
        const auto source = rotated_.next_to_compress();
        REQUIRE(source);
        struct stat status {};
        REQUIRE(fstat(source.get(), &status) == 0);
        REQUIRE(launcher::compress(source, rotated_.unfinished_path(), give_up));
        rotated_.replace_by_compressed(status.st_ino);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] LogTail tail() const { return LogTail(path_, 9); }

private:
    TemporaryFolder folder_;
    std::string path_;
    RotatedFiles rotated_;
};

/// What is shown, piece by piece.
struct Screen {
    std::string text = {};
    LogTail::Sink sink = [this](std::string_view line, bool is_whole) {
        text += line;
        if (is_whole) text += '\n';
    };
    std::string take() { return std::exchange(text, {}); }
};

}  // namespace

TEST_CASE("the last lines are found over files of either form") {
    const Log log;
    log.write("1\n2\n3\n");
    log.rotate();
    log.compress();
    log.write("4\n\n");
    log.rotate();
    log.write("6\n7\n8");
    for (const auto& [count, expected] :
         std::vector<std::pair<std::uint64_t, std::string>>{{0, "8"},
                                                            {1, "7\n8"},
                                                            {3, "\n6\n7\n8"},
                                                            {4, "4\n\n6\n7\n8"},
                                                            {5, "3\n4\n\n6\n7\n8"},
                                                            {7, "1\n2\n3\n4\n\n6\n7\n8"},
                                                            {1000, "1\n2\n3\n4\n\n6\n7\n8"}}) {
        CAPTURE(count);
        Screen screen;
        LogTail tail = log.tail();
        REQUIRE(tail.show_last(count, screen.sink));
        tail.finish(screen.sink);
        CHECK(screen.take() == expected);
    }
}

TEST_CASE("an unfinished line is shown when it has its end, or at the end of all") {
    const Log log;
    log.write("one\ntw");
    Screen screen;
    LogTail tail = log.tail();
    REQUIRE(tail.show_last(0, screen.sink));
    CHECK(screen.take() == "");
    log.write("o\nthr");
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "two\n");
    tail.finish(screen.sink);
    CHECK(screen.take() == "thr");
}

TEST_CASE("several rotations between two looks lose nothing and repeat nothing") {
    const Log log;
    Screen screen;
    LogTail tail = log.tail();
    REQUIRE(tail.show_last(10, screen.sink));
    log.write("0\n");
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "0\n");
    log.write("1\n");
    log.rotate();
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "1\n");
    SUBCASE("and the one that was read is compressed meanwhile") {
        log.compress();
    }
    SUBCASE("or is still plain") {}
    log.write("2\n");
    log.rotate();
    SUBCASE("and the younger one is compressed") {
        log.compress();
    }
    log.write("3\n");
    log.rotate();
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "2\n3\n");
    log.write("4\n");
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "4\n");
}

TEST_CASE("a file that was cut off is read from its beginning, a line that was taken back is not") {
    const Log log;
    log.write("one\ntw");
    Screen screen;
    LogTail tail = log.tail();
    REQUIRE(tail.show_last(10, screen.sink));
    CHECK(screen.take() == "one\n");
    fs::resize_file(log.path(), 4);  // as on_full: drop does
    REQUIRE(tail.catch_up(screen.sink));
    log.write("three\n");
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "three\n");
    fs::resize_file(log.path(), 0);
    log.write("four\n");
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "four\n");
    fs::resize_file(log.path(), 0);
    SUBCASE("and has as many bytes again") {
        log.write("five\n");
    }
    SUBCASE("or more") {
        log.write("five\nsix\n");
    }
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take().starts_with("five\n"));
}

TEST_CASE("a file that somebody took away is read to its end, older ones are not shown again") {
    const Log log;
    log.write("old\n");
    log.rotate();
    log.write("one\n");
    Screen screen;
    LogTail tail = log.tail();
    REQUIRE(tail.show_last(1, screen.sink));
    CHECK(screen.take() == "one\n");
    log.write("two\n");
    fs::remove(log.path());
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "two\n");
    log.write("three\n");
    REQUIRE(tail.catch_up(screen.sink));
    CHECK(screen.take() == "three\n");
}

}  // namespace launcher::test
