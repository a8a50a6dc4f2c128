// What shminfo --verify finds: nothing in a heap that is in order, and every byte that cannot be as
// it is. The heap is a real one, with a stream whose messages wait, and a client that holds some.
#include "file/verify.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../rounds.hpp"
#include "alloc/size_class.hpp"
#include "file/bounded_read.hpp"
#include "file/inspect.hpp"
#include "os/file_lock.hpp"
#include "shmheap/buffer.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/stream.hpp"
#include "support.hpp"

using namespace reaper_test;
using namespace shmheap;

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t waiting = 3;
constexpr std::size_t held = 2;

Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(30);
}

/// A heap with a stream of which two messages were taken and three wait. Both ends live and rest.
struct Scene {
    Scene() {
        HeapOptions options;
        options.directory = directory.path();
        options.component = "source";
        heap = std::move(Heap::create(options).value());
        client.emplace([this] { return consume(); }, Child::After::runs);
        producer.emplace(Producer::listen(path, {.heap = heap.get(), .depth = 8}).value());
        for (std::size_t count = 0; count < waiting + held; ++count) {
            const auto buffer = Buffer::allocate(*heap, 1000);
            REQUIRE(producer->send(*buffer, {}, soon()).value() == Delivery::shared);
        }
        char done = 0;
        REQUIRE(::read(channel[0], &done, 1) == 1);
        REQUIRE(heap->collect().has_value());
    }
    ~Scene() {
        ::close(channel[0]);
        ::close(channel[1]);
    }

    int consume() const {
        auto consumer = Consumer::connect(path, {}, soon());
        std::vector<Message> messages;
        for (std::size_t count = 0; consumer && count < held; ++count)
            messages.push_back(consumer->receive(soon()).value());
        (void)!::write(channel[1], "x", 1);
        while (true)
            ::pause();
    }

    [[nodiscard]] int open() const {
        return ::open((directory / heap->name()).c_str(), O_RDWR | O_CLOEXEC);
    }

    TestDirectory directory;
    std::string path = directory / "samples";
    std::array<int, 2> channel = [] {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        return ends;
    }();
    std::unique_ptr<Heap> heap;
    std::optional<Child> client;
    std::optional<Producer> producer;
};

Bytes part_of(int fd, std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    REQUIRE(read_part(fd, offset, bytes).has_value());
    return bytes;
}

HeapExtent extent_of(int fd) {
    struct stat status {};
    REQUIRE(::fstat(fd, &status) == 0);
    const auto header = part_of(fd, 0, sizeof(HeapHeader));
    return {.file_size = static_cast<std::uint64_t>(status.st_size),
            .allocated_bytes = static_cast<std::uint64_t>(status.st_blocks) * 512,
            .size_max = load<std::uint64_t>(header, offsetof(HeapHeader, size_max))};
}

/// Bytes of which another value may be as right, and why. All others must be reported.
struct Harmless {
    std::size_t begin;
    std::size_t end;
    std::string_view why;
};

constexpr std::size_t counters = offsetof(HeapHeader, counters);

constexpr Harmless harmless_in_head[] = {
    {offsetof(HeapHeader, creator_pid), 20, "any pid; for people, proves nothing"},
    {offsetof(HeapHeader, creator_start_ticks), 40, "any start and namespace; for people"},
    {offsetof(HeapHeader, uuid), 56, "random"},
    {offsetof(HeapHeader, created_at_ns), 64, "any time: clocks are set"},
    {offsetof(HeapHeader, size_max), 72, "any number of superblocks that has room for the file"},
    {offsetof(HeapHeader, superblock_size), 80, "any power of two; the owner has its own"},
    {offsetof(HeapHeader, component), 200, "any name, as far as it goes"},
    {offsetof(HeapHeader, tag), 448, "any name, as far as it goes"},
    {counters, counters + 8, "for onlookers: a number that the others leave room for"},
    {counters + 8, counters + 10, "for onlookers: their bytes leave room for some more"},
    {counters + 16, counters + 36, "for onlookers: a number that the others leave room for"},
    {counters + 40, counters + 64, "for onlookers: what the owner saw once"},
    {counters + 64, counters + 64 + detail::class_count * 8,
     "for onlookers: a number that the others leave room for"},
    {thread_counters_offset, thread_counters_offset + detail::class_count * 2 + 2,
     "for onlookers: a number that the others leave room for"},
    {thread_counters_offset + offsetof(ThreadCounters, large_pages),
     thread_counters_offset + offsetof(ThreadCounters, large_pages) + 1,
     "for onlookers: up to a mebibyte of pages"},
};

constexpr Harmless harmless_in_area[] = {
    {0, 32, "who is in the slot is told by the lock; the rest is for people"},
    {offsetof(ClientSlot, component), 104, "any name, as far as it goes"},
    {offsetof(ClientSlot, releases), 132, "a hint that only counts"},
    {offsetof(ClientSlot, owner_waits), 196, "a hint: not 0 while the owner sleeps"},
    {offsetof(ClientSlot, claims_used), 258, "grows up to the number of claims"},
    {ring_offset, ring_offset + 8, "any message that may be the next"},
    {ring_offset + 64, ring_offset + 72, "a hint: who sleeps"},
    {ring_offset + 128, ring_offset + 136, "a hint: who sleeps"},
    {ring_offset + 192, ring_offset + 200, "a random number"},
    {ring_offset + 256, ring_offset + 312, "for onlookers: numbers that the others leave room for"},
    {connection_name_offset, connection_name_offset + connection_name_size,
     "any name, as far as it goes"},
};

std::string_view why_harmless_in_head(std::size_t offset) {
    for (const auto& range : harmless_in_head)
        if (offset >= range.begin && offset < range.end) return range.why;
    return {};
}

std::string_view why_harmless_in_area(const Bytes& area, std::size_t offset) {
    for (const auto& range : harmless_in_area)
        if (offset >= range.begin && offset < range.end) return range.why;
    const auto word = [&area](std::size_t at) { return load<std::uint64_t>(area, at); };
    const auto head = word(ring_offset);
    if (offset >= lane_offset && offset < ring_offset) {
        const std::size_t slot = (offset - lane_offset) / sizeof(LaneSlot);
        const std::size_t within = (offset - lane_offset) % sizeof(LaneSlot);
        if (within >= 24) return {};
        if (within >= 8) return "any time, and any set of clients";
        for (std::uint64_t number = head; number < head + waiting; ++number) {
            const auto cell = ring_cells_offset + number % ring_cell_count * sizeof(RingCell);
            if (ring_lane_slot(word(cell + offsetof(RingCell, kind))) == slot) return {};
        }
        return "the owner's private record decides";
    }
    if (offset >= ring_cells_offset && offset < claims_offset) {
        const std::size_t cell = (offset - ring_cells_offset) / sizeof(RingCell);
        const std::size_t within = (offset - ring_cells_offset) % sizeof(RingCell);
        const auto stamp = word(ring_cells_offset + cell * sizeof(RingCell));
        if (within < 2 && stamp == 0) return "the next of this cell, begun by who was killed";
        if (within < 8) return {};
        if ((cell - head) % ring_cell_count >= waiting) return "what lies in a cell was taken";
        if (within < 32) return "the application's";
        if (within < 48) return "any bytes of the payload";
        if (within >= 56 && within < 61) return "the application's, and two flags";
        return {};
    }
    if (offset >= claims_offset)
        return (offset - claims_offset) % sizeof(ClaimSlot) >= 24
                   ? std::string_view{}
                   : "of a claim that is not in use only the state counts";
    return {};
}

/// Changes each byte in turn. `look` gives what is found; `why` the reason if nothing need be.
template <class Look, class Why>
void change_every_byte(Bytes& bytes, std::byte change, Look look, Why why) {
    std::size_t missed = 0;
    std::size_t reported = 0;
    const std::size_t step = static_cast<std::size_t>(100 / rounds(100));
    for (std::size_t offset = 0; offset < bytes.size(); offset += step) {
        bytes[offset] ^= change;
        const bool is_reported = look(bytes);
        bytes[offset] ^= change;
        reported += is_reported ? 1 : 0;
        if (is_reported || !why(offset).empty()) continue;
        if (++missed <= 5) MESSAGE("not reported: byte " << offset);
    }
    CHECK(missed == 0);
    CHECK(reported * step > bytes.size() / 4);
}

}  // namespace

TEST_CASE("a heap in use is consistent") {
    const Scene scene;
    const int fd = scene.open();
    const auto living = verify(fd);
    ::close(fd);
    REQUIRE(living.has_value());
    CHECK(living->is_heap);
    for (const Finding& finding : living->findings)
        FAIL_CHECK(finding.place << ": " << finding.rule << " " << finding.found);
    const auto said = shminfo(scene.directory, {"--verify", scene.heap->name()});
    CHECK(said.status == 0);
    CHECK(said.out == scene.heap->name() + ": consistent\n");
    CHECK(said.err.empty());
}

TEST_CASE("a heap with a second name is damaged, as the list says") {
    const Scene scene;
    REQUIRE(::link((scene.directory / scene.heap->name()).c_str(),
                   (scene.directory / "second").c_str()) == 0);
    const auto said = shminfo(scene.directory, {"--verify", "second"});
    CHECK(said.status == 3);
    CHECK(said.out == "second: file: has more than one name (2)\n");
}

TEST_CASE("a heap is consistent while threads allocate, and when they are killed at it") {
    for (int round = 0; round < rounds(6); ++round) {
        const TestDirectory directory;
        const Child owner([&] {
            HeapOptions options;
            options.directory = directory.path();
            static std::unique_ptr<Heap> heap;
            heap = std::move(Heap::create(options).value());
            for (unsigned thread = 0; thread < 2; ++thread) {
                std::thread([thread] {
                    for (std::size_t size = 1 + thread;; size = (size * 7 + 11) % 100'000) {
                        std::array<void*, 50> blocks{};
                        for (auto& block : blocks)
                            block = heap->allocate(size + 1);
                        for (void* block : blocks)
                            deallocate(block);
                    }
                }).detach();
            }
            return 0;
        });
        const auto name = directory.names().at(0);
        const auto check = [&] {
            const auto file = directory.open().open_file(name, O_RDONLY);
            REQUIRE(file.has_value());
            const auto verification = verify(file->get()).value();
            CHECK(verification.is_heap);
            for (const Finding& finding : verification.findings)
                FAIL_CHECK(finding.place << ": " << finding.rule << " " << finding.found);
        };
        for (int look = 0; look < 5; ++look)
            check();
        owner.kill();
        check();
    }
}

TEST_CASE("every byte of the header and the counters is reported, or may be what it is") {
    const Scene scene;
    const int fd = scene.open();
    auto head = part_of(fd, 0, FileHead::capacity);
    const auto extent = extent_of(fd);
    ::close(fd);
    const auto look = [&extent](const Bytes& bytes) {
        const auto parsed = parse_head(bytes, extent.file_size);
        if (parsed.content != Content::heap) return true;
        HeapExtent changed = extent;
        changed.size_max = parsed.heap.size_max;
        Findings findings;
        verify_head(bytes, changed, findings);
        return !findings.empty();
    };
    REQUIRE_FALSE(look(head));
    for (const auto change : {std::byte{0xff}, std::byte{0x01}, std::byte{0x80}})
        change_every_byte(head, change, look, why_harmless_in_head);
}

TEST_CASE("every byte of a client's area is reported, or may be what it is") {
    const Scene scene;
    const int fd = scene.open();
    auto area = part_of(fd, client_area_offset, client_area_stride);
    const auto extent = extent_of(fd);
    ::close(fd);
    const auto look = [&extent](const Bytes& bytes) {
        Findings findings;
        verify_area(0, bytes, extent, findings);
        verify_waiting(0, bytes, findings);
        return !findings.empty();
    };
    REQUIRE_FALSE(look(area));
    const Bytes original = area;
    change_every_byte(area, std::byte{0xff}, look, [&original](std::size_t offset) {
        return why_harmless_in_area(original, offset);
    });
}

TEST_CASE("of a client that is gone, has left, or has just come no lease is missed") {
    const TestDirectory copies;
    {
        const Scene scene;
        copies.write("copy",
                     std::string(std::istreambuf_iterator<char>(
                                     std::ifstream(scene.directory / scene.heap->name()).rdbuf()),
                                 {}));
    }
    const auto copy = copies.open().open_file("copy", O_RDWR);
    REQUIRE(copy.has_value());
    const auto put = [&](std::size_t offset, auto value) {
        const auto at = static_cast<off_t>(client_area_offset + offset);
        REQUIRE(::pwrite(copy->get(), &value, sizeof value, at) == sizeof value);
    };
    const auto area = part_of(copy->get(), client_area_offset, client_area_stride);
    const auto next = load<std::uint64_t>(area, ring_offset + offsetof(RingControl, number_next));
    const auto cell = ring_cells_offset + (next - 1) % ring_cell_count * sizeof(RingCell);
    const auto lane_slot =
        ring_lane_slot(load<std::uint64_t>(area, cell + offsetof(RingCell, kind)));
    const auto generation = load<std::uint64_t>(area, cell + offsetof(RingCell, generation));
    const auto tenancy = load<std::uint32_t>(area, offsetof(ClientSlot, tenancy));
    const auto opened_at =
        load<std::uint64_t>(area, ring_offset + offsetof(RingControl, opened_at_ns));
    const auto count = [&] { return verify(copy->get()).value().findings.size(); };

    CHECK(count() == 0);  // nobody has a copy's locks
    put(lane_offset + lane_slot * sizeof(LaneSlot), lease_word(generation + 1, LeaseState::free));
    CHECK(count() == 0);  // its owner was killed when it took them back
    const auto lock = os::HeldLock::acquire(copy->get(), os::client_lock_byte(0));
    REQUIRE(lock.has_value());
    CHECK(count() == 1);
    put(offsetof(ClientSlot, tenancy), tenancy + 1);
    CHECK(count() == 0);
    put(offsetof(ClientSlot, tenancy), tenancy + 2);
    CHECK(count() == 1);
    put(offsetof(ClientSlot, attached_at_ns), opened_at + 1);
    CHECK(count() == 0);
}

TEST_CASE("a heap that does not begin as one any more is damaged, whichever byte it was") {
    const Scene scene;
    const std::string& name = scene.heap->name();
    const int fd = scene.open();
    for (off_t offset = 0; offset < 8; ++offset) {
        CAPTURE(offset);
        char byte = 0;
        REQUIRE(::pread(fd, &byte, 1, offset) == 1);
        const char wrong = static_cast<char>(~byte);
        REQUIRE(::pwrite(fd, &wrong, 1, offset) == 1);
        const auto said = shminfo(scene.directory, {"--verify", name});
        CHECK(said.status == 3);
        CHECK(said.out == name + ": header: does not begin as that of a heap\n");
        REQUIRE(::pwrite(fd, &byte, 1, offset) == 1);
    }
    ::close(fd);
    CHECK(shminfo(scene.directory, {"--verify", name}).status == 0);
}

TEST_CASE("damage in a file is told with its place, also while the heap is in use") {
    const Scene scene;
    const int fd = scene.open();
    const auto gap = client_area_offset + client_slot_count * client_area_stride;
    const auto lease = client_area_offset + lane_offset + 17 * sizeof(LaneSlot) + 40;
    const auto unused = client_area_offset + 5 * client_area_stride + ring_cells_offset;
    for (const auto offset : {gap, lease, unused})
        REQUIRE(::pwrite(fd, "x", 1, static_cast<off_t>(offset)) == 1);
    ::close(fd);
    const auto said = shminfo(scene.directory, {"--verify", scene.heap->name()});
    const std::string& name = scene.heap->name();
    CHECK(said.status == 3);
    CHECK(contains(said.out, name + ": client 0, lease 17: reserved bytes are not zero\n"));
    CHECK(contains(said.out, name + ": gap before the payload: is not empty\n"));
    CHECK(contains(said.out, name + ": client 5: has leases or messages, and nobody ever was"));
    const auto json = shminfo(scene.directory, {"--verify", name, "--json"});
    CHECK(json.status == 3);
    CHECK(contains(json.out, R"("consistent":false)"));
}

TEST_CASE("what is no heap, is cut short, or is not there is said to be so") {
    const TestDirectory directory;
    directory.write("other", "no heap");
    directory.write("short", std::string("HARRIER\0", 8));
    directory.write("redhawk", data_file("redhawk-v1-heap.bin"));
    CHECK(shminfo(directory, {"--verify", "other"}).status == 1);
    CHECK(shminfo(directory, {"--verify", "absent"}).status == 1);
    CHECK(shminfo(directory, {"--verify", "../other"}).status == 1);
    const auto cut = shminfo(directory, {"--verify", "short"});
    CHECK(cut.status == 3);
    CHECK(cut.out == "short: header: 8 bytes are too few for a header\n");
    CHECK(shminfo(directory, {"--verify", "redhawk"}).out == "redhawk: consistent\n");
}
