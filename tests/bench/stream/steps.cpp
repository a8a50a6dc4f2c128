// Both ends of a stream in one thread, for tools that count instructions:
//     stream_steps COUNT [one|many]   sends and receives COUNT messages, 16 at a time, by the calls
//                                     for one message (if not told otherwise) or for many
// send_some() and receive_some() are the two sides; nothing else of note happens after the start.
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "harness/worker.hpp"
#include "shmheap/stream.hpp"

namespace {

constexpr std::size_t message_bytes = 1024;
constexpr std::size_t batch = 16;
constexpr shmheap::Deadline at_once = shmheap::Deadline::min();

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) bench::give_up("no number");
    return number;
}

[[gnu::noinline]] void send_some(shmheap::Producer& producer) {
    for (std::size_t i = 0; i < batch; ++i) {
        const auto buffer = bench::expect(shmheap::Buffer::allocate(message_bytes));
        const auto sent = bench::expect(producer.send(buffer, {}, at_once));
        if (sent != shmheap::Delivery::shared) bench::give_up("a message was copied");
    }
}

[[gnu::noinline]] void receive_some(shmheap::Consumer& consumer) {
    for (std::size_t i = 0; i < batch; ++i) {
        if (bench::expect(consumer.receive(at_once)).bytes().size() != message_bytes) {
            bench::give_up("another message than was sent");
        }
    }
}

[[gnu::noinline]] void send_batch(shmheap::Producer& producer) {
    std::array<shmheap::Buffer, batch> buffers;
    for (shmheap::Buffer& buffer : buffers)
        buffer = bench::expect(shmheap::Buffer::allocate(message_bytes));
    const auto sent = bench::expect(producer.send_many(buffers, {}, at_once));
    if (sent != batch) bench::give_up("not all shared");
}

[[gnu::noinline]] void receive_batch(shmheap::Consumer& consumer) {
    static std::vector<shmheap::Message> messages;
    const auto count = bench::expect(consumer.receive_many(messages, batch, at_once));
    if (count != batch) bench::give_up("not all received");
    messages.clear();
}

/// Looks that find nothing.
[[gnu::noinline]] void look_in_vain(shmheap::Consumer& consumer, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        if (consumer.receive(at_once)) bench::give_up("a message that nobody sent");
    }
}

void meet(shmheap::Producer& producer, shmheap::Consumer& consumer) {
    while (!producer.connected() || !consumer.connected()) {
        bench::expect(producer.attend());
        const auto early = consumer.receive(at_once);
        if (early || early.error().code != ETIMEDOUT) bench::give_up("meet");
    }
    // The heap is announced with the first message, which may still go as bytes.
    while (true) {
        const auto buffer = bench::expect(shmheap::Buffer::allocate(message_bytes));
        const auto sent = bench::expect(producer.send(buffer, {}, at_once));
        (void)bench::expect(consumer.receive());
        if (sent == shmheap::Delivery::shared) return;
        bench::expect(producer.attend());
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count < 2) bench::give_up("usage: stream_steps COUNT [one|many]");
    const std::uint64_t count = number_of(arguments[1]);
    const bool many = argument_count > 2 && std::string_view(arguments[2]) == "many";
    const char* directory = std::getenv("SHMHEAP_DIR");
    if (directory == nullptr) bench::give_up("SHMHEAP_DIR is not set");
    const std::string path = std::string(directory) + "/steps";
    auto producer = bench::expect(shmheap::Producer::listen(path, {.depth = 256}));
    auto consumer = bench::expect(shmheap::Consumer::expect(path));
    meet(producer, consumer);
    for (std::uint64_t done = 0; done < count; done += batch) {
        if (many) {
            send_batch(producer);
            receive_batch(consumer);
        } else {
            send_some(producer);
            receive_some(consumer);
        }
    }
    look_in_vain(consumer, count);
    return 0;
}
