/// One log on the disk, its rotation, and what a crash in the middle of one leaves.
#include "launcher/observe/log_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

LogFile open_rotated(const TemporaryFolder& folder, const Rotation& rotation) {
    auto log = LogFile::open(folder / "a.log", rotation);
    REQUIRE(log);
    return std::move(*log);
}

void append(LogFile& log, std::string_view bytes) {
    const auto done = log.append(bytes);
    CHECK_FALSE(done.error);
    CHECK(done.bytes == bytes.size());
}

TEST_CASE("a log is added to, with its folders made, and without a rotation it only grows") {
    const TemporaryFolder folder;
    folder.write("a.log", "before\n");
    auto log = LogFile::open(folder / "a.log", std::nullopt);
    REQUIRE(log);
    append(*log, std::string_view("\0\xff no end", 9));
    CHECK(folder.read("a.log") == std::string("before\n\0\xff no end", 16));
    CHECK(LogFile::open(folder / "deep/er/b.log", std::nullopt));
}

TEST_CASE("a file is left after the line with which it reaches its size") {
    const TemporaryFolder folder;
    LogFile log = open_rotated(folder, {.size_bytes_max = 10});
    append(log, "1234567\n");  // 8
    append(log, "abc");        // 11, within a line
    append(log, "def\nnext\n");
    CHECK(folder.read("a.log.1") == "1234567\nabcdef\n");
    CHECK(folder.read("a.log") == "next\n");
    append(log, "12345");
    CHECK(folder.read("a.log") == "next\n12345");  // 10, but the line goes on
}

TEST_CASE("however the bytes arrive, the files together are what was written, cut between lines") {
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += std::string(static_cast<std::size_t>(i % 23), 'x') + std::to_string(i) + '\n';
    for (const std::size_t step : {1U, 7U, 64U, 5000U}) {
        const TemporaryFolder folder;
        LogFile log = open_rotated(folder, {.size_bytes_max = 100, .files_max = 1000});
        for (std::size_t at = 0; at < text.size(); at += step)
            append(log, std::string_view(text).substr(at, step));
        std::string together;
        for (int number = 1; fs::exists(folder / ("a.log." + std::to_string(number))); ++number) {
            const std::string piece = folder.read("a.log." + std::to_string(number));
            CHECK(piece.size() >= 100);
            CHECK(piece.back() == '\n');
            together.insert(0, piece);
        }
        CHECK(together + folder.read("a.log") == text);
    }
}

TEST_CASE("a line that never ends is cut at its limit") {
    const TemporaryFolder folder;
    LogFile log = open_rotated(folder, {.size_bytes_max = 10});
    const std::string chunk(std::size_t{1} << 20, 'x');
    for (int i = 0; i < 18; ++i)
        append(log, chunk);
    CHECK(fs::file_size(folder / "a.log.1") == LogFile::line_bytes_max + 10);
    CHECK(fs::file_size(folder / "a.log") == 18 * chunk.size() - LogFile::line_bytes_max - 10);
}

TEST_CASE("so many rotated files are kept, and a gap in their numbers is filled") {
    const TemporaryFolder folder;
    LogFile log = open_rotated(folder, {.size_bytes_max = 1, .files_max = 3});
    append(log, "1\n2\n3\n4\n5\n");
    CHECK(folder.read("a.log.1") == "5\n");
    CHECK(folder.read("a.log.3") == "3\n");
    CHECK_FALSE(fs::exists(folder / "a.log.4"));
    CHECK_FALSE(fs::exists(folder / "a.log"));  // made by the next write
    fs::remove(folder / "a.log.2");             // as a crash leaves it: path.1 has not moved yet
    append(log, "6\n");
    CHECK(folder.read("a.log.1") == "6\n");
    CHECK(folder.read("a.log.2") == "5\n");
    CHECK(folder.read("a.log.3") == "3\n");
}

TEST_CASE("rotated files that were last written too long ago are removed") {
    const TemporaryFolder folder;
    for (const char* name : {"a.log.1", "a.log.2.gz", "a.log.3"})
        folder.write(name, "x");
    fs::last_write_time(folder / "a.log.2.gz", fs::file_time_type::clock::now() - 2h);
    fs::last_write_time(folder / "a.log.3", fs::file_time_type::clock::now() - 2h);
    open_rotated(folder, {.age_max = 1h});
    CHECK(fs::exists(folder / "a.log.1"));
    CHECK_FALSE(fs::exists(folder / "a.log.2.gz"));
    CHECK_FALSE(fs::exists(folder / "a.log.3"));
}

TEST_CASE("when renaming fails the log grows on, and it is tried again") {
    const TemporaryFolder folder;
    for (const char* name : {"a.log.1", "a.log.2"})  // cannot be removed, nor moved over
        fs::create_directories(folder / name + "/occupied");
    LogFile log = open_rotated(folder, {.size_bytes_max = 4, .files_max = 2});
    append(log, "one\ntwo\nthree\n");
    CHECK(folder.read("a.log") == "one\ntwo\nthree\n");
    CHECK(log.rotation_failure());
    CHECK_FALSE(log.rotation_failure());  // told once
    for (const char* name : {"a.log.1", "a.log.2"})
        fs::remove_all(folder / name);
    append(log, "four\nfi\n");
    CHECK(folder.read("a.log.1") == "one\ntwo\nthree\nfour\n");
    CHECK(folder.read("a.log") == "fi\n");
}

TEST_CASE("the next file has the mode of the one that was rotated away") {
    const TemporaryFolder folder;
    LogFile log = open_rotated(folder, {.size_bytes_max = 4});
    for (const unsigned mode : {0600U, 0666U, 0640U}) {
        append(log, "12");
        fs::permissions(folder / "a.log", static_cast<fs::perms>(mode));
        append(log, "345\n6");
        CHECK(fs::status(folder / "a.log").permissions() == static_cast<fs::perms>(mode));
        append(log, "\n");
    }
}

TEST_CASE("a log that somebody removed or renamed is made anew for the next line") {
    const TemporaryFolder folder;
    std::optional<Rotation> rotation;
    SUBCASE("without a rotation") {}
    SUBCASE("with one") {
        rotation = Rotation{.size_bytes_max = 1000};
    }
    auto log = LogFile::open(folder / "a.log", rotation);
    REQUIRE(log);
    append(*log, "one\n");
    fs::rename(folder / "a.log", folder / "a.old");
    append(*log, "two\nthr");
    CHECK(folder.read("a.old") == "one\n");
    fs::rename(folder / "a.log", folder / "b.old");
    append(*log, "ee\n");  // its line is not torn
    CHECK(folder.read("b.old") == "two\nthree\n");
    append(*log, "four\n");
    fs::remove(folder / "a.log");
    append(*log, "five\n");
    CHECK(folder.read("a.log") == "five\n");
    fs::remove_all(folder / "a.log");
    folder.write("a.log", "of another\n");
    append(*log, "six\n");
    CHECK(folder.read("a.log") == "of another\nsix\n");
}

TEST_CASE("a rotation does not take what has the log's name meanwhile for the log") {
    const TemporaryFolder folder;
    LogFile log = open_rotated(folder, {.size_bytes_max = 10});
    append(log, "123");
    fs::remove(folder / "a.log");
    append(log, "4567890\n");  // its end was in the file that is gone
    append(log, "next\n");
    CHECK(folder.read("a.log") == "next\n");
    CHECK_FALSE(fs::exists(folder / "a.log.1"));
    append(log, "12345");
    fs::remove(folder / "a.log");
    folder.write("a.log", "of another\n");
    append(log, "67890\n");
    CHECK(folder.read("a.log") == "of another\n");
    CHECK_FALSE(fs::exists(folder / "a.log.1"));
    CHECK_FALSE(log.rotation_failure());
}

TEST_CASE("a log without its folder makes it again") {
    const TemporaryFolder folder;
    auto log = LogFile::open(folder / "deep/a.log", Rotation{.size_bytes_max = 4});
    REQUIRE(log);
    append(*log, "one\n");
    fs::remove_all(folder / "deep");
    append(*log, "two\n");
    CHECK(folder.read("deep/a.log.1") == "two\n");
}

TEST_CASE("a file that cannot grow takes what fits, and the rest when it can") {
    const TemporaryFolder folder;
    auto log = LogFile::open(folder / "a.log", std::nullopt);
    REQUIRE(log);
    append(*log, "first\n");
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit narrow{.rlim_cur = 10, .rlim_max = before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &narrow) == 0);
    const auto done = log->append("second\n");
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    REQUIRE(done.error);
    CHECK(done.error->code == EFBIG);
    CHECK(done.bytes == 4);
    SUBCASE("and goes on where it was") {
        append(*log, std::string_view("second\n").substr(done.bytes));
        CHECK(folder.read("a.log") == "first\nsecond\n");
    }
    SUBCASE("or takes the line back") {
        CHECK(log->take_back_line() == 4);
        append(*log, "third\n");
        CHECK(folder.read("a.log") == "first\nthird\n");
    }
}

TEST_CASE("a FIFO is no log, and a device is never rotated") {
    const TemporaryFolder folder;
    REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
    CHECK_FALSE(LogFile::open(folder / "fifo", std::nullopt));
    auto null = LogFile::open("/dev/null", Rotation{.size_bytes_max = 1});
    REQUIRE(null);
    append(*null, "a\nb\n");
    CHECK_FALSE(null->rotated());
}

}  // namespace
}  // namespace launcher::test
