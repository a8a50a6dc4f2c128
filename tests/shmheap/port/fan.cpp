// One output to several inputs, and several outputs to one input; and what happens when one of
// them is slow or gone.
#include <fcntl.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "file/inspect_streams.hpp"
#include "os/unique_fd.hpp"
#include "port_fixture.hpp"

using namespace port_test;
using namespace std::chrono_literals;
using shmheap::Input;
using shmheap::Output;

namespace {

std::uint64_t dropped(const Output& output, const std::string& name) {
    for (const shmheap::OutputConnection& connection : output.connections()) {
        if (connection.name == name) return connection.dropped;
    }
    FAIL("no connection ", name);
    return 0;
}

}  // namespace

TEST_CASE("every input gets every message, by a lease on the same block") {
    const Ports ports("source.out>a.in source.out>b.in source.out>c.in");
    Output output = ports.output("source");
    std::vector<Input> inputs;
    for (const char* component : {"a", "b", "c"})
        inputs.push_back(ports.input(component));
    while (!output.connected()) {
        REQUIRE(output.attend().has_value());
        for (Input& input : inputs)
            (void)input.receive(at_once);
    }
    const auto buffer = ports.buffer("for all");
    const std::uint64_t blocks = ports.here.heap->stats().blocks_live;
    REQUIRE(output.send(buffer, {}, soon()).has_value());
    CHECK(ports.here.heap->stats().blocks_live == blocks);
    CHECK(ports.here.heap->stats().leases_live == 3);
    for (Input& input : inputs) {
        const auto message = input.receive(soon());
        REQUIRE(message.has_value());
        CHECK(text_of(message->bytes()) == "for all");
        CHECK(message->delivery() == shmheap::Delivery::shared);
    }
    CHECK(output.stats().messages == 3);
    REQUIRE(output.drain(soon()).has_value());
    REQUIRE(ports.here.heap->collect().has_value());
    CHECK(ports.here.heap->stats().leases_live == 0);
}

TEST_CASE("what an input received its component sends on to every input, without a copy") {
    const Ports first("source.out>filter.in");
    const Ports second("filter.out>a.in filter.out>b.in");
    Output source = first.output("source");
    Input received = first.input("filter");
    meet(source, received);
    Output output = second.output("filter");
    std::vector<Input> inputs;
    for (const char* component : {"a", "b"})
        inputs.push_back(second.input(component));
    while (!output.connected()) {
        REQUIRE(output.attend().has_value());
        for (Input& input : inputs)
            (void)input.receive(at_once);
    }
    REQUIRE(output.attend().has_value());
    // The first message tells the inputs to attach the heap of the source.
    for (const auto way : {shmheap::Delivery::copied, shmheap::Delivery::shared}) {
        REQUIRE(source.send(first.buffer("sent on"), {}, soon()).has_value());
        const auto message = received.receive(soon());
        REQUIRE(message.has_value());
        REQUIRE(output.send(*message, {.stream_id = 7}, soon()).has_value());
        for (Input& input : inputs) {
            const auto sent_on = input.receive(soon());
            REQUIRE(sent_on.has_value());
            CHECK(text_of(sent_on->bytes()) == "sent on");
            CHECK(sent_on->delivery() == way);
            CHECK(sent_on->info().stream_id == 7);
        }
        REQUIRE(output.attend().has_value());
    }
    CHECK(output.stats().forwarded == 2);
    CHECK(inputs[1].stats().forwarded == 1);
    REQUIRE(source.drain(soon()).has_value());
    REQUIRE(first.here.heap->collect().has_value());
    CHECK(first.here.heap->stats().blocks_live == 0);
}

TEST_CASE("a message that one consumer did not take is not given to the others twice") {
    const Ports ports("source.out>a.in source.out>b.in");
    Output output = ports.output("source");
    Input a = ports.input("a");
    std::thread meeting([&a] { CHECK(next_text(a) == "first"); });
    const auto first = ports.buffer("first");
    // b is not there, and its policy is to be waited for.
    while (output.stats().messages == 0)
        CHECK(output.send(first, {}, in(5ms)).error().code == ETIMEDOUT);
    meeting.join();
    CHECK(output.send(first, {}, in(5ms)).error().code == ETIMEDOUT);

    Input b = ports.input("b");
    std::thread sending([&] { CHECK(output.send(first, {}, soon()).has_value()); });
    CHECK(next_text(b) == "first");
    sending.join();
    REQUIRE(output.send(ports.buffer("second"), {}, soon()).has_value());
    CHECK(next_text(a) == "second");
    CHECK(next_text(b) == "second");
    CHECK(a.stats().skipped + b.stats().skipped == 0);
}

TEST_CASE("another message gives up the one that not everybody had got, and that is counted") {
    const Ports ports("source.out>a.in source.out>b.in");
    Output output = ports.output("source");
    Input a = ports.input("a");
    std::thread meeting([&a] { CHECK(next_text(a) == "first"); });
    const auto first = ports.buffer("first");
    while (output.stats().messages == 0)
        CHECK(output.send(first, {}, in(5ms)).error().code == ETIMEDOUT);
    meeting.join();
    CHECK(output.send(ports.buffer("second"), {}, in(5ms)).error().code == ETIMEDOUT);
    CHECK(dropped(output, "source.out -> b.in") == 1);
    CHECK(dropped(output, "source.out -> a.in") == 0);
    const auto second = a.receive(soon());
    REQUIRE(second.has_value());
    CHECK(second->info().sequence == 1);
}

TEST_CASE("who drops is not waited for, and who has a deadline no longer than that") {
    const Ports ports("source.out>a.in source.out>b.in:drop-newest source.out>c.in:deadline");
    Output output = ports.output("source");
    Input a = ports.input("a");
    std::thread reading([&a] {
        for (int i = 0; i < 3; ++i)
            CHECK(next_text(a) == std::to_string(i));
    });
    for (int i = 0; i < 3; ++i) {
        // c costs its deadline each time; a may not have come within the first one.
        const auto buffer = ports.buffer(std::to_string(i));
        while (!output.send(buffer, {}, in(20ms)).has_value()) {
        }
    }
    reading.join();
    CHECK(output.stats().messages == 3);
    CHECK(dropped(output, "source.out -> a.in") == 0);
    CHECK(dropped(output, "source.out -> b.in") == 3);
    CHECK(dropped(output, "source.out -> c.in") == 3);
}

TEST_CASE(
    "no more messages than its depth wait for a slow consumer; who is blocked keeps its own") {
    const Ports ports("source.out>filter.in:block:3");
    Output output = ports.output("source");
    Input input = ports.input("filter");
    meet(output, input);
    for (const char* text : {"0", "1", "2"})
        REQUIRE(output.send(ports.buffer(text), {}, at_once).has_value());
    const auto late = ports.buffer("3");
    CHECK(output.send(late, {}, at_once).error().code == ETIMEDOUT);
    CHECK(next_text(input) == "0");
    REQUIRE(output.send(late, {}, soon()).has_value());
    for (const char* text : {"1", "2", "3"})
        CHECK(next_text(input) == text);
    CHECK(dropped(output, "source.out -> filter.in") == 0);
}

TEST_CASE("the oldest messages give way, or the newest are left out, as the connection says") {
    const Ports ports("source.out>a.in:drop-oldest:2 source.out>b.in:drop-newest:2");
    Output output = ports.output("source");
    Input a = ports.input("a");
    Input b = ports.input("b");
    while (!output.connected()) {
        REQUIRE(output.attend().has_value());
        (void)a.receive(at_once);
        (void)b.receive(at_once);
    }
    for (int i = 0; i < 5; ++i)
        REQUIRE(output.send(ports.buffer(std::to_string(i)), {}, at_once).has_value());
    CHECK(next_text(a, at_once) == "3");
    CHECK(next_text(a, at_once) == "4");
    CHECK(next_text(b, at_once) == "0");
    CHECK(next_text(b, at_once) == "1");
    CHECK(a.receive(at_once).error().code == ETIMEDOUT);
    CHECK(b.receive(at_once).error().code == ETIMEDOUT);
    CHECK(dropped(output, "source.out -> a.in") == 3);
    CHECK(dropped(output, "source.out -> b.in") == 3);
}

TEST_CASE("an onlooker reads the name and the counters of each connection from the heap") {
    const Ports ports("source.out>filter.in:drop-oldest:2");
    Output output = ports.output("source");
    Input input = ports.input("filter");
    meet(output, input);
    const auto before = std::chrono::system_clock::now().time_since_epoch();
    for (int i = 0; i < 3; ++i)
        REQUIRE(output.send(ports.buffer(std::to_string(i)), {}, at_once).has_value());
    const auto held = input.receive(at_once);
    REQUIRE(held.has_value());

    const shmheap::os::UniqueFd file(
        ::open((ports.here.folder / ports.here.heap->name()).c_str(), O_RDONLY | O_CLOEXEC));
    const auto streams = shmheap::inspect_streams(file.get());
    REQUIRE(streams.has_value());
    REQUIRE(streams->size() == 1);
    const shmheap::StreamRecord& stream = streams->front();
    CHECK(stream.name() == "source.out -> filter.in");
    CHECK(stream.client_pid == ::getpid());
    CHECK(stream.messages == 3);
    CHECK(stream.bytes == 3);
    CHECK(stream.copied == 0);
    CHECK(stream.dropped == 1);
    CHECK(stream.depth == 2);
    CHECK(stream.lag == 1);
    CHECK(stream.leases == 2);
    CHECK(stream.oldest_lease_at_ns >=
          static_cast<std::uint64_t>(std::chrono::nanoseconds(before).count()));
}

TEST_CASE("an input takes the messages of several outputs in turn") {
    const Ports ports("a.out>mixer.in b.out>mixer.in c.out>mixer.in");
    Input input = ports.input("mixer");
    std::vector<Output> outputs;
    for (const char* component : {"a", "b", "c"})
        outputs.push_back(ports.output(component));
    while (!input.connected()) {
        (void)input.receive(at_once);
        for (Output& output : outputs)
            REQUIRE(output.attend().has_value());
    }
    for (Output& output : outputs) {
        while (!output.connected())
            REQUIRE(output.attend().has_value());
        for (const char* text : {"1", "2"})
            REQUIRE(output.send(ports.buffer(text), {}, soon()).has_value());
    }
    std::set<std::string> origins;
    for (int i = 0; i < 3; ++i) {
        CHECK(next_text(input) == "1");
        origins.insert(input.origin());
    }
    CHECK(origins == std::set<std::string>{"a.out", "b.out", "c.out"});
    for (int i = 0; i < 3; ++i)
        CHECK(next_text(input) == "2");
    CHECK(input.receive(at_once).error().code == ETIMEDOUT);
    CHECK(input.stats().messages == 6);
}

TEST_CASE("an input of several wakes when one of them sends, and when one comes anew") {
    const Ports ports("a.out>mixer.in b.out>mixer.in");
    Input input = ports.input("mixer");
    Output a = ports.output("a");
    std::thread reading([&input] {
        CHECK(next_text(input) == "from a");
        CHECK(next_text(input) == "from b");
        CHECK(next_text(input) == "from the new b");
    });
    REQUIRE(a.send(ports.buffer("from a"), {}, soon()).has_value());
    REQUIRE(a.drain(soon()).has_value());  // between two outputs there is no order
    {
        Output b = ports.output("b");
        REQUIRE(b.send(ports.buffer("from b"), {}, soon()).has_value());
        REQUIRE(b.drain(soon()).has_value());
    }
    Output b = ports.output("b");
    REQUIRE(b.send(ports.buffer("from the new b"), {}, soon()).has_value());
    reading.join();
    CHECK(input.stats().producers == 3);
}

TEST_CASE("an input of several gives up at its deadline") {
    const Ports ports("a.out>mixer.in b.out>mixer.in");
    Input input = ports.input("mixer");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(input.receive(in(20ms)).error().code == ETIMEDOUT);
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK(input.origin().empty());
}
