// Messages within an event loop: as a coroutine, by a callback, cancelled, and with what an input
// may meet: a producer that is not there yet, and one that is killed.
#include "shmheap/asio.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "port/port_fixture.hpp"

namespace asio = boost::asio;
using namespace port_test;
using shmheap::AsyncReceiver;
using shmheap::Consumer;
using shmheap::Input;
using shmheap::Message;
using shmheap::Output;
using shmheap::Result;
using stream_test::Child;

namespace {

const std::string one_to_one = "source.out>filter.in";

using Receiver = AsyncReceiver<Input>;

Receiver receiver_of(asio::io_context& io, Input input) {
    auto receiver = Receiver::create(io.get_executor(), std::move(input));
    REQUIRE(receiver.has_value());
    return std::move(*receiver);
}

/// Takes `count` messages as texts.
asio::awaitable<void> take(Receiver& receiver, int count, std::vector<std::string>& texts) {
    for (int i = 0; i < count; ++i) {
        const Result<Message> message = co_await receiver.async_receive(asio::use_awaitable);
        texts.push_back(message ? text_of(message->bytes()) : message.error().message());
    }
}

/// A component that sends these texts, waits until they were taken, and dies by SIGKILL.
int send_and_die(const shmheap::PortOptions& options, const std::vector<std::string>& texts) {
    auto output = Output::open("out", options);
    if (!output) return 1;
    for (const std::string& text : texts) {
        auto buffer = shmheap::Buffer::allocate(text.size());
        if (!buffer) return 2;
        std::memcpy(buffer->data(), text.data(), text.size());
        if (!output->send(*buffer, {}, soon())) return 3;
    }
    if (!output->drain(soon())) return 4;
    return ::kill(::getpid(), SIGKILL);
}

/// A receiver whose callbacks note how they were called: 0 or an error's code.
struct Waiting {
    explicit Waiting(Input input) : receiver(receiver_of(io, std::move(input))) {}

    void begin(asio::cancellation_slot slot) {
        receiver->async_receive(
            asio::bind_cancellation_slot(slot, [this](const Result<Message>& message) {
                codes.push_back(message ? 0 : message.error().code);
            }));
    }
    /// Until only the descriptor can wake it.
    void fall_asleep() {
        io.restart();
        while (io.poll_one() > 0) {
        }
    }
    void finish() {
        io.restart();
        io.run();
    }

    asio::io_context io{1};
    std::optional<Receiver> receiver;
    std::vector<int> codes;
};

shmheap::PortOptions without_heap(shmheap::PortOptions options) {
    options.heap = nullptr;
    return options;
}

}  // namespace

TEST_CASE("a coroutine receives what is there and what comes later, across a crash") {
    const Ports ports(one_to_one);
    ::setenv("SHMHEAP", "disable", 1);  // the children's: their messages are copied
    asio::io_context io(1);
    Receiver receiver = receiver_of(io, ports.input("filter"));
    std::vector<std::string> texts;
    std::optional<Child> source;
    const auto start = [&](const std::vector<std::string>& sent) {
        source.emplace(
            [&ports, &sent] { return send_and_die(without_heap(ports.options("source")), sent); });
    };
    asio::co_spawn(io, take(receiver, 4, texts), asio::detached);
    start({"1", "2"});
    while (texts.size() < 2)
        REQUIRE(io.run_one() == 1);
    CHECK(source->wait() == 128 + SIGKILL);
    start({"3", "4"});
    io.run();
    CHECK(source->wait() == 128 + SIGKILL);
    CHECK(texts == std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(receiver.source().stats().producers == 2);
    ::unsetenv("SHMHEAP");
}

TEST_CASE("a callback gets a message without a copy, and never before the call returned") {
    const Ports ports(one_to_one);
    asio::io_context io(1);
    Output output = ports.output("source");
    Input input = ports.input("filter");
    meet(output, input);
    Receiver receiver = receiver_of(io, std::move(input));
    REQUIRE(output.send(ports.buffer("here"), {}, soon()).has_value());
    std::optional<Result<Message>> received;
    receiver.async_receive([&](Result<Message> message) { received = std::move(message); });
    CHECK_FALSE(received.has_value());
    io.run();
    REQUIRE(received.has_value());
    REQUIRE(received->has_value());
    CHECK(text_of((*received)->bytes()) == "here");
    CHECK((*received)->delivery() == shmheap::Delivery::shared);
}

TEST_CASE("a wait is cancelled by its slot, asleep or not yet") {
    const Ports ports(one_to_one);
    Waiting waiting(ports.input("filter"));
    asio::cancellation_signal signal;
    waiting.begin(signal.slot());
    waiting.fall_asleep();
    signal.emit(asio::cancellation_type::total);
    waiting.finish();
    CHECK(waiting.codes == std::vector<int>{ECANCELED});

    waiting.begin(signal.slot());
    signal.emit(asio::cancellation_type::total);
    waiting.finish();
    CHECK(waiting.codes == std::vector<int>{ECANCELED, ECANCELED});
}

TEST_CASE("a wait that is cancelled loses no message") {
    const Ports ports(one_to_one);
    Output output = ports.output("source");
    Input input = ports.input("filter");
    meet(output, input);
    Waiting waiting(std::move(input));
    waiting.begin({});
    waiting.fall_asleep();
    waiting.receiver->cancel();
    REQUIRE(output.send(ports.buffer("not lost"), {}, soon()).has_value());
    waiting.finish();
    CHECK(waiting.codes == std::vector<int>{ECANCELED});
    waiting.begin({});
    waiting.finish();
    CHECK(waiting.codes == std::vector<int>{ECANCELED, 0});
}

TEST_CASE("a receiver that goes away completes what is waited for, asleep or not yet") {
    for (const bool is_asleep : {true, false}) {
        CAPTURE(is_asleep);
        const Ports ports(one_to_one);
        Waiting waiting(ports.input("filter"));
        waiting.begin({});
        if (is_asleep) waiting.fall_asleep();
        waiting.receiver.reset();
        waiting.finish();
        CHECK(waiting.codes == std::vector<int>{ECANCELED});
    }
}

TEST_CASE("the event loop closes nothing that is the input's") {
    const Ports ports(one_to_one);
    asio::io_context io(1);
    Input input = ports.input("filter");
    const int fd = input.fd();
    {
        Receiver receiver = receiver_of(io, std::move(input));
        input = std::move(receiver.source());
    }
    CHECK(::fcntl(fd, F_GETFD) >= 0);
    CHECK(input.receive(at_once).error().code == ETIMEDOUT);
}

TEST_CASE("a consumer is received from like an input, and says its errors as values") {
    const stream_test::HeapFolder here;
    asio::io_context io(1);
    auto producer = here.listen();
    REQUIRE(producer.has_value());
    auto consumer = Consumer::expect(here.path);
    REQUIRE(consumer.has_value());
    auto receiver = AsyncReceiver<Consumer>::create(io.get_executor(), std::move(*consumer));
    REQUIRE(receiver.has_value());
    std::vector<int> codes;
    receiver->async_receive([&codes](const Result<Message>& message) {
        codes.push_back(message ? 0 : message.error().code);
    });
    while (!producer->connected()) {
        REQUIRE(producer->attend().has_value());
        io.poll();
    }
    io.poll();  // the greeting
    producer = shmheap::fail(ENOENT, "listen");
    io.run();
    CHECK(codes == std::vector<int>{EPIPE});
}
