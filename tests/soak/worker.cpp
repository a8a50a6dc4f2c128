#include "worker.hpp"

#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "shmheap/stream.hpp"

namespace soak {
namespace {

using namespace std::chrono_literals;
using shmheap::Consumer;
using shmheap::Producer;

constexpr std::uint64_t heap_size_max = 64 * 1024 * 1024;
constexpr std::size_t message_size_max = 128 * 1024;
constexpr int copied_one_in = 16;
constexpr std::size_t kept_max = 8;

shmheap::Deadline in(std::chrono::milliseconds from_now) {
    return std::chrono::steady_clock::now() + from_now;
}

std::string path_of(const std::string& directory, std::size_t pair) {
    return directory + "/stream-" + std::to_string(pair);
}

std::size_t open_descriptors() {
    using std::filesystem::directory_iterator;
    return static_cast<std::size_t>(
        std::distance(directory_iterator("/proc/self/fd"), directory_iterator()));
}

/// Depends on every byte and its place.
std::uint64_t checksum(std::span<const std::byte> bytes) {
    std::uint64_t sum = bytes.size();
    std::size_t position = 0;
    for (; position + 8 <= bytes.size(); position += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + position, sizeof word);
        sum = (sum ^ word) * 0x9E3779B97F4A7C15;
        sum ^= sum >> 29;
    }
    for (; position < bytes.size(); ++position)
        sum = (sum ^ static_cast<std::uint64_t>(bytes[position])) * 0x9E3779B97F4A7C15;
    return sum;
}

void fill(std::span<std::byte> bytes, std::uint64_t seed) {
    for (std::size_t position = 0; position < bytes.size(); position += 8) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        std::memcpy(bytes.data() + position, &seed,
                    std::min<std::size_t>(8, bytes.size() - position));
    }
}

/// False, and told, unless it is one of those that the death of the other side explains.
bool is_expected(Ledger& ledger, const char* who, const shmheap::Error& error,
                 std::initializer_list<int> expected) {
    for (const int code : expected) {
        if (error.code == code) return true;
    }
    if (ledger.unexpected_errors.fetch_add(1) < 20)
        std::fprintf(stderr, "soak: %s: %s\n", who, error.message().c_str());
    return false;
}

// ---- the producer

/// The consumer has ended: nothing of what it held may be out any more.
void check_taken_back(Ledger& ledger, Pair& pair, shmheap::Heap& heap, std::uint64_t held_blocks) {
    const auto deadline = in(2s);
    (void)heap.collect();
    while (heap.stats().leases_live != 0 && std::chrono::steady_clock::now() < deadline) {
        (void)heap.collect();
        std::this_thread::yield();
    }
    const auto stats = heap.stats();
    ledger.leaked_leases += stats.leases_live;
    if (stats.blocks_live > held_blocks) ledger.leaked_blocks += stats.blocks_live - held_blocks;
    if (const std::uint64_t killed = pair.consumer_killed_at_ns.exchange(0); killed != 0)
        ledger.lease_reclaim.add(killed);
}

struct Sender {
    Ledger& ledger;
    Pair& pair;
    shmheap::Heap& heap;
    Producer producer;
    std::mt19937_64 random{std::random_device{}()};

    void note(const tl::expected<shmheap::Delivery, shmheap::Error>& sent, std::uint64_t held) {
        if (sent) return;
        (void)is_expected(ledger, "send", sent.error(), {EPIPE, ETIMEDOUT});
        if (sent.error().code == EPIPE) check_taken_back(ledger, pair, heap, held);
    }

    void send_shared(std::size_t bytes) {
        const auto buffer = shmheap::Buffer::allocate(heap, bytes);
        if (!buffer) {
            // The consumer holds all of the heap: wait for it as any producer would.
            if (const auto done = producer.attend(); !done && done.error().code == EPIPE)
                check_taken_back(ledger, pair, heap, 0);
            std::this_thread::yield();
            return;
        }
        fill(buffer->bytes(), random());
        note(producer.send(*buffer, {.stream_id = checksum(buffer->bytes())}, in(50ms)), 1);
    }

    void send_copied(std::size_t bytes) {
        std::vector<std::byte> content(bytes);
        fill(content, random());
        const std::span<const std::byte> view(content);
        note(producer.send(view, {.stream_id = checksum(view)}, in(50ms)), 0);
    }
};

void send_until_told(Ledger& ledger, std::size_t index, const std::string& directory) {
    shmheap::HeapOptions options;
    options.directory = directory;
    options.size_max = heap_size_max;
    auto heap = shmheap::Heap::create(options);
    if (!heap) return (void)is_expected(ledger, "create heap", heap.error(), {});
    auto producer = Producer::listen(path_of(directory, index), {.heap = heap->get()});
    if (!producer) return (void)is_expected(ledger, "listen", producer.error(), {});
    Sender sender{ledger, ledger.pairs[index], **heap, std::move(*producer)};
    while (!ledger.producers_stop) {
        const std::size_t bytes = 1 + sender.random() % message_size_max;
        if (sender.random() % copied_one_in == 0) {
            sender.send_copied(bytes);
        } else {
            sender.send_shared(bytes);
        }
    }
    const auto drained = sender.producer.drain(in(5s));
    if (!drained) (void)is_expected(ledger, "drain", drained.error(), {EPIPE});
    check_taken_back(ledger, sender.pair, **heap, 0);
}

// ---- the consumer

struct Kept {
    shmheap::Message message;

    [[nodiscard]] bool is_whole() const {
        return checksum(message.bytes()) == message.info().stream_id;
    }
};

/// Also of messages that were kept while their producer went on, or was killed.
void let_go(Ledger& ledger, std::deque<Kept>& kept, std::size_t keep) {
    while (kept.size() > keep) {
        if (!kept.front().is_whole()) ++ledger.wrong_checksums;
        kept.pop_front();
    }
}

void receive_until_told(Ledger& ledger, std::size_t index, const std::string& directory) {
    std::deque<Kept> kept;
    std::optional<Consumer> consumer;
    std::mt19937 random(std::random_device{}());
    while (!ledger.consumers_stop) {
        if (!consumer) {
            auto made = Consumer::connect(path_of(directory, index), {}, in(50ms));
            if (made) consumer.emplace(std::move(*made));
            if (!made)
                (void)is_expected(ledger, "connect", made.error(), {ETIMEDOUT, EPIPE, EBUSY});
            continue;
        }
        auto message = consumer->receive(in(50ms));
        if (!message) {
            // Three producers in a row that were killed before they greeted us are EPROTO.
            const bool was_greeted = std::strstr(message.error().doing, "be greeted") == nullptr;
            if (message.error().code != EPROTO || was_greeted)
                (void)is_expected(ledger, "receive", message.error(), {ETIMEDOUT, EPIPE, EBUSY});
            let_go(ledger, kept, 0);
            continue;
        }
        // Only a producer that has taken everything back from our predecessor sends to us.
        ledger.pairs[index].consumer_killed_at_ns = 0;
        ++ledger.messages;
        ledger.bytes += message->bytes().size();
        if (message->delivery() == shmheap::Delivery::copied) ++ledger.copied;
        kept.push_back({std::move(*message)});
        if (!kept.back().is_whole()) ++ledger.wrong_checksums;
        let_go(ledger, kept, random() % kept_max);
    }
    let_go(ledger, kept, 0);
}

}  // namespace

void produce(Ledger& ledger, std::size_t pair, const std::string& directory) {
    const std::size_t before = open_descriptors();
    send_until_told(ledger, pair, directory);
    ledger.leaked_descriptors += open_descriptors() - before;
}

void consume(Ledger& ledger, std::size_t pair, const std::string& directory) {
    const std::size_t before = open_descriptors();
    receive_until_told(ledger, pair, directory);
    ledger.leaked_descriptors += open_descriptors() - before;
}

}  // namespace soak
