// How connections are spelt for the ports of a component, and where their ends meet.
#include "port/connection.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "stream/fixture.hpp"
#include "stream/socket_path.hpp"

using namespace shmheap::port;

namespace {

Connection connection_of(const std::string& text) {
    const auto parsed = parse_connections(text);
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->size() == 1);
    return parsed->front();
}

}  // namespace

TEST_CASE("what is spelt is read as it was") {
    std::vector<Connection> connections;
    std::uint32_t depth = 1;
    for (const PolicyWord& each : policy_words) {
        connections.push_back({.from = {"source", "out-" + std::to_string(depth)},
                               .to = {"filter_2", "IN"},
                               .policy = each.policy,
                               .depth = depth});
        depth = depth == 1 ? depth_max : depth - 1;
    }
    const std::string text = spell(connections);
    CHECK(
        text.starts_with("source.out-1>filter_2.IN:block:1 source.out-1024>filter_2.IN:deadline:"));
    const auto read = parse_connections(text);
    REQUIRE(read.has_value());
    CHECK(*read == connections);
    CHECK(parse_connections("")->empty());
}

TEST_CASE("policy and depth may be left out") {
    CHECK(connection_of("a.out>b.in") == Connection{.from = {"a", "out"}, .to = {"b", "in"}});
    CHECK(connection_of(" a.out>b.in:drop-newest ").policy == Policy::drop_newest);
    CHECK(connection_of("a.out>b.in::7").depth == 7);
    CHECK(connection_of("a.out>b.in").name() == "a.out -> b.in");
}

TEST_CASE("what is no connection is refused, and said") {
    for (const char* text :
         {"a.out", "a.out>b", "a.out>.in", ".>.", "a.out>b.in:drop", "a.out>b.in:block:0",
          "a.out>b.in:block:1025", "a.out>b.in:block:6x", "a.out>b.in:block:64:", "a.o/ut>b.in",
          "a.out>b.in>c.in", "a.out>b.in.more", "a..>b.in", "a.out>b.in,c.out>d.in"}) {
        CAPTURE(text);
        const auto parsed = parse_connections(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == EINVAL);
        CHECK(parsed.error().subject == text);
    }
    const std::string too_long(65, 'n');
    CHECK_FALSE(parse_connections("a." + too_long + ">b.in").has_value());
    CHECK_FALSE(parse_connections("a.out>b.in a.out>c.in a.out>b.in:block:2").has_value());
}

TEST_CASE("each connection has a meeting place of its own, however long the names") {
    const std::string longest(64, 'n');
    std::set<std::string> places;
    for (const char* text : {"a.b>c.d", "a.b>c.dd", "a.bc>c.d", "ab.c>c.d", "a.b>cc.d"})
        places.insert(meeting_place("/run/app", connection_of(text)));
    CHECK(places.size() == 5);
    CHECK(places.contains("/run/app/ports/a/b/c/d"));
    const std::string path = meeting_place(
        "/run/app", connection_of(longest + '.' + longest + '>' + longest + '.' + longest));
    CHECK(shmheap::stream::split_path(path).name.size() <= shmheap::stream::socket_name_size_max);
}

TEST_CASE("the folders of a meeting place are made for their owner alone") {
    const stream_test::Folder folder;
    const Connection connection = connection_of("a.out>b.in");
    const std::string path = meeting_place(folder.path(), connection);
    REQUIRE(make_meeting_place(folder.path(), connection).has_value());
    REQUIRE(make_meeting_place(folder.path(), connection).has_value());
    struct stat status {};
    REQUIRE(::stat(std::filesystem::path(path).parent_path().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(make_meeting_place(folder / "none", connection).error().code == ENOENT);
}
