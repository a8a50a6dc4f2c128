// A client that writes random bytes over every byte that it has mapped for writing, whatever that
// is (slot, lane, ring), while it is a stream's consumer. Its owner runs on, honest consumers lose
// nothing, and in the end every block is back.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <fstream>
#include <random>
#include <thread>

#include "rounds.hpp"
#include "shmheap/stream.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Consumer;
using shmheap::Producer;

namespace {

constexpr std::size_t message_bytes = 3'000;

shmheap::Deadline in(std::chrono::microseconds from_now) {
    return std::chrono::steady_clock::now() + from_now;
}

/// Every range of a heap that this process has mapped for writing.
std::vector<std::span<std::byte>> writable_ranges() {
    std::vector<std::span<std::byte>> ranges;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        unsigned long begin = 0;
        unsigned long end = 0;
        if (line.find("/heap-") == std::string::npos || line.find(" rw-s ") == std::string::npos ||
            std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2) {
            continue;
        }
        ranges.emplace_back(reinterpret_cast<std::byte*>(begin), end - begin);
    }
    return ranges;
}

/// Some bytes at a time: words that could be right, and others.
void scribble(std::span<std::byte> range, std::mt19937_64& random) {
    const std::size_t place = random() % (range.size() - sizeof(std::uint64_t));
    const std::uint64_t value = random() % 2 == 0 ? random() % 64 : random();
    const std::size_t bytes = 1 + random() % sizeof value;
    for (std::size_t each = 0; each < bytes; ++each) {
        const_cast<volatile std::byte&>(range[place + each]) =
            static_cast<std::byte>(value >> each * 8);
    }
}

/// Connects, receives something, then does nothing but write until it is killed. Forked before the
/// heap was born, so that it has inherited none of its mappings.
int be_hostile(const std::string& path, const Event& began, std::uint64_t seed) {
    auto consumer = Consumer::connect(path);
    if (!consumer || !consumer->attached()) return 1;
    if (!consumer->receive()) return 2;
    const auto ranges = writable_ranges();
    if (ranges.empty()) return 3;
    began.tell();
    std::mt19937_64 random(seed);
    while (true)
        scribble(ranges[random() % ranges.size()], random);
}

struct Honest {
    std::size_t received = 0;
    std::size_t wrong = 0;
};

/// Keeps messages for a while and looks at each again before it goes.
void receive_honestly(Consumer& consumer, Honest& result, const std::stop_token& stop) {
    std::deque<shmheap::Message> kept;
    const auto is_whole = [](const shmheap::Message& message) {
        return message.bytes().size() == message_bytes &&
               bears(message.bytes().data(), message_bytes, message.info().stream_id);
    };
    while (!stop.stop_requested()) {
        auto message = consumer.receive(in(std::chrono::milliseconds(10)));
        if (message) {
            ++result.received;
            result.wrong += is_whole(*message) ? 0 : 1;
            kept.push_back(std::move(*message));
        }
        while (kept.size() > (message ? 32U : 0U)) {
            result.wrong += is_whole(kept.front()) ? 0 : 1;
            kept.pop_front();
        }
    }
}

bool send_one(Producer& producer, shmheap::Heap& heap, std::uint64_t mark,
              shmheap::Deadline deadline) {
    const auto buffer = shmheap::Buffer::allocate(heap, message_bytes);
    if (!buffer) return false;
    stamp(buffer->data(), message_bytes, mark);
    return producer.send(*buffer, {.stream_id = mark}, deadline).has_value();
}

}  // namespace

TEST_CASE("whatever a consumer writes where it may, its producer and other consumers go on") {
    const Folder folder;
    const std::string hostile_path = folder / "hostile";
    const std::string honest_path = folder / "honest";
    const Event began;
    const auto seed = printed_seed("hostile bytes");
    Child hostile([&] { return be_hostile(hostile_path, began, seed); });
    const auto heap = make_heap(folder, 64 * mib);
    auto to_hostile = Producer::listen(hostile_path, {.heap = heap.get()});
    auto to_honest = Producer::listen(honest_path, {.heap = heap.get()});
    REQUIRE((to_hostile && to_honest));
    REQUIRE(send_one(*to_hostile, *heap, 0, in(std::chrono::seconds(20))));
    REQUIRE(began.wait());

    Honest honest;
    std::size_t sent = 0;
    {
        std::jthread receiving([&](const std::stop_token& stop) {
            auto consumer = Consumer::connect(honest_path);
            if (consumer) receive_honestly(*consumer, honest, stop);
        });
        for (int round = 1; round <= rounds(20'000); ++round) {
            const auto mark = static_cast<std::uint64_t>(round);
            (void)send_one(*to_hostile, *heap, mark, in(std::chrono::microseconds(0)));
            if (round % 64 == 0) (void)to_hostile->attend();
            if (round % 256 == 0) (void)heap->collect();
            sent += send_one(*to_honest, *heap, mark, in(std::chrono::seconds(20))) ? 1 : 0;
        }
        CHECK(to_honest->drain(in(std::chrono::seconds(20))));
    }
    CHECK(sent == static_cast<std::size_t>(rounds(20'000)));
    CHECK(honest.received == sent);
    CHECK(honest.wrong == 0);
    CHECK(hostile.kill(SIGKILL) == killed_by(SIGKILL));
    (void)to_hostile->attend();
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}
