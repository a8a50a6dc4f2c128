// One output and one input: how they find each other in whatever order, and again after a crash.
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "port_fixture.hpp"

using namespace port_test;
using namespace std::chrono_literals;
using shmheap::Input;
using shmheap::Output;
using shmheap::PortOptions;
using stream_test::Child;

namespace {

const std::string one_to_one = "source.out>filter.in:block:64";

/// A component that sends `count` messages and dies by SIGKILL, or ends as it should.
int send_and_end(const PortOptions& options, int count, bool is_killed) {
    shmheap::HeapOptions heap_options;
    heap_options.directory = options.run_directory;
    auto heap = shmheap::Heap::create(heap_options);
    if (!heap) return 1;
    PortOptions own = options;
    own.heap = heap->get();
    auto output = Output::open("out", own);
    if (!output) return 2;
    for (int i = 0; i < count; ++i) {
        auto buffer = shmheap::Buffer::allocate(**heap, 64 * 1024);
        if (!buffer || !output->send(*buffer, {}, soon())) return 3;
    }
    if (is_killed) ::kill(::getpid(), SIGKILL);
    return output->drain(soon()) ? 0 : 4;
}

/// A component that takes `count` messages, waits to be killed if told so, or ends.
int receive_and_end(const PortOptions& options, int count, bool is_killed) {
    auto input = Input::open("in", options);
    if (!input) return 1;
    for (int i = 0; i < count; ++i) {
        const auto message = input->receive(soon());
        if (!message || message->delivery() != shmheap::Delivery::shared) return 2;
        if (is_killed && i + 1 == count) ::kill(::getpid(), SIGKILL);
    }
    return 0;
}

}  // namespace

TEST_CASE("ports find each other whichever is opened first") {
    for (const bool output_first : {true, false}) {
        CAPTURE(output_first);
        const Ports ports(one_to_one);
        std::optional<Output> output;
        if (output_first) output = ports.output("source");
        Input input = ports.input("filter");
        if (!output_first) output = ports.output("source");
        meet(*output, input);
        REQUIRE(output->send(ports.buffer("here"), {}, soon()).has_value());
        const auto message = input.receive(soon());
        REQUIRE(message.has_value());
        CHECK(text_of(message->bytes()) == "here");
        CHECK(message->delivery() == shmheap::Delivery::shared);
        CHECK(input.origin() == "source.out");
        CHECK(output->connections().front().name == "source.out -> filter.in");
        CHECK(input.connections().front().name == "source.out -> filter.in");
    }
}

TEST_CASE("components that wait for each other in a circle all start") {
    const Ports ports("a.out>b.in b.out>a.in");
    Input a_in = ports.input("a");
    Output a_out = ports.output("a");
    Input b_in = ports.input("b");
    Output b_out = ports.output("b");
    meet(a_out, b_in);
    meet(b_out, a_in);
    REQUIRE(a_out.send(ports.buffer("ping"), {}, soon()).has_value());
    CHECK(next_text(b_in) == "ping");
    REQUIRE(b_out.send(ports.buffer("pong"), {}, soon()).has_value());
    CHECK(next_text(a_in) == "pong");
}

TEST_CASE("a port that the description does not connect is told by its whole name") {
    const Ports ports(one_to_one);
    const auto output = Output::open("outt", ports.options("source"));
    REQUIRE_FALSE(output.has_value());
    CHECK(output.error().code == ENOTCONN);
    CHECK(output.error().subject == "source.outt");
    CHECK(Output::open("in", ports.options("filter")).error().code == ENOTCONN);  // an input
    CHECK(Input::open("in", ports.options("source")).error().code == ENOTCONN);
    PortOptions broken = ports.options("source");
    broken.connections = "source.out>";
    CHECK(Output::open("out", broken).error().code == EINVAL);
}

TEST_CASE("a port is open once at a time") {
    const Ports ports(one_to_one);
    const Output output = ports.output("source");
    CHECK(Output::open("out", ports.options("source")).error().code == EADDRINUSE);
}

TEST_CASE("ports are found through the environment that the launcher gives") {
    const Ports ports(one_to_one);
    const PortOptions given = ports.options("source");
    ::setenv("SHMHEAP_COMPONENT", given.component.c_str(), 1);
    ::setenv("HARRIER_RUN_DIR", given.run_directory.c_str(), 1);
    ::setenv("HARRIER_CONNECTIONS", given.connections.c_str(), 1);
    const PortOptions found = PortOptions::from_environment();
    CHECK(found.component == given.component);
    CHECK(found.run_directory == given.run_directory);
    CHECK(found.connections == given.connections);
    CHECK(Output::open("out").has_value());
    for (const char* variable : {"SHMHEAP_COMPONENT", "HARRIER_RUN_DIR", "HARRIER_CONNECTIONS"})
        ::unsetenv(variable);
    CHECK(Output::open("out").error().code == ENOTCONN);
}

TEST_CASE("an input goes on with the successor of an output that was killed") {
    const Ports ports(one_to_one);
    Input input = ports.input("filter");
    for (int life = 0; life < 3; ++life) {
        Child source([&] { return send_and_end(ports.options("source"), 3, life < 2); });
        for (int i = 0; i < 3; ++i)
            CHECK(input.receive(soon()).has_value());
        CHECK(source.wait() == (life < 2 ? 128 + SIGKILL : 0));
    }
    CHECK(input.stats().producers == 3);
    CHECK(input.stats().messages == 9);
    CHECK(input.stats().copied == 0);
}

TEST_CASE("an output goes on with the successor of an input that was killed, and counts") {
    const Ports ports(one_to_one);
    Output output = ports.output("source");
    std::uint64_t sent = 0;
    {
        Child filter([&] { return receive_and_end(ports.options("filter"), 2, true); });
        for (; sent < 2; ++sent)
            REQUIRE(output.send(ports.buffer("first life"), {}, soon()).has_value());
        CHECK(filter.wait() == 128 + SIGKILL);
    }
    CHECK(output.drain(soon()).error().code == EPIPE);
    CHECK(output.drain(soon()).has_value());  // told once
    Child filter([&] { return receive_and_end(ports.options("filter"), 2, false); });
    for (; sent < 4; ++sent)
        REQUIRE(output.send(ports.buffer("second life"), {}, soon()).has_value());
    CHECK(filter.wait() == 0);
    const shmheap::ProducerStats stats = output.stats();
    CHECK(stats.consumers == 2);
    CHECK(stats.messages == 4);
    CHECK(stats.lost + stats.unreleased >= 1);
    CHECK(stats.lost + stats.unreleased <= 2);
}

TEST_CASE("a loss that attend noticed is still told by drain") {
    const Ports ports(one_to_one);
    Output output = ports.output("source");
    Child filter([&] {
        auto input = Input::open("in", ports.options("filter"));
        if (input) (void)input->receive(soon());
        ::pause();
        return 0;
    });
    const auto taken_up = ports.buffer("taken up");
    REQUIRE(output.send(taken_up, {}, soon()).has_value());
    REQUIRE(output.drain(soon()).has_value());
    REQUIRE(output.send(ports.buffer("never taken up"), {}, soon()).has_value());
    filter.kill();
    while (output.connected())
        REQUIRE(output.attend().has_value());
    CHECK(output.drain(soon()).error().code == EPIPE);
    CHECK(output.stats().lost == 1);
}

TEST_CASE("a message that nobody took in time is sent by another call") {
    const Ports ports(one_to_one);
    Output output = ports.output("source");
    const auto early = ports.buffer("early");
    CHECK(output.send(early, {}, in(10ms)).error().code == ETIMEDOUT);
    Input input = ports.input("filter");
    meet(output, input);
    REQUIRE(output.send(early, {}, soon()).has_value());
    const auto message = input.receive(soon());
    REQUIRE(message.has_value());
    CHECK(message->info().sequence == 0);
    CHECK(output.connections().front().dropped == 0);
}

TEST_CASE("the descriptors of ports tell when there is something to do") {
    const Ports ports(one_to_one);
    Output output = ports.output("source");
    Input input = ports.input("filter");
    pollfd output_ready = {.fd = output.fd(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&output_ready, 1, -1) == 1);  // somebody has come
    meet(output, input);
    pollfd input_ready = {.fd = input.fd(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&input_ready, 1, 0) == 0);
    REQUIRE(output.send(ports.buffer("here"), {}, soon()).has_value());
    CHECK(::poll(&input_ready, 1, -1) == 1);
}
