// Many messages at a time: that they are the same messages as one by one, in the same order, with
// the same room, policies, errors and ends.
#include <poll.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "fixture.hpp"
#include "pair.hpp"

using namespace stream_test;
using shmheap::Buffer;
using shmheap::Consumer;
using shmheap::Delivery;
using shmheap::Message;
using shmheap::Producer;
using shmheap::WhenFull;

namespace {

std::vector<Buffer> buffers_of(shmheap::Heap& heap, long first, long count) {
    std::vector<Buffer> buffers;
    buffers.reserve(static_cast<std::size_t>(count));
    for (long value = first; value < first + count; ++value)
        buffers.push_back(buffer_of(heap, std::to_string(value)));
    return buffers;
}

std::vector<std::string> texts_of(const std::vector<Message>& messages) {
    std::vector<std::string> texts;
    texts.reserve(messages.size());
    for (const Message& message : messages)
        texts.push_back(text_of(message.bytes()));
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "messages sent at once are numbered on, share a time stamp, and the last one is the last") {
    Pair pair;
    const auto buffers = buffers_of(*pair.setup.heap, 0, 5);
    const auto sent = pair.producer->send_many(
        buffers, {.sequence = 100, .stream_id = 7, .payload_type = 9, .end_of_stream = true});
    CHECK(sent.value() == 5);
    std::vector<Message> messages;
    CHECK(pair.consumer->receive_many(messages, 10, soon()).value() == 5);
    REQUIRE(messages.size() == 5);
    CHECK(texts_of(messages) == Texts{"0", "1", "2", "3", "4"});
    for (std::size_t place = 0; place < messages.size(); ++place) {
        const shmheap::MessageInfo& info = messages[place].info();
        CHECK(info.sequence == 100 + place);
        CHECK(info.time_stamp == messages[0].info().time_stamp);
        CHECK(info.stream_id == 7);
        CHECK(info.payload_type == 9);
        CHECK(info.end_of_stream == (place == 4));
        CHECK(messages[place].delivery() == Delivery::shared);
    }
    CHECK(pair.producer->stats().messages == 5);
    CHECK(pair.producer->stats().bytes == 5);
    CHECK(pair.consumer->stats().skipped == 0);
    // Without numbers of the application's own they go on from there.
    CHECK(pair.producer->send_many(buffers).value() == 5);
    CHECK(pair.consumer->receive(soon())->info().sequence == 105);
}

TEST_CASE("of many messages those that there is room for are sent") {
    Pair pair({.depth = 3});
    const auto buffers = buffers_of(*pair.setup.heap, 0, 5);
    CHECK(pair.producer->send_many(buffers, {.end_of_stream = true}, at_once).value() == 3);
    CHECK(pair.producer->send_many(buffers, {}, at_once).error().code == ETIMEDOUT);
    CHECK(pair.producer->send_many({}, {}, at_once).value() == 0);
    std::vector<Message> messages;
    CHECK(pair.consumer->receive_many(messages, 2, at_once).value() == 2);
    CHECK(pair.producer->send_many(std::span(buffers).subspan(3), {}, at_once).value() == 2);
    CHECK(pair.consumer->receive_many(messages, 64, at_once).value() == 3);
    CHECK(texts_of(messages) == Texts{"0", "1", "2", "3", "4"});
    for (const Message& message : messages)
        CHECK_FALSE(message.info().end_of_stream);
    CHECK(pair.consumer->receive_many(messages, 64, at_once).error().code == ETIMEDOUT);
    CHECK(pair.consumer->receive_many(messages, 0, at_once).error().code == EINVAL);
}

TEST_CASE("what does not lie in the heap keeps its place among many") {
    Pair pair;
    std::string text = "elsewhere";
    std::vector<Buffer> buffers = buffers_of(*pair.setup.heap, 0, 2);
    buffers.push_back(Buffer::borrow(std::as_writable_bytes(std::span(text))));
    buffers.push_back(buffer_of(*pair.setup.heap, "3"));
    CHECK(pair.producer->send_many(buffers, {}, soon()).value() == 4);
    std::vector<Message> messages;
    while (messages.size() < 4)
        REQUIRE(pair.consumer->receive_many(messages, 64, soon()).has_value());
    CHECK(texts_of(messages) == Texts{"0", "1", "elsewhere", "3"});
    CHECK(pair.producer->stats().copied == 1);
    CHECK(pair.producer->stats().shared == 3);
}

TEST_CASE("of many messages a producer that drops the oldest keeps the newest") {
    Pair pair({.depth = 4, .when_full = WhenFull::drop_oldest});
    CHECK(pair.producer->send_many(buffers_of(*pair.setup.heap, 0, 10)).value() == 10);
    std::vector<Message> messages;
    CHECK(pair.consumer->receive_many(messages, 64, at_once).value() == 4);
    CHECK(texts_of(messages) == Texts{"6", "7", "8", "9"});
    CHECK(pair.producer->stats().dropped == 6);
    CHECK(pair.setup.heap->stats().leases_live == 4);
}

TEST_CASE("of many messages those that there are leases for are sent") {
    Pair pair;
    std::vector<Message> held;
    while (held.size() < 1'000) {
        const auto more = static_cast<long>(std::min<std::size_t>(1'000 - held.size(), 50));
        CHECK(pair.producer->send_many(buffers_of(*pair.setup.heap, 0, more), {}, soon()).value() ==
              static_cast<std::size_t>(more));
        REQUIRE(pair.consumer->receive_many(held, 50, soon()).has_value());
    }
    const auto buffers = buffers_of(*pair.setup.heap, 0, 50);
    CHECK(pair.producer->send_many(buffers, {}, at_once).value() == 24);
    CHECK(pair.producer->send_many(buffers, {}, at_once).error().code == ETIMEDOUT);
    held.resize(10, held.front());
    CHECK(pair.producer->send_many(buffers, {}, at_once).value() == 50);
    std::vector<Message> messages;
    CHECK(pair.consumer->receive_many(messages, 64, soon()).value() == 64);
    CHECK(pair.consumer->receive_many(messages, 64, soon()).value() == 10);
    CHECK(text_of(messages[23].bytes()) == "23");
    CHECK(text_of(messages[24].bytes()) == "0");
    CHECK(text_of(messages[73].bytes()) == "49");
    CHECK(pair.producer->stats().copied == 0);
}

TEST_CASE("an error among many messages is told after those before it, and before those behind") {
    Pair pair({}, {.copied_size_max = 4});
    CHECK(pair.producer->send(buffer_of(*pair.setup.heap, "a")).has_value());
    CHECK(pair.producer->send(bytes_of("too long")).has_value());
    CHECK(pair.producer->send(buffer_of(*pair.setup.heap, "b")).has_value());
    std::vector<Message> messages;
    CHECK(pair.consumer->receive_many(messages, 64, at_once).value() == 1);
    CHECK(pair.consumer->receive_many(messages, 64, at_once).error().code == EMSGSIZE);
    CHECK(pair.consumer->receive_many(messages, 64, at_once).value() == 1);
    CHECK(texts_of(messages) == Texts{"a", "b"});
}

TEST_CASE("what was taken before an error is received one by one, too, and fd() tells of it") {
    Pair pair({}, {.copied_size_max = 4});
    const int fd = pair.consumer->fd();
    CHECK(pair.producer->send(buffer_of(*pair.setup.heap, "1")).has_value());
    CHECK(pair.producer->send(bytes_of("too long")).has_value());
    CHECK(pair.producer->send(buffer_of(*pair.setup.heap, "2")).has_value());
    std::vector<Message> messages;
    CHECK(pair.consumer->receive_many(messages, 64, soon()).value() == 1);
    pollfd descriptor = {.fd = fd, .events = POLLIN, .revents = 0};
    CHECK(::poll(&descriptor, 1, 0) == 1);
    CHECK(pair.receive() == -EMSGSIZE);
    CHECK(::poll(&descriptor, 1, 0) == 1);
    CHECK(pair.receive() == 2);
    CHECK(pair.receive() == -ETIMEDOUT);
    CHECK(::poll(&descriptor, 1, 0) == 0);
}

TEST_CASE("many at a time go round many times, and every message arrives once and in order") {
    Pair pair({.depth = 100});
    constexpr long count = 20'000;
    std::thread sending([&] {
        long next = 0;
        for (long round = 0; next < count; ++round) {
            const long wanted = std::min(1 + round % 130, count - next);
            const auto buffers = buffers_of(*pair.setup.heap, next, wanted);
            next += static_cast<long>(pair.producer->send_many(buffers, {}, soon()).value_or(0));
        }
    });
    long next = 0;
    long wrong = 0;
    for (std::size_t round = 0; next < count; ++round) {
        std::vector<Message> messages;
        if (!pair.consumer->receive_many(messages, 1 + round % 70, soon())) break;
        for (const Message& message : messages) {
            if (text_of(message.bytes()) != std::to_string(next++)) ++wrong;
        }
    }
    sending.join();
    CHECK(next == count);
    CHECK(wrong == 0);
    CHECK(pair.producer->drain(soon()).has_value());
    CHECK(pair.setup.heap->stats().leases_live == 0);
}

TEST_CASE("a producer that drops and a consumer that takes many agree about every message") {
    Pair pair({.depth = 8, .when_full = WhenFull::drop_oldest});
    constexpr long count = 20'000;
    std::thread sending([&] {
        for (long next = 0; next < count; next += 5)
            (void)pair.producer->send_many(buffers_of(*pair.setup.heap, next, 5));
    });
    long last = -1;
    long wrong = 0;
    std::uint64_t received = 0;
    while (last < count - 1) {
        std::vector<Message> messages;
        if (!pair.consumer->receive_many(messages, 6, soon())) break;
        for (const Message& message : messages) {
            const long value = std::stol(text_of(message.bytes()));
            if (value <= last) ++wrong;
            last = value;
            ++received;
        }
    }
    sending.join();
    CHECK(last == count - 1);
    CHECK(wrong == 0);
    CHECK(received + pair.producer->stats().dropped == count);
    CHECK(pair.producer->drain(soon()).has_value());
}

TEST_CASE("a consumer that is killed with many messages in its hands leaves nothing held") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const Signal took;
    Child consumer([&] {
        auto stream = Consumer::connect(setup.path, {}, soon());
        std::vector<Message> messages;
        while (messages.size() < 8) {
            if (!stream->receive_many(messages, 8 - messages.size(), soon())) return 1;
        }
        took.tell();
        ::pause();
        return 2;
    });
    std::size_t sent = 0;
    const auto buffers = buffers_of(*setup.heap, 0, 16);
    while (sent < buffers.size())
        sent += producer->send_many(std::span(buffers).subspan(sent), {}, soon()).value();
    took.wait();
    consumer.kill();
    CHECK(producer->send_many(buffers, {}, soon()).error().code == EPIPE);
    CHECK(producer->stats().shared == 16);
    CHECK(producer->stats().unreleased == 8);
    CHECK(producer->stats().lost == 8);
    REQUIRE(setup.heap->collect().has_value());
    CHECK(setup.heap->stats().leases_live == 0);
}
