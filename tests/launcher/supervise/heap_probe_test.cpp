/// The health check of a heap, against real heaps of this process.
#include "launcher/supervise/heap_probe.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "launcher/asio.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
const std::string tag = "app/uuid/worker/1";

/// A component with one heap of 16 MiB.
struct Scene {
    Scene() {
        auto made = shmheap::Heap::create(
            {.directory = folder.path(), .size_max = 16 * mib, .component = "worker", .tag = tag});
        REQUIRE(made);
        heap = std::move(*made);
    }

    /// What is wrong with the heap of `leader`; empty when it passes.
    [[nodiscard]] std::string check(const HeapTest& test, const std::string& of = tag) {
        const SpawnRequest request{.descriptor = descriptor,
                                   .latch = latch,
                                   .tag = of,
                                   .environment = {"SHMHEAP_DIR=" + folder.path()}};
        HeapProbe probe(request, leader, test);
        REQUIRE(probe.result());
        CHECK(probe.result()->has_passed == probe.result()->what.empty());
        return probe.result()->what;
    }

    TemporaryFolder folder{"/dev/shm"};
    asio::io_context io;
    Latch latch{io.get_executor()};
    Descriptor descriptor;
    std::unique_ptr<shmheap::Heap> heap;
    pid_t leader = getpid();
};

HeapTest used_at_most(double share) {
    HeapTest test;
    test.used_max = share;
    return test;
}

TEST_CASE("the used share of a heap is that of its greatest size") {
    Scene scene;
    void* const block = scene.heap->allocate(4 * mib);
    REQUIRE(block != nullptr);
    CHECK(scene.check(used_at_most(0.5)).empty());
    CHECK(scene.check(used_at_most(0.1)) == scene.heap->name() + ": 25.0% used");
    shmheap::deallocate(block);
    CHECK(scene.check(used_at_most(0.1)).empty());
}

TEST_CASE("a lease is as old as the time since it was issued") {
    Scene scene;
    void* const block = scene.heap->allocate(1);
    const auto client = shmheap::Client::attach(scene.heap->name(), scene.folder.path());
    REQUIRE(client);
    HeapTest none_at_all;
    none_at_all.lease_age_max = Duration::zero();
    CHECK(scene.check(none_at_all).empty());
    REQUIRE(scene.heap->issue(block, 0, 1, (*client)->slot()));
    CHECK(scene.check(none_at_all).find("a lease is ") != std::string::npos);
    HeapTest an_hour;
    an_hour.lease_age_max = std::chrono::hours(1);
    CHECK(scene.check(an_hour).empty());
}

TEST_CASE("every allocation that failed since the birth of the heap counts") {
    Scene scene;
    HeapTest test;
    test.allocation_failures_max = 1;
    CHECK(scene.heap->allocate(64 * mib) == nullptr);
    CHECK(scene.check(test).empty());
    CHECK(scene.heap->allocate(64 * mib) == nullptr);
    CHECK(scene.check(test) == scene.heap->name() + ": 2 allocations failed");
}

TEST_CASE("the heap of a descendant is looked at, a stranger's is not") {
    Scene scene;
    REQUIRE(scene.heap->allocate(4 * mib) != nullptr);
    scene.leader = 1;
    CHECK_FALSE(scene.check(used_at_most(0.1)).empty());
    CHECK(scene.check(used_at_most(0.1), "app/uuid/worker/2").empty());
}

TEST_CASE("without a heap nothing is exceeded, without a directory nothing is known") {
    Scene scene;
    scene.heap.reset();
    CHECK(scene.check(used_at_most(0)).empty());
    const SpawnRequest request{.descriptor = scene.descriptor,
                               .latch = scene.latch,
                               .tag = tag,
                               .environment = {"SHMHEAP_DIR=" + scene.folder / "none"}};
    HeapProbe probe(request, scene.leader, used_at_most(0));
    CHECK_FALSE(probe.result()->has_passed);
}

}  // namespace
}  // namespace launcher::test
