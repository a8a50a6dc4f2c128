// shmclean --foreign leaves what another file is judged by for as long as that one is there: else
// nobody could ever prove again that its owner is dead.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "fabricator.hpp"
#include "foreign_files.hpp"

using namespace reaper_test;

namespace {

const std::string port = "fastrtps_port7410";
const std::string port_lock = port + "_el";
const std::string control = "PostgreSQL.2066532232";

void lay_dead_port(const TestDirectory& directory) {
    lay_down(directory, recorded("fastdds", port));
    directory.write(port_lock, "", 0644);
}

/// The control segment of a dead server, and one of the segments that it lists.
std::string lay_dead_server(const TestDirectory& directory) {
    std::string segment;
    for (const auto& file : recorded_files()) {
        if (file.framework != "postgresql") continue;
        if (file.name != control && !segment.empty()) continue;
        lay_down(directory, file);
        if (file.name != control) segment = file.name;
    }
    return segment;
}

shmheap::os::UniqueFd hold(const TestDirectory& directory, const std::string& name) {
    return std::move(*directory.open().open_file(name, O_RDONLY));
}

TEST_CASE("a lock or control segment stays while somebody holds what is judged by it") {
    if (lacks_root()) return;
    const TestDirectory directory;
    lay_dead_port(directory);
    const auto segment = lay_dead_server(directory);
    {
        const auto held_port = hold(directory, port);
        const auto held_segment = hold(directory, segment);
        const auto result = shmclean(directory, {"--foreign"});
        CHECK(result.out.empty());
        CHECK(contains(result.err, port_lock + ": left alone: Fast DDS port lock: " + port +
                                       " is judged by it; to remove it, name it and give --force"));
        CHECK(contains(result.err, control + ": left alone: PostgreSQL control segment: " +
                                       segment + " is judged by it"));
        CHECK(shmclean(directory, {"--foreign", "--dry-run"}).out.empty());
    }
    CHECK(shmclean(directory, {"--foreign"}).status == 0);
    CHECK(directory.names().empty());
}

TEST_CASE("a lock that is named without what is judged by it is refused, but for --force") {
    if (lacks_root()) return;
    const TestDirectory directory;
    lay_dead_port(directory);
    const auto result = shmclean(directory, {"--foreign", port_lock});
    CHECK(result.status == 1);
    CHECK(result.err == "shmclean: " + port_lock + ": refused: " + port +
                            " is judged by it; --force removes it all the same\n");
    CHECK(directory.names().size() == 2);
    CHECK(shmclean(directory, {"--foreign", "--force", port_lock}).out ==
          "unlinking " + port_lock + "\n");
}

TEST_CASE("two locks of the same name are not judged by each other") {
    if (lacks_root()) return;
    const TestDirectory directory;
    directory.write(port_lock, "", 0644);
    directory.write(port + "_sl", "", 0644);
    CHECK(shmclean(directory, {"--foreign", "-n"}).out ==
          "would unlink " + port_lock + "\nwould unlink " + port + "_sl\n");
    SUBCASE("without what they lock") {}
    SUBCASE("with it") {
        lay_down(directory, recorded("fastdds", port));
    }
    CHECK(shmclean(directory, {"--foreign"}).status == 0);
    CHECK(directory.names().empty());
}

TEST_CASE("both go when both are named, and a dry run says so") {
    if (lacks_root()) return;
    const TestDirectory directory;
    lay_dead_port(directory);
    const auto shown = shmclean(directory, {"--foreign", "--dry-run", port_lock, port});
    CHECK(shown.out == "would unlink " + port + "\nwould unlink " + port_lock + "\n");
    const auto done = shmclean(directory, {"--foreign", port_lock, port});
    CHECK(done.out == "unlinking " + port + "\nunlinking " + port_lock + "\n");
}

}  // namespace
