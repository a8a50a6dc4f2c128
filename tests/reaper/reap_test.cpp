// reap() and sweep(): which heaps they select, and that the lock alone decides.
#include <optional>

#include "reaper/reap.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "fabricator.hpp"

namespace {

using namespace reaper_test;
using namespace reaper;
using std::chrono::milliseconds;

HeapSelection select(const TestDirectory& directory, const std::string& prefix) {
    return {directory.path(), prefix, ::geteuid()};
}

TEST_CASE("the heaps of a dead process and of its descendants are removed, and reported") {
    const TestDirectory directory;
    HeapOptions options{.creator_pid = 814, .component = "flaky", .tag = "demo/u/flaky/1"};
    options.change = [](auto& header) { header.counters.class_blocks[0] = 12; };
    FabricatedHeap heap(directory, "heap-814", options, Owner::is_dead);
    heap.attach(1);
    heap.attach(2);
    const FabricatedHeap grandchild(directory, "heap-815", {.tag = "demo/u/flaky/1"},
                                    Owner::is_dead);
    struct stat status {};
    REQUIRE(::fstat(heap.fd(), &status) == 0);

    const auto outcome = reap(select(directory, "demo/u/flaky/1"));
    REQUIRE(outcome);
    CHECK(outcome->failures.empty());
    REQUIRE(outcome->reaped.size() == 2);
    const ReapReport& report = outcome->reaped.front();
    CHECK(report.heap == "heap-814");
    CHECK(report.component == "flaky");
    CHECK(report.creator_pid == 814);
    CHECK(report.bytes == static_cast<std::uint64_t>(status.st_blocks) * 512);
    CHECK(report.blocks_live == 12);
    CHECK(report.clients == 2);
    CHECK(report.took > std::chrono::nanoseconds(0));
    CHECK(directory.names().empty());
}

TEST_CASE("a live heap is never reaped, though its tag was selected") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/a/1"});
    const auto outcome = reap(select(directory, "demo"), milliseconds(3));
    REQUIRE(outcome);
    CHECK(outcome->reaped.empty());
    CHECK(outcome->failures.empty());
    CHECK(directory.has("heap-1"));
}

TEST_CASE("a tag is selected by whole elements of its prefix") {
    const TestDirectory directory;
    const FabricatedHeap one(directory, "heap-1", {.tag = "demo/u/a/1"}, Owner::is_dead);
    const FabricatedHeap twelve(directory, "heap-2", {.tag = "demo/u/a/12"}, Owner::is_dead);
    const FabricatedHeap other(directory, "heap-3", {.tag = "other/u/a/1"}, Owner::is_dead);
    const FabricatedHeap none(directory, "heap-4", {}, Owner::is_dead);
    CHECK(reap(select(directory, "demo/u/a/1"))->reaped.size() == 1);
    CHECK(directory.names() == std::vector<std::string>{"heap-2", "heap-3", "heap-4"});
    CHECK(reap(select(directory, "demo/"))->reaped.size() == 1);
    CHECK(reap(select(directory, "demo/u/a/1"))->reaped.empty());
    CHECK(directory.names() == std::vector<std::string>{"heap-3", "heap-4"});
}

TEST_CASE("heaps of another uid, other files and REDHAWK's heaps are not selected") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/a/1"}, Owner::is_dead);
    directory.write("heap-2", redhawk_heap(1 << 22));
    directory.write("heap-3", "demo");
    HeapSelection selection = select(directory, "");
    selection.uid = ::geteuid() + 1;
    CHECK(reap(selection)->reaped.empty());
    CHECK(reap(select(directory, ""))->reaped.size() == 1);
    CHECK(directory.names() == std::vector<std::string>{"heap-2", "heap-3"});
}

TEST_CASE("a lock that the kernel drops a little late is waited for") {
    const TestDirectory directory;
    FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/a/1"});
    CHECK(reap(select(directory, "demo"))->reaped.empty());
    std::thread kernel([&] {
        let_clock_advance();
        heap.die();
    });
    const auto outcome = reap(select(directory, "demo"), std::chrono::seconds(30));
    kernel.join();
    CHECK(outcome->reaped.size() == 1);
    CHECK_FALSE(directory.has("heap-1"));
}

TEST_CASE("a heap is reaped while the zombie of its owner is not collected yet") {
    const TestDirectory directory;
    const Child owner([&] {
        static std::optional<FabricatedHeap> heap;
        heap.emplace(directory, "heap-1", HeapOptions{.tag = "demo/u/a/1"});
        return 0;
    });
    CHECK(reap(select(directory, "demo"))->reaped.empty());
    owner.kill();
    CHECK(reap(select(directory, "demo"), milliseconds(100))->reaped.size() == 1);
}

TEST_CASE("what is known of a heap is not read again, and said of no other of its name") {
    const TestDirectory directory;
    KnownTags known;
    const HeapSelection other = select(directory, "demo/u/b/1");
    {
        const FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/a/1"}, Owner::is_dead);
        CHECK(reap(other, {}, &known)->reaped.empty());
        const std::string head = heap_head({.tag = "demo/u/b/1"});
        REQUIRE(::pwrite(heap.fd(), head.data(), head.size(), 0) ==
                static_cast<ssize_t>(head.size()));
        CHECK(reap(other, {}, &known)->reaped.empty());
        REQUIRE(directory.open().unlink("heap-1"));
    }
    const FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/b/1"}, Owner::is_dead);
    CHECK(reap(other, {}, &known)->reaped.size() == 1);
}

TEST_CASE("a heap that lived when it was looked at is reaped when its owner has died") {
    const TestDirectory directory;
    KnownTags known;
    FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/a/1"});
    CHECK(reap(select(directory, "demo/u/a/1"), {}, &known)->reaped.empty());
    CHECK(reap(select(directory, "demo/u/b/1"), {}, &known)->reaped.empty());
    heap.die();
    CHECK(reap(select(directory, "demo/u/a/1"), {}, &known)->reaped.size() == 1);
}

TEST_CASE("an orphan that cannot be removed is a failure that names it") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {.tag = "demo/u/a/1"}, Owner::is_dead);
    const auto reader = directory.open().open_file("heap-1", O_RDONLY);
    struct ::flock request {};
    request.l_type = F_RDLCK;
    request.l_whence = SEEK_SET;
    REQUIRE(::fcntl(reader->get(), F_OFD_SETLK, &request) == 0);
    const auto outcome = reap(select(directory, "demo"));
    REQUIRE(outcome);
    CHECK(outcome->reaped.empty());
    REQUIRE(outcome->failures.size() == 1);
    CHECK(outcome->failures.front().subject == "heap-1");
    CHECK(outcome->failures.front().code == EBUSY);
}

TEST_CASE("a directory that cannot be read is an error") {
    CHECK(reap({"/nonexistent/shm", "demo", 0}).error().code == ENOENT);
    CHECK(sweep("/nonexistent/shm", 0, [](auto) { return true; }).error().code == ENOENT);
}

TEST_CASE("the sweep removes orphans that are ours and counts everybody else's") {
    const TestDirectory directory;
    const FabricatedHeap ours(directory, "heap-1", {.tag = "demo/old/a/1"}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-2", {.tag = "demo/old/a/1"});
    const FabricatedHeap other(directory, "heap-3", {.tag = "radio/u/a/1"}, Owner::is_dead);
    const FabricatedHeap untagged(directory, "heap-4", {}, Owner::is_dead);
    directory.write("heap-5", redhawk_heap(Child([] { return 0; }, Child::After::ends).pid()));
    directory.write("heap-6", "no heap");
    const auto is_ours = [](std::string_view tag) { return tag.starts_with("demo/"); };
    const auto outcome = sweep(directory.path(), ::geteuid(), is_ours);
    REQUIRE(outcome);
    REQUIRE(outcome->own.reaped.size() == 1);
    CHECK(outcome->own.reaped.front().heap == "heap-1");
    CHECK(outcome->own.failures.empty());
    CHECK(outcome->other_orphans == 3);
    CHECK_FALSE(directory.has("heap-1"));
    CHECK(directory.names().size() == 5);

    const auto as_another = sweep(directory.path(), ::geteuid() + 1, [](auto) { return true; });
    CHECK(as_another->own.reaped.empty());
    CHECK(as_another->other_orphans == 3);
}

}  // namespace
