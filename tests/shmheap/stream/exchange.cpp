// Messages between two ends that both live: what arrives, in which way, and how long one waits.
#include <poll.h>

#include <thread>

#include "fixture.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::Consumer;
using shmheap::Delivery;

namespace {

/// Runs `send` in this thread while another one connects: each waits for the other.
template <class Send>
Consumer connect_while(const std::string& path, Send send,
                       const shmheap::ConsumerOptions& options = {}) {
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    std::thread connecting([&] { consumer = Consumer::connect(path, options, soon()); });
    send();
    connecting.join();
    REQUIRE(consumer.has_value());
    return std::move(*consumer);
}

}  // namespace

TEST_CASE("a buffer of the heap arrives without a copy, with all that was said about it") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const auto buffer = buffer_of(*setup.heap, "the payload");
    const shmheap::MessageInfo info = {.sequence = 7,
                                       .time_stamp = shmheap::TimeStamp(1234567890123ns),
                                       .stream_id = 0x1122334455667788,
                                       .payload_type = 42,
                                       .end_of_stream = true};
    Consumer consumer = connect_while(setup.path, [&] {
        CHECK(producer->send(buffer, info, soon()).value() == Delivery::shared);
    });
    const auto message = consumer.receive(soon());
    REQUIRE(message.has_value());
    CHECK(text_of(message->bytes()) == "the payload");
    CHECK(message->delivery() == Delivery::shared);
    CHECK(message->info().sequence == 7);
    CHECK(message->info().time_stamp == info.time_stamp);
    CHECK(message->info().stream_id == info.stream_id);
    CHECK(message->info().payload_type == 42);
    CHECK(message->info().end_of_stream);

    // The consumer sees the producer's own memory, not what it was at the time of sending.
    buffer.data()[0] = std::byte{'T'};
    CHECK(text_of(message->bytes()) == "The payload");
}

TEST_CASE("what is not in the heap arrives as bytes, and both sides can tell") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const std::string text = "private";
    Consumer consumer = connect_while(setup.path, [&] {
        CHECK(producer->send(bytes_of(text), {}, soon()).value() == Delivery::copied);
    });
    const auto message = consumer.receive(soon());
    REQUIRE(message.has_value());
    CHECK(text_of(message->bytes()) == text);
    CHECK(message->delivery() == Delivery::copied);
    CHECK(producer->stats().copied == 1);
    CHECK(consumer.stats().copied == 1);
}

TEST_CASE("an empty message arrives as one") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    Consumer consumer = connect_while(setup.path, [&] {
        CHECK(producer->send(std::span<const std::byte>(), {.end_of_stream = true}, soon())
                  .has_value());
    });
    const auto message = consumer.receive(soon());
    REQUIRE(message.has_value());
    CHECK(message->bytes().empty());
    CHECK(message->info().end_of_stream);
}

TEST_CASE("64 MiB that are in no heap arrive byte for byte") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    std::string large(64 * 1024 * 1024 + 1, '\0');
    for (std::size_t index = 0; index < large.size(); ++index) {
        large[index] = static_cast<char>(index * 2654435761U >> 11);
    }
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    shmheap::Result<shmheap::Message> message = shmheap::fail(ENOMSG, "receive");
    std::thread receiving([&] {
        consumer = Consumer::connect(setup.path, {}, soon());
        if (consumer) message = consumer->receive(soon());
    });
    CHECK(producer->send(bytes_of(large), {}, soon()).has_value());
    receiving.join();
    REQUIRE(message.has_value());
    CHECK(text_of(message->bytes()) == large);
    CHECK(producer->drain(soon()).has_value());
}

TEST_CASE("a consumer without sharing, or with none offered, gets bytes") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const auto buffer = buffer_of(*setup.heap, "shared or not");
    Consumer consumer = connect_while(
        setup.path, [&] { CHECK(producer->send(buffer, {}, soon()).value() == Delivery::copied); },
        {.share = false});
    CHECK_FALSE(consumer.attached());
    CHECK(text_of(consumer.receive(soon())->bytes()) == "shared or not");
}

TEST_CASE("a copied message beyond the consumer's limit is left out, and the next one arrives") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const std::string large(200'000, 'x');
    Consumer consumer = connect_while(
        setup.path, [&] { CHECK(producer->send(bytes_of("first"), {}, soon()).has_value()); },
        {.copied_size_max = 100'000});
    std::thread sending([&] {
        CHECK(producer->send(bytes_of(large), {}, soon()).has_value());
        CHECK(producer->send(bytes_of("last"), {}, soon()).has_value());
        CHECK(producer->drain(soon()).has_value());
    });
    CHECK(text_of(consumer.receive(soon())->bytes()) == "first");
    CHECK(consumer.receive(soon()).error().code == EMSGSIZE);
    const auto last = consumer.receive(soon());
    CHECK(text_of(last->bytes()) == "last");
    CHECK(last->info().sequence == 2);
    CHECK(consumer.stats().skipped == 1);
    sending.join();
    CHECK(producer->stats().lost == 0);
}

TEST_CASE("messages are numbered, and what is left out is counted") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    Consumer consumer = connect_while(setup.path, [&] {
        CHECK(producer->send(bytes_of("0"), {}, soon()).has_value());
        CHECK(producer->send(bytes_of("1"), {}, soon()).has_value());
        CHECK(producer->send(bytes_of("9"), {.sequence = 9}, soon()).has_value());
        CHECK(producer->send(bytes_of("10"), {}, soon()).has_value());
    });
    for (const std::uint64_t expected : {0, 1, 9, 10}) {
        const auto message = consumer.receive(soon());
        REQUIRE(message.has_value());
        CHECK(message->info().sequence == expected);
        CHECK(text_of(message->bytes()) == std::to_string(expected));
    }
    CHECK(consumer.stats().skipped == 7);
    CHECK(consumer.stats().messages == 4);
}

TEST_CASE("a message without a time stamp gets the time of sending") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const auto before = std::chrono::system_clock::now();
    Consumer consumer = connect_while(
        setup.path, [&] { CHECK(producer->send(bytes_of("now"), {}, soon()).has_value()); });
    const auto message = consumer.receive(soon());
    REQUIRE(message.has_value());
    CHECK(message->info().time_stamp >= before);
    CHECK(message->info().time_stamp <= std::chrono::system_clock::now());
}

TEST_CASE("a block comes back to its owner when the last copy of its message goes") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    Consumer consumer = connect_while(setup.path, [&] {
        auto buffer = buffer_of(*setup.heap, "kept");
        CHECK(producer->send(buffer, {}, soon()).has_value());
    });
    auto message = consumer.receive(soon());
    REQUIRE(message.has_value());
    auto copy = std::make_unique<shmheap::Message>(*message);
    message = shmheap::fail(ENOMSG, "receive");
    REQUIRE(setup.heap->collect().has_value());
    CHECK(setup.heap->stats().blocks_live == 1);
    CHECK(text_of(copy->bytes()) == "kept");
    CHECK(producer->drain(at_once).error().code == ETIMEDOUT);

    std::thread releasing([&] { copy.reset(); });
    CHECK(producer->drain(soon()).has_value());
    releasing.join();
    REQUIRE(setup.heap->collect().has_value());
    CHECK(setup.heap->stats().blocks_live == 0);
    CHECK(setup.heap->stats().leases_live == 0);
}

TEST_CASE("deadlines end every wait, and the call may be made again") {
    const HeapFolder setup;
    CHECK(Consumer::connect(setup.path, {}, in(10ms)).error().code == ETIMEDOUT);
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    CHECK(producer->send(bytes_of("nobody"), {}, in(10ms)).error().code == ETIMEDOUT);
    CHECK(producer->send(bytes_of("nobody"), {}, at_once).error().code == ETIMEDOUT);
    // The producer is in no call, so nobody greets.
    CHECK(Consumer::connect(setup.path, {}, in(10ms)).error().code == ETIMEDOUT);

    Consumer consumer = connect_while(
        setup.path, [&] { CHECK(producer->send(bytes_of("0"), {}, soon()).has_value()); });
    CHECK(consumer.receive(at_once).has_value());
    CHECK(consumer.receive(at_once).error().code == ETIMEDOUT);
    CHECK(consumer.receive(in(10ms)).error().code == ETIMEDOUT);
    CHECK(producer->send(bytes_of("1"), {}, soon()).has_value());
    CHECK(text_of(consumer.receive(at_once)->bytes()) == "1");
    CHECK(producer->stats().messages == 2);
}

TEST_CASE("a full lane makes the producer wait until something is released") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const auto buffer = buffer_of(*setup.heap, "again and again");
    Consumer consumer =
        connect_while(setup.path, [&] { CHECK(producer->send(buffer, {}, soon()).has_value()); });
    std::vector<shmheap::Message> held;
    held.push_back(consumer.receive(soon()).value());
    while (held.size() < shmheap::lane_slot_count) {
        REQUIRE(producer->send(buffer, {}, soon()).has_value());
        held.push_back(consumer.receive(soon()).value());
    }
    CHECK(producer->send(buffer, {}, at_once).error().code == ETIMEDOUT);
    std::thread releasing([&] { held.erase(held.begin() + 500); });
    CHECK(producer->send(buffer, {}, soon()).value() == Delivery::shared);
    releasing.join();
    CHECK(consumer.receive(soon()).has_value());
}

TEST_CASE("a full socket makes the producer wait, and what timed out half-way is not delivered") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    Consumer consumer = connect_while(
        setup.path, [&] { CHECK(producer->send(bytes_of("first"), {}, soon()).has_value()); });
    const std::string large(8 * 1024 * 1024, 'l');
    CHECK(producer->send(bytes_of(large), {}, in(10ms)).error().code == ETIMEDOUT);
    std::thread sending([&] { CHECK(producer->send(bytes_of("next"), {}, soon()).has_value()); });
    CHECK(text_of(consumer.receive(soon())->bytes()) == "first");
    const auto next = consumer.receive(soon());
    REQUIRE(next.has_value());
    CHECK(text_of(next->bytes()) == "next");
    CHECK(next->info().sequence == 1);
    sending.join();
}

TEST_CASE("the descriptors of both ends tell when there is something to do") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    CHECK_FALSE(is_readable(producer->fd()));
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    std::thread connecting([&] { consumer = Consumer::connect(setup.path, {}, soon()); });
    pollfd descriptor = {.fd = producer->fd(), .events = POLLIN, .revents = 0};
    while (!producer->connected()) {
        REQUIRE(::poll(&descriptor, 1, -1) == 1);
        REQUIRE(producer->attend().has_value());
    }
    connecting.join();
    REQUIRE(consumer.has_value());
    CHECK_FALSE(is_readable(producer->fd()));
    CHECK_FALSE(is_readable(consumer->fd()));
    CHECK(producer->send(bytes_of("something"), {}, soon()).has_value());
    CHECK(is_readable(consumer->fd()));
    CHECK(consumer->receive(at_once).has_value());
    CHECK(is_readable(producer->fd()));  // the consumer told that it has taken the bytes up
    CHECK(producer->attend().has_value());
    CHECK_FALSE(is_readable(producer->fd()));
}
