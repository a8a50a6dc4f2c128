// What shminfo shows when asked for more than the files: of real heaps, processes and leases; and
// that no text out of a file breaks a table or an exposition.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "fabricator.hpp"
#include "reaper/check_expression.hpp"
#include "reaper/time_text.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/stream.hpp"
#include "support.hpp"

using namespace reaper_test;

namespace {

/// What a hostile name could break: a cell, a line, a label, a formula.
const std::string hostile = "=\",\r\n\\\x1b[2J}";

std::unique_ptr<shmheap::Heap> make_heap(const TestDirectory& directory) {
    shmheap::HeapOptions options;
    options.directory = directory.path();
    options.component = "source";
    return std::move(shmheap::Heap::create(options).value());
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("clients are shown with what they hold, alive or dead") {
    const TestDirectory directory;
    const auto heap = make_heap(directory);
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Child client([&] {
        static std::shared_ptr<shmheap::Client> attached;
        attached = shmheap::Client::attach(heap->name(), directory.path()).value();
        const auto slot = attached->slot();
        return ::write(ends[1], &slot, sizeof slot) == sizeof slot ? 0 : 1;
    });
    std::uint32_t slot = 0;
    REQUIRE(::read(ends[0], &slot, sizeof slot) == sizeof slot);
    const void* block = heap->allocate(1000);
    REQUIRE(heap->issue(block, 0, 1000, slot).has_value());
    REQUIRE(heap->issue(block, 0, 1000, slot).has_value());
    const auto pid = std::to_string(client.pid());
    const auto alive = shminfo(directory, {"--clients"}).out;
    CHECK(contains(alive, "  client 0:    " + pid + ", 2 leases, oldest "));
    CHECK(contains(alive, "s, alive\n"));
    client.kill();
    CHECK(contains(shminfo(directory, {"--clients"}).out, "s, dead\n"));
    const auto json = boost::json::parse(shminfo(directory, {"--clients", "--json"}).out);
    const auto& shown = json.at("files").at(0).at("clients").at(0);
    CHECK(shown.at("leases") == 2);
    CHECK(shown.at("alive") == false);
    CHECK(std::regex_match(shown.at("oldest_lease_at").as_string().c_str(),
                           std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)")));
    const auto csv = lines_of(shminfo(directory, {"--clients", "--csv"}).out);
    REQUIRE(csv.size() == 2);
    CHECK(csv[1].starts_with("\"" + heap->name() + "\",0," + pid + ",\"\","));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("what was sent before its client came is a lease of that client all the same") {
    const TestDirectory directory;
    const std::string path = directory / "samples";
    const Child producer(
        [&] {
            const auto heap = make_heap(directory);
            auto stream = shmheap::Producer::listen(path, {.heap = heap.get()});
            const auto buffer = shmheap::Buffer::allocate(*heap, 1000);
            if (!stream || !buffer || !stream->send(*buffer)) return 1;
            while (true)
                ::pause();
        },
        Child::After::runs);
    while (!directory.has("samples"))
        ::sched_yield();
    await_state(producer.pid(), 'S');  // for its consumer
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    auto consumer = shmheap::Consumer::connect(path, {}, deadline);
    REQUIRE(consumer.has_value());
    const auto message = consumer->receive(deadline);
    REQUIRE(message.has_value());
    const auto json = boost::json::parse(shminfo(directory, {"--clients", "--json"}).out);
    const auto& shown = json.at("files").at(0).at("clients").at(0);
    CHECK(shown.at("pid") == ::getpid());
    CHECK(shown.at("leases") == 1);
}

TEST_CASE("blocks are shown by size, and the longest free span is right after collect") {
    const TestDirectory directory;
    const auto heap = make_heap(directory);
    for (int count = 0; count < 5; ++count)
        REQUIRE(heap->allocate(64) != nullptr);
    void* first = heap->allocate(512 * 1024);
    REQUIRE(heap->allocate(512 * 1024) != nullptr);
    REQUIRE(heap->collect().has_value());
    const auto before = boost::json::parse(shminfo(directory, {"--blocks", "--json"}).out);
    const auto& blocks = before.at("files").at(0).at("blocks");
    CHECK(blocks.at("classes").at(0).at("block_size") == 64);
    CHECK(blocks.at("classes").at(0).at("live") == 5);
    CHECK(blocks.at("larger").at("live") == 2);
    CHECK(blocks.at("larger").at("live_bytes") == 1024 * 1024);
    // One superblock of 2 MiB: a span of 4 pages, then the two large blocks, then this.
    CHECK(blocks.at("longest_free_span_bytes") == 1024 * 1024 - 4 * 4096);
    CHECK(blocks.at("free_span_bytes") == 1024 * 1024 - 4 * 4096);
    CHECK(blocks.at("unused_bytes") == 1024 * 1024 - 5 * 64);
    shmheap::deallocate(first);
    REQUIRE(heap->collect().has_value());
    const auto text = shminfo(directory, {"--blocks", "--format=b"}).out;
    CHECK(contains(text, "\n  free spans:  " + std::to_string(1024 * 1024 + 512 * 1024 - 16384)));
    CHECK(contains(text, "\n  longest:     " + std::to_string(1024 * 1024 - 16384)));
    CHECK(contains(text, "\n  64:                   5"));
}

TEST_CASE("holders and deleted files are shown, and add up to what is used") {
    const TestDirectory directory;
    directory.write("gone", std::string(8192, 'x'));
    const Child holder(
        [&] { return ::open((directory / "gone").c_str(), O_RDONLY | O_CLOEXEC) < 0 ? 1 : 0; });
    const auto pid = std::to_string(holder.pid());
    CHECK(contains(section(shminfo(directory, {"--all", "--holders"}).out, "gone"),
                   "  held by:     " + pid + " ("));
    ::unlink((directory / "gone").c_str());
    const auto text = shminfo(directory, {"--deleted"}).out;
    CHECK(contains(text, "\ngone\n  type:        deleted\n  inode: "));
    CHECK(contains(text, "\n  held by:     " + pid + " ("));
    const auto json = boost::json::parse(shminfo(directory, {"--deleted", "--json"}).out);
    const auto& memory = json.at("memory");
    const auto number = [&memory](const char* key) { return memory.at(key).to_number<long>(); };
    CHECK(number("used") == number("named") + number("deleted") + number("remainder"));
    CHECK(number("deleted") >= 8192);
    CHECK(shminfo(directory, {"--deleted", "--holders", "--csv"}).status == 2);
}

TEST_CASE("files are chosen by component and user, and sorted by size, use and age") {
    const TestDirectory directory;
    HeapOptions options;
    options.component = "a b";
    options.change = [](shmheap::HeapHeader& header) { header.created_at_ns = 2; };
    const FabricatedHeap small(directory, "heap-1", options);
    options.component = "other";
    options.committed_bytes = 16 << 20;
    options.change = [](shmheap::HeapHeader& header) {
        header.created_at_ns = 1;
        header.counters.class_blocks[0] = 3;
    };
    const FabricatedHeap large(directory, "heap-2", options);
    const auto order = [&](std::vector<std::string> arguments) {
        const auto out = shminfo(directory, std::move(arguments)).out;
        const auto first = out.find("\nheap-1\n");
        const auto second = out.find("\nheap-2\n");
        if (first == std::string::npos || second == std::string::npos)
            return std::string(first != std::string::npos ? "1" : "") +
                   (second != std::string::npos ? "2" : "");
        return std::string(first < second ? "12" : "21");
    };
    CHECK(order({}) == "12");
    for (const std::string key : {"size", "used", "age"})
        CHECK_MESSAGE(order({"--sort", key}) == "21", key);
    CHECK(order({"--component", "a b"}) == "1");
    CHECK(order({"--component", "a"}).empty());
    CHECK(order({"--user", std::to_string(::geteuid())}) == "12");
    CHECK(order({"--user", "54321"}).empty());
    CHECK(shminfo(directory, {"--user", "no such user"}).status == 2);
    CHECK(shminfo(directory, {"--sort", "colour"}).status == 2);
}

TEST_CASE("a hostile name stays within its cell, its line and its label") {
    const TestDirectory directory;
    HeapOptions options;
    options.component = hostile;
    const FabricatedHeap heap(directory, hostile, options);
    const auto csv = lines_of(shminfo(directory, {"--csv"}).out);
    REQUIRE(csv.size() == 2);
    CHECK(csv[1].starts_with("\"\\x3d\"\",\\x0d\\x0a\\\\\\x1b[2J}\",\"heap\",live,"));
    const auto metrics = shminfo(directory, {"--metrics"}).out;
    CHECK(contains(metrics, R"({heap="=\",\\x0d\\x0a\\\\\\x1b[2J}",component="=\",)"));
}

TEST_CASE("metrics are OpenMetrics: every line, its order, and the end") {
    const TestDirectory directory;
    HeapOptions options;
    options.component = hostile;
    const FabricatedHeap heap(directory, "heap-1", options);
    directory.write("heap-2", redhawk_heap(1 << 30));
    const auto lines = lines_of(shminfo(directory, {"--metrics", "--all"}).out);
    const std::regex metadata(R"(# (TYPE|UNIT|HELP) ([a-z_]+) (.+))");
    const std::string label = R"re([a-z]+="([^"\\\n]|\\\\|\\"|\\n)*")re";
    const std::regex sample("([a-z_]+)\\{" + label + "(," + label + ")*\\} \\d+");
    std::set<std::string> families;
    std::set<std::string> samples;
    std::string family;
    std::string type;
    REQUIRE(lines.size() > 20);
    CHECK(lines.back() == "# EOF");
    for (std::size_t index = 0; index + 1 < lines.size(); ++index) {
        std::smatch match;
        const std::string& line = lines[index];
        if (std::regex_match(line, match, metadata)) {
            if (match[1] == "TYPE") {
                family = match[2];
                type = match[3];
                CHECK_MESSAGE(families.insert(family).second, line);
                CHECK_MESSAGE((type == "gauge" || type == "counter"), line);
            }
            CHECK_MESSAGE(match[2] == family, line);
            if (match[1] == "UNIT") CHECK_MESSAGE(family.ends_with("_" + match[3].str()), line);
            continue;
        }
        REQUIRE_MESSAGE(std::regex_match(line, match, sample), line);
        CHECK_MESSAGE(match[1] == family + (type == "counter" ? "_total" : ""), line);
        CHECK_MESSAGE(samples.insert(line.substr(0, line.rfind(' '))).second, line);
    }
    CHECK(families.contains("shmheap_heap_allocation_failures"));
}

TEST_CASE("a condition that is true gives status 3, one that is wrong tells its place") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto check = [&](std::vector<std::string> conditions) {
        std::vector<std::string> arguments;
        for (auto& condition : conditions) {
            arguments.emplace_back("--check");
            arguments.push_back(std::move(condition));
        }
        return shminfo(directory, arguments);
    };
    CHECK(check({"orphaned>0"}).status == 3);
    CHECK(check({"orphaned>0"}).out == "true: orphaned>0: orphaned is 1\n");
    CHECK(check({"orphaned > 1"}).status == 0);
    CHECK(check({"live>0", "orphaned = 1 and heaps==1"}).status == 3);
    CHECK(check({"live>0 and orphaned>0"}).status == 0);
    CHECK(check({"free<100.5%"}).status == 3);
    CHECK(check({"free<=0KiB"}).status == 0);
    CHECK(check({"oldest-lease>1m"}).status == 0);
    CHECK(check({"deleted>=0"}).status == 3);

    struct Wrong {
        const char* text;
        std::size_t column;
    };
    for (const Wrong& wrong :
         {Wrong{"", 1}, Wrong{"fre<1", 1}, Wrong{"free", 5}, Wrong{"free<", 6}, Wrong{"free<x", 6},
          Wrong{"free<10q", 8}, Wrong{"orphaned>10%", 12}, Wrong{"orphaned>1K", 11},
          Wrong{"oldest-lease>5", 15}, Wrong{"free<1 or used>1", 8}, Wrong{"free<1 and", 11},
          Wrong{"free<1.", 7}, Wrong{"free<-1", 6}}) {
        const auto parsed = reaper::parse_condition(wrong.text);
        REQUIRE_MESSAGE(!parsed.has_value(), wrong.text);
        CHECK_MESSAGE(parsed.error().column == wrong.column, wrong.text);
        const auto said = check({wrong.text});
        CHECK(said.status == 2);
        CHECK(contains(said.err, "at " + std::to_string(wrong.column) + ": "));
    }
}

TEST_CASE("times are RFC 3339 in UTC") {
    CHECK(reaper::time_text(0) == "1970-01-01T00:00:00.000000000Z");
    CHECK(reaper::time_text(951'782'400'000'000'007) == "2000-02-29T00:00:00.000000007Z");
    CHECK(reaper::time_text(~std::uint64_t{0}).starts_with("2554-07-21T"));
}
