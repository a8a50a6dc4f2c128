/// What becomes of the rotated files of a log when they are compressed, and after a crash.
#include "launcher/observe/rotated_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <filesystem>

#include "launcher/observe/compress.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

namespace fs = std::filesystem;

std::string unpacked(const std::string& path) {
    std::string content;
    const gzFile file = gzopen(path.c_str(), "rb");
    REQUIRE(file != nullptr);
    char buffer[4096];
    for (int count = 0; (count = gzread(file, buffer, sizeof buffer)) > 0;)
        content.append(buffer, static_cast<std::size_t>(count));
    CHECK(gzclose(file) == Z_OK);
    return content;
}

ino_t inode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_ino;
}

TEST_CASE("the youngest plain file is compressed, and found by its inode wherever it went") {
    const TemporaryFolder folder;
    const RotatedFiles files(folder / "a.log", {.files_max = 3, .compress = true});
    folder.write("a.log.1", "text\n");
    const auto source = files.next_to_compress();
    REQUIRE(source);
    const ino_t inode = inode_of(folder / "a.log.1");
    const auto written = fs::last_write_time(folder / "a.log.1");
    const std::atomic<bool> go_on = false;
    REQUIRE(compress(source, files.unfinished_path(), go_on));
    folder.write("a.log", "next\n");
    REQUIRE(files.move_up());  // meanwhile
    files.replace_by_compressed(inode);
    CHECK(unpacked(folder / "a.log.2.gz") == "text\n");
    CHECK(fs::last_write_time(folder / "a.log.2.gz") == written);
    CHECK_FALSE(fs::exists(folder / "a.log.2"));
    CHECK_FALSE(fs::exists(files.unfinished_path()));
    CHECK(folder.read("a.log.1") == "next\n");
}

TEST_CASE("a file that was removed meanwhile leaves nothing") {
    const TemporaryFolder folder;
    const RotatedFiles files(folder / "a.log", {.compress = true});
    folder.write("a.log.gz.tmp", "whole");
    files.replace_by_compressed(12345);
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("who is told to give up, and who has no room, leaves the plain file alone") {
    const TemporaryFolder folder;
    folder.write("a.log.1", "text\n");
    const RotatedFiles files(folder / "a.log", {.compress = true});
    const std::atomic<bool> give_up = true;
    const auto status = compress(files.next_to_compress(), files.unfinished_path(), give_up);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ECANCELED);
    CHECK_FALSE(fs::exists(files.unfinished_path()));
    CHECK(folder.read("a.log.1") == "text\n");
    const std::atomic<bool> go_on = false;
    CHECK_FALSE(compress(files.next_to_compress(), folder / "no/such/folder", go_on));
}

TEST_CASE("what a crash left is put right: no half file, and none in both forms") {
    const TemporaryFolder folder;
    folder.write("a.log.gz.tmp", "half");
    folder.write("a.log.1", "plain");
    folder.write("a.log.2", "plain");
    folder.write("a.log.2.gz", "whole");
    const RotatedFiles files(folder / "a.log", {});
    files.clear_unfinished();
    CHECK_FALSE(fs::exists(folder / "a.log.gz.tmp"));
    CHECK(fs::exists(folder / "a.log.1"));
    CHECK_FALSE(fs::exists(folder / "a.log.2"));
    CHECK(folder.read("a.log.2.gz") == "whole");
}

TEST_CASE("compressed files move up as plain ones do") {
    const TemporaryFolder folder;
    const RotatedFiles files(folder / "a.log", {.files_max = 2});
    folder.write("a.log", "c");
    folder.write("a.log.1", "b");
    folder.write("a.log.2.gz", "a");
    REQUIRE(files.move_up());
    CHECK(folder.read("a.log.1") == "c");
    CHECK(folder.read("a.log.2") == "b");
    CHECK_FALSE(fs::exists(folder / "a.log.2.gz"));
    CHECK_FALSE(fs::exists(folder / "a.log"));
    CHECK_FALSE(files.move_up());  // there is nothing
}

}  // namespace
}  // namespace launcher::test
