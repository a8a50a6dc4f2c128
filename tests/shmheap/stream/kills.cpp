// kill -9 of either end at a random moment, asleep, spinning or in the middle of a step: the other
// end is told, goes on with a successor, and afterwards every block is free.
#include <random>

#include "fixture.hpp"
#include "rounds.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::Consumer;
using shmheap::Producer;

namespace {

std::chrono::microseconds any_moment(std::mt19937& random) {
    // Mostly in the middle of traffic, sometimes long after the futex slice.
    const int up_to = random() % 8 == 0 ? 40'000 : 4'000;
    return std::chrono::microseconds(random() % static_cast<unsigned>(up_to));
}

/// Receives for ever; sleeps between two messages now and then.
int consume(const std::string& path) {
    auto consumer = Consumer::connect(path, {}, soon());
    while (consumer && consumer->receive(soon())) {
    }
    return 0;
}

int produce(const std::string& path, const std::string& directory) {
    shmheap::HeapOptions options;
    options.directory = directory;
    auto heap = shmheap::Heap::create(options);
    if (!heap) return 1;
    auto producer = Producer::listen(path, {.heap = heap->get()});
    if (!producer) return 2;
    for (std::uint64_t value = 0;; ++value) {
        auto buffer = shmheap::Buffer::allocate(**heap, sizeof(value));
        if (!buffer) return 3;
        std::memcpy(buffer->data(), &value, sizeof(value));
        if (!producer->send(*buffer, {}, soon())) return 4;
        if (value % 64 == 0) ::usleep(static_cast<useconds_t>(value % 512));
    }
}

}  // namespace

TEST_CASE("consumers that are killed at any moment leave nothing held") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const HeapFolder setup;
    auto producer = Producer::listen(setup.path, {.heap = setup.heap.get(), .depth = 8});
    REQUIRE(producer.has_value());
    const int round_count = rounds(60);
    for (int round = 0; round < round_count; ++round) {
        Child child([&] { return consume(setup.path); });
        const auto until = in(any_moment(random));
        bool sent = false;
        while (!sent || std::chrono::steady_clock::now() < until) {
            const auto done = producer->send(buffer_of(*setup.heap, "held?"), {}, soon());
            REQUIRE(done.has_value());
            sent = true;
            if (random() % 64 == 0) ::usleep(200);
        }
        child.kill();
        int told = 0;
        for (const auto end = soon(); producer->connected();) {
            REQUIRE(std::chrono::steady_clock::now() < end);
            const auto done = producer->attend();
            if (!done) told += done.error().code == EPIPE ? 1 : 100;
        }
        CHECK(told == 1);
        const auto end = soon();
        while (setup.heap->stats().blocks_live != 0 && std::chrono::steady_clock::now() < end)
            REQUIRE(setup.heap->collect().has_value());
        REQUIRE(setup.heap->stats().blocks_live == 0);
        REQUIRE(setup.heap->stats().leases_live == 0);
    }
    CHECK(producer->stats().consumers == static_cast<std::uint64_t>(round_count));
}

TEST_CASE("a consumer outlives producers that are killed at any moment") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const Folder folder;
    const std::string path = folder / "samples";
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    const int round_count = rounds(40);
    for (int round = 0; round < round_count; ++round) {
        Child child([&] { return produce(path, folder.path()); });
        if (!consumer) consumer = Consumer::connect(path, {}, soon());
        REQUIRE(consumer.has_value());
        std::uint64_t expected = 0;
        const auto until = in(any_moment(random));
        bool killed = false;
        while (true) {
            const auto message = consumer->receive(soon());
            if (!message) {
                REQUIRE(message.error().code == EPIPE);
                break;
            }
            std::uint64_t value = 0;
            REQUIRE(message->bytes().size() == sizeof(value));
            std::memcpy(&value, message->bytes().data(), sizeof(value));
            REQUIRE(value == expected);
            ++expected;
            if (!killed && std::chrono::steady_clock::now() >= until) {
                child.kill();
                killed = true;
            }
        }
        CHECK(killed);
    }
}
