// What shminfo --connections shows of the streams between processes, from bytes made by hand: sound
// ones, stale ones, and whatever a hostile client may write into its area.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "fabricator.hpp"
#include "file/inspect_streams.hpp"

using namespace reaper_test;
using shmheap::inspect_streams;
using shmheap::LeaseState;

namespace {

std::uint64_t now_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

constexpr std::uint64_t area_of(std::uint32_t slot) {
    return shmheap::client_area_offset + slot * shmheap::client_area_stride;
}

/// A heap of which this process plays the owner and every client.
struct Scene {
    Scene() { REQUIRE(::ftruncate(heap.fd(), 32 << 20) == 0); }

    void write(std::uint64_t offset, const void* bytes, std::size_t size) const {
        REQUIRE(::pwrite(heap.fd(), bytes, size, static_cast<off_t>(offset)) ==
                static_cast<ssize_t>(size));
    }
    template <class T>
    void put_at(std::uint64_t offset, T value) const {
        write(offset, &value, sizeof value);
    }
    void put_in_ring(std::uint32_t slot, std::size_t field, std::uint64_t value) const {
        put_at(area_of(slot) + shmheap::ring_offset + field, value);
    }
    void put_lease(std::uint32_t slot, std::uint32_t index, LeaseState state,
                   std::uint64_t issued_at_ns) const {
        const auto at = area_of(slot) + shmheap::lane_offset + index * sizeof(shmheap::LaneSlot);
        put_at(at, shmheap::lease_word(7, state));
        put_at(at + offsetof(shmheap::LaneSlot, issued_at_ns), issued_at_ns);
    }
    void name(std::uint32_t slot, const std::string& text) const {
        write(area_of(slot) + shmheap::connection_name_offset, text.data(), text.size());
    }

    /// A client with a stream of 40 messages, 3 of them on their way.
    void add_stream(std::uint32_t slot, const std::string& connection) {
        heap.attach(slot);
        put_at(area_of(slot) + offsetof(shmheap::ClientSlot, pid), 2290);
        put_at(area_of(slot) + offsetof(shmheap::ClientSlot, attached_at_ns), 5 * second_ns);
        write(area_of(slot) + offsetof(shmheap::ClientSlot, component), "filter", 6);
        name(slot, connection);
        using Control = shmheap::RingControl;
        put_in_ring(slot, offsetof(Control, opened_at_ns), 6 * second_ns);
        put_in_ring(slot, offsetof(Control, number_first), 100);
        put_in_ring(slot, offsetof(Control, number_next), 140);
        put_in_ring(slot, offsetof(Control, head), 137);
        put_in_ring(slot, offsetof(Control, bytes), 40 << 20);
        put_in_ring(slot, offsetof(Control, copied), 2);
        put_in_ring(slot, offsetof(Control, dropped), 5);
        put_in_ring(slot, offsetof(Control, depth), 64);
    }

    TestDirectory directory;
    FabricatedHeap heap{directory, "heap-2286", {.creator_pid = 2286, .component = "source"}};
};

}  // namespace

TEST_CASE("a connection is shown with its ends and its counters") {
    Scene scene;
    scene.add_stream(3, "source.out -> filter.in");
    scene.put_lease(3, 0, LeaseState::held, now_ns() - 90 * second_ns);
    scene.put_lease(3, 5, LeaseState::issued, now_ns());
    scene.put_lease(3, 6, LeaseState::done, 1);
    const auto shown = shminfo(scene.directory, {"--connections"});
    CHECK(shown.status == 0);
    const std::string expected =
        "source.out -> filter.in\n"
        "  heap:        heap-2286\n"
        "  producer:    2286 (source)\n"
        "  consumer:    2290 (filter)\n"
        "  messages:    40\n"
        "  bytes:       40.0M\n"
        "  copied:      2\n"
        "  dropped:     5\n"
        "  lag:         3 of 64\n"
        "  leases:      2\n"
        "  lease age:   9";  // 90 seconds and what the test took
    CHECK(shown.out.substr(0, expected.size()) == expected);
}

TEST_CASE("programs get the same as JSON, and nothing of it unasked") {
    Scene scene;
    scene.add_stream(3, "source.out -> filter.in");
    scene.put_lease(3, 1, LeaseState::held, 8 * second_ns);
    const auto json = shminfo(scene.directory, {"--json", "--connections"});
    CHECK(json.status == 0);
    CHECK(contains(json.out,
                   R"("connections":[{"name":"source.out -> filter.in","slot":3,"producer":2286,)"
                   R"("producer_component":"source","consumer":2290,"consumer_component":"filter",)"
                   R"("opened_at_ns":6000000000,"messages":40,"bytes":41943040,"copied":2,)"
                   R"("dropped":5,"lag":3,"depth":64,"leases":1,"oldest_lease_at_ns":8000000000,)"
                   R"("oldest_lease_age_ns":)"));
    CHECK_FALSE(contains(shminfo(scene.directory, {"--json"}).out, "connections"));
}

TEST_CASE("who has no names is called by the heap and his place in it") {
    Scene scene;
    scene.add_stream(0, "");
    scene.add_stream(63, "");
    const auto shown = shminfo(scene.directory, {"-c"});
    CHECK(shown.out.starts_with("heap-2286 -> client 0\n"));
    CHECK(contains(shown.out, "\n\nheap-2286 -> client 63\n"));
    CHECK_FALSE(contains(shown.out, "lease age"));
}

TEST_CASE("only the streams of clients that live are shown, and none of a former client") {
    Scene scene;
    scene.add_stream(1, "a.out -> b.in");
    scene.heap.detach_all();
    scene.add_stream(2, "a.out -> c.in");
    const auto after = 7 * second_ns;
    scene.put_at(area_of(2) + offsetof(shmheap::ClientSlot, attached_at_ns), after);
    scene.heap.attach(4);  // a client without a stream or leases
    const auto streams = inspect_streams(scene.heap.fd());
    REQUIRE(streams.has_value());
    CHECK(streams->empty());
    CHECK(shminfo(scene.directory, {"--connections"}).out.empty());
}

TEST_CASE("a client without a stream is shown while it has leases of its own") {
    Scene scene;
    scene.heap.attach(4);
    const auto attached = 7 * second_ns;
    scene.put_at(area_of(4) + offsetof(shmheap::ClientSlot, attached_at_ns), attached);
    scene.put_lease(4, 0, LeaseState::held, attached - 1);  // of the client before
    scene.put_lease(4, 1, LeaseState::done, attached);
    CHECK(shminfo(scene.directory, {"--connections"}).out.empty());
    scene.put_lease(4, 2, LeaseState::held, attached);
    scene.put_lease(4, 3, LeaseState::issued, attached + second_ns);
    const auto streams = inspect_streams(scene.heap.fd());
    REQUIRE(streams.has_value());
    REQUIRE(streams->size() == 1);
    CHECK_FALSE(streams->front().has_stream());
    CHECK(streams->front().leases == 2);
    CHECK(streams->front().oldest_lease_at_ns == attached);
    const auto shown = shminfo(scene.directory, {"--connections"}).out;
    CHECK(shown.starts_with("heap-2286 -> client 4\n  heap:        heap-2286\n"));
    CHECK_FALSE(contains(shown, "messages"));
    CHECK(contains(shown, "\n  leases:      2\n  lease age:"));
}

TEST_CASE("whatever a client writes into its area is shown within bounds, or not at all") {
    Scene scene;
    scene.add_stream(3, "");
    std::mt19937_64 random(2286);
    std::vector<std::uint64_t> noise(shmheap::client_area_stride / sizeof(std::uint64_t));
    for (int round = 0; round < 20; ++round) {
        for (std::uint64_t& word : noise)
            word = random();
        scene.write(area_of(3), noise.data(), shmheap::client_area_stride);
        if (round % 2 == 0)  // so that it is shown every other time
            scene.put_at(area_of(3) + offsetof(shmheap::ClientSlot, attached_at_ns), 0UL);
        const auto streams = inspect_streams(scene.heap.fd());
        REQUIRE(streams.has_value());
        CHECK(streams->size() <= 1);
        CHECK((round % 2 == 1 || streams->size() == 1));
        for (const shmheap::StreamRecord& stream : *streams) {
            CHECK(stream.lag <= shmheap::ring_cell_count);
            CHECK(stream.depth <= shmheap::ring_cell_count);
            CHECK(stream.leases <= shmheap::lane_slot_count);
        }
        CHECK(shminfo(scene.directory, {"--connections", "--json"}).status == 0);
    }
}

TEST_CASE("a name from a file is escaped, and one without an end is none") {
    Scene scene;
    scene.add_stream(3, "a\x1b[31m\n");
    CHECK(shminfo(scene.directory, {"-c"}).out.starts_with("a\\x1b[31m\\x0a\n  heap:"));
    scene.name(3, std::string(shmheap::connection_name_size, 'n'));
    CHECK(shminfo(scene.directory, {"-c"}).out.starts_with("heap-2286 -> client 3\n"));
}

TEST_CASE("a file that ends before its clients' areas has no streams") {
    Scene scene;
    scene.add_stream(3, "a.out -> b.in");
    REQUIRE(::ftruncate(scene.heap.fd(), 4096) == 0);
    const auto streams = inspect_streams(scene.heap.fd());
    REQUIRE(streams.has_value());
    CHECK(streams->empty());
}
