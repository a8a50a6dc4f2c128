// kill -9 of A, B or C at a random moment, while A's blocks go through B to C, three processes: no
// byte of what C holds ever changes, and when everybody is gone every block of A's is free.
#include <sys/mman.h>

#include <atomic>
#include <deque>
#include <random>

#include "fixture.hpp"
#include "rounds.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::Consumer;
using shmheap::Heap;
using shmheap::Message;
using shmheap::Producer;

namespace {

constexpr std::size_t words_in_block = 512;
constexpr std::size_t held_max = 24;

/// What C tells the test; survives it.
struct Report {
    std::atomic<std::uint64_t> received;
    std::atomic<std::uint64_t> forwarded;
    std::atomic<std::uint64_t> changed;
};

class SharedReport {
public:
    SharedReport()
        : report_(::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        REQUIRE(report_ != MAP_FAILED);
    }
    ~SharedReport() { ::munmap(report_, sizeof(Report)); }
    SharedReport(const SharedReport&) = delete;
    SharedReport& operator=(const SharedReport&) = delete;
    Report* operator->() const { return static_cast<Report*>(report_); }

private:
    void* report_;
};

std::unique_ptr<Heap> heap_in(const Folder& folder) {
    shmheap::HeapOptions options;
    options.directory = folder.path();
    options.size_max = 64 * 1024 * 1024;
    auto heap = Heap::create(options);
    return heap ? std::move(*heap) : nullptr;
}

/// A block all of whose words are the same number, another one each time.
shmheap::Buffer block_of(Heap& heap, std::uint64_t number) {
    auto buffer = shmheap::Buffer::allocate(heap, words_in_block * sizeof(number));
    if (!buffer) return {};
    for (std::size_t word = 0; word < words_in_block; ++word)
        std::memcpy(buffer->data() + word * sizeof(number), &number, sizeof(number));
    return *buffer;
}

/// The number in a block; 0 if its words differ, which is no block's number.
std::uint64_t number_in(std::span<const std::byte> bytes) {
    std::uint64_t first = 0;
    if (bytes.size() != words_in_block * sizeof(first)) return 0;
    std::memcpy(&first, bytes.data(), sizeof(first));
    for (std::size_t word = 1; word < words_in_block; ++word) {
        if (std::memcmp(bytes.data(), bytes.data() + word * sizeof(first), sizeof(first)) != 0) {
            return 0;
        }
    }
    return first;
}

int own(const Folder& folder, const std::string& path) {
    const auto heap = heap_in(folder);
    if (!heap) return 1;
    auto producer = Producer::listen(path, {.heap = heap.get()});
    if (!producer) return 2;
    for (std::uint64_t number = 1;; ++number) {
        if (!producer->send(block_of(*heap, number), {}, soon())) return 3;
    }
}

/// Until its producer ends; what C misses when that ends is nobody's concern here.
int pass_on(const Folder& folder, const std::string& from, const std::string& to) {
    const auto heap = heap_in(folder);
    auto producer = Producer::listen(to, {.heap = heap.get(), .depth = 16});
    auto consumer = Consumer::connect(from, {}, soon());
    if (!heap || !producer || !consumer) return 1;
    while (true) {
        const auto message = consumer->receive(soon());
        if (!message) return message.error().code == EPIPE ? 0 : 2;
        const auto sent = producer->send(*message, {}, soon());
        if (!sent && sent.error().code != EPIPE) return 3;
    }
}

/// Holds what it gets for a while, and looks at it again and again; until its producer ends.
int read(const std::string& path, const SharedReport& report) {
    auto consumer = Consumer::connect(path, {}, soon());
    if (!consumer) return 1;
    std::deque<std::pair<Message, std::uint64_t>> held;
    const auto look = [&] {
        for (const auto& [message, number] : held)
            report->changed += number_in(message.bytes()) != number ? 1 : 0;
    };
    while (true) {
        auto message = consumer->receive(soon());
        report->forwarded = consumer->stats().forwarded;
        if (!message && message.error().code == ESTALE) continue;  // lost with its sender
        if (!message) break;
        ++report->received;
        const std::uint64_t number = number_in(message->bytes());
        report->changed += number == 0 ? 1 : 0;
        held.emplace_back(std::move(*message), number);
        if (held.size() > held_max) {
            look();
            held.erase(held.begin(), held.begin() + static_cast<long>(number % held_max) + 1);
        }
    }
    for (int again = 0; again < 20; ++again) {
        look();
        ::usleep(100);  // while the owner goes on with other blocks
    }
    return 0;
}

std::chrono::microseconds moment_of_forwarding(std::mt19937& random) {
    return std::chrono::microseconds(random() % 6'000);
}

/// Sends until the time is up or nobody is there any more. True: somebody was.
bool send_until(Producer& producer, Heap& heap, shmheap::Deadline until) {
    static std::uint64_t number = 0;
    bool sent = false;
    while (std::chrono::steady_clock::now() < until) {
        const auto done = producer.send(block_of(heap, ++number), {}, until);
        if (!done && done.error().code == EPIPE) return true;
        sent = sent || done.has_value();
    }
    return sent;
}

void await_no_block(Heap& heap) {
    const auto end = soon();
    while (heap.stats().blocks_live != 0 && std::chrono::steady_clock::now() < end)
        REQUIRE(heap.collect().has_value());
    CHECK(heap.stats().blocks_live == 0);
    CHECK(heap.stats().leases_live == 0);
}

/// One life of B and C on A's heap, which is this process's.
struct Round {
    Round(const Folder& folder, const std::string& from, const std::string& to)
        : b([&folder, from, to] { return pass_on(folder, from, to); }),
          c([this, to] { return read(to, report); }) {}

    SharedReport report;
    Child b;
    Child c;
};

}  // namespace

TEST_CASE("when B is killed, what C has claimed stays, and everything is free in the end") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const HeapFolder a;
    auto producer = a.listen();
    REQUIRE(producer.has_value());
    std::uint64_t forwarded = 0;
    for (int round = 0; round < rounds(40); ++round) {
        Round play(a.folder, a.path, a.folder / "passed");
        // In traffic first: that the first forwarded message arrives is an event, not a time.
        const auto end = soon();
        const std::uint64_t enough = 1 + random() % 64;
        while (play.report->forwarded < enough && std::chrono::steady_clock::now() < end)
            send_until(*producer, *a.heap, in(500us));
        send_until(*producer, *a.heap, in(moment_of_forwarding(random)));
        play.b.kill();
        send_until(*producer, *a.heap,
                   in(3ms));  // other blocks, in the room of those that are free
        CHECK(play.c.wait() == 0);
        CHECK(play.report->changed == 0);
        forwarded += play.report->forwarded;
        (void)producer->attend();
        await_no_block(*a.heap);
    }
    CHECK(forwarded > 0);
}

TEST_CASE("when C is killed, B goes on, and everything is free in the end") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const HeapFolder a;
    auto producer = a.listen();
    REQUIRE(producer.has_value());
    std::uint64_t forwarded = 0;
    for (int round = 0; round < rounds(40); ++round) {
        Round play(a.folder, a.path, a.folder / "passed");
        const auto end = soon();
        const std::uint64_t enough = 1 + random() % 64;
        while (play.report->forwarded < enough && std::chrono::steady_clock::now() < end)
            send_until(*producer, *a.heap, in(500us));
        send_until(*producer, *a.heap, in(moment_of_forwarding(random)));
        play.c.kill();
        CHECK(play.report->changed == 0);
        forwarded += play.report->forwarded;
        // A successor gets what comes next, by the same B.
        const SharedReport report;
        Child successor([&] { return read(a.folder / "passed", report); });
        while (report->received < 50 && std::chrono::steady_clock::now() < end)
            send_until(*producer, *a.heap, in(500us));
        CHECK(report->received >= 50);
        play.b.kill();
        CHECK(successor.wait() == 0);
        CHECK(report->changed == 0);
        (void)producer->attend();
        await_no_block(*a.heap);
    }
    CHECK(forwarded > 0);
}

TEST_CASE("when A is killed, what B and C have of its blocks stays as it is") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::uint64_t forwarded = 0;
    for (int round = 0; round < rounds(40); ++round) {
        const Folder folder;
        const std::string path = folder / "samples";
        Child a([&] { return own(folder, path); });
        Round play(folder, path, folder / "passed");
        const auto end = soon();
        const std::uint64_t enough = 1 + random() % 64;
        while (play.report->forwarded < enough && std::chrono::steady_clock::now() < end)
            ::usleep(100);
        ::usleep(static_cast<useconds_t>(moment_of_forwarding(random).count()));
        a.kill();
        CHECK(play.b.wait() == 0);
        CHECK(play.c.wait() == 0);
        CHECK(play.report->changed == 0);
        forwarded += play.report->forwarded;
    }
    CHECK(forwarded > 0);
}
