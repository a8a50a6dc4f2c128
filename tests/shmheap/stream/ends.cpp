// What happens when one end goes, by itself or by kill -9, and when another one comes.
#include <cstdlib>
#include <thread>

#include "fixture.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::Consumer;
using shmheap::Delivery;
using shmheap::Producer;

namespace {

/// A producer with a heap of its own, for another process.
int produce(const std::string& path, const std::string& heap_directory, int count) {
    shmheap::HeapOptions options;
    options.directory = heap_directory;
    auto heap = shmheap::Heap::create(options);
    auto producer =
        heap ? Producer::listen(path, {.heap = heap->get()}) : tl::unexpected(heap.error());
    if (!producer) return 1;
    for (int index = 0; index < count; ++index) {
        const std::string text = std::to_string(index);
        auto buffer = shmheap::Buffer::allocate(**heap, text.size());
        if (!buffer) return 2;
        std::memcpy(buffer->data(), text.data(), text.size());
        if (!producer->send(*buffer, {}, soon())) return 3;
    }
    return 0;
}

/// Receives `count` messages, keeps them, says so, and waits to be killed.
int consume_and_keep(const std::string& path, int count, const Signal& kept) {
    auto consumer = Consumer::connect(path, {}, soon());
    std::vector<shmheap::Message> messages;
    for (int index = 0; consumer && index < count; ++index) {
        auto message = consumer->receive(soon());
        if (!message) return 1;
        messages.push_back(std::move(*message));
    }
    kept.tell();
    ::pause();
    return 2;
}

}  // namespace

TEST_CASE("all that a producer sent before it ended is received, and then its end") {
    const Folder folder;
    const std::string path = folder / "samples";
    Child child([&] { return produce(path, folder.path(), 3); });
    auto consumer = Consumer::connect(path, {}, soon());
    REQUIRE(consumer.has_value());
    std::vector<shmheap::Message> messages;
    messages.push_back(consumer->receive(soon()).value());
    CHECK(child.wait() == 0);
    messages.push_back(consumer->receive(soon()).value());
    messages.push_back(consumer->receive(soon()).value());
    CHECK(consumer->receive(soon()).error().code == EPIPE);
    // The heap has lost its name with its owner, and what was received can still be read.
    CHECK(std::filesystem::is_empty(folder.path()));
    for (std::size_t index = 0; index < messages.size(); ++index) {
        CHECK(messages[index].delivery() == Delivery::shared);
        CHECK(text_of(messages[index].bytes()) == std::to_string(index));
    }
}

TEST_CASE("after the end of a producer, receive waits for the next one at the same path") {
    const Folder folder;
    const std::string path = folder / "samples";
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    for (int round = 0; round < 3; ++round) {
        Child child([&] { return produce(path, folder.path(), 1); });
        if (!consumer) consumer = Consumer::connect(path, {}, soon());
        REQUIRE(consumer.has_value());
        CHECK(text_of(consumer->receive(soon())->bytes()) == "0");
        CHECK(child.wait() == 0);
        CHECK(consumer->receive(soon()).error().code == EPIPE);
        CHECK(consumer->receive(at_once).error().code == ETIMEDOUT);
    }
    CHECK(consumer->stats().producers == 3);
    CHECK(consumer->stats().skipped == 0);
}

TEST_CASE("a message outlives its consumer and the process that sent it") {
    const Folder folder;
    const std::string path = folder / "samples";
    Child child([&] {
        (void)produce(path, folder.path(), 1);
        return ::kill(::getpid(), SIGKILL);
    });
    auto consumer = std::make_unique<Consumer>(Consumer::connect(path, {}, soon()).value());
    const auto message = consumer->receive(soon());
    CHECK(child.wait() == 128 + SIGKILL);
    consumer.reset();
    REQUIRE(message.has_value());
    CHECK(text_of(message->bytes()) == "0");
}

TEST_CASE("a killed consumer is told once, what it held comes back, and another one takes over") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const Signal kept;
    Child child([&] { return consume_and_keep(setup.path, 5, kept); });
    for (int index = 0; index < 8; ++index) {
        const auto buffer = buffer_of(*setup.heap, std::to_string(index));
        REQUIRE(producer->send(buffer, {}, soon()).value() == Delivery::shared);
    }
    kept.wait();
    child.kill();

    const auto buffer = buffer_of(*setup.heap, "after");
    CHECK(producer->send(buffer, {}, soon()).error().code == EPIPE);
    CHECK(producer->send(buffer, {}, at_once).error().code == ETIMEDOUT);
    CHECK(producer->stats().messages == 8);
    CHECK(producer->stats().unreleased == 5);
    CHECK(producer->stats().lost == 3);

    shmheap::Result<shmheap::Message> message = shmheap::fail(ENOMSG, "receive");
    std::thread next([&] {
        auto consumer = Consumer::connect(setup.path, {}, soon());
        if (consumer) message = consumer->receive(soon());
    });
    CHECK(producer->send(buffer, {}, soon()).value() == Delivery::shared);
    next.join();
    REQUIRE(message.has_value());
    CHECK(text_of(message->bytes()) == "after");
    CHECK(message->info().sequence == 8);
    message = shmheap::fail(ENOMSG, "receive");
    REQUIRE(setup.heap->collect().has_value());
    CHECK(setup.heap->stats().leases_live == 0);
    CHECK(setup.heap->stats().blocks_live == 1);
    CHECK(producer->stats().consumers == 2);
}

TEST_CASE("bytes that a killed consumer had not taken up are counted as lost") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const Signal kept;
    Child child([&] { return consume_and_keep(setup.path, 2, kept); });
    for (int index = 0; index < 6; ++index) {
        REQUIRE(producer->send(bytes_of("bytes"), {}, soon()).has_value());
    }
    kept.wait();
    child.kill();
    CHECK(producer->drain(soon()).error().code == EPIPE);
    CHECK(producer->stats().lost == 4);
    CHECK(producer->stats().unreleased == 0);
    CHECK(producer->drain(at_once).has_value());  // there is nobody to wait for
}

TEST_CASE("a consumer that ends when it has released everything has drained the producer") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    Child child([&] {
        auto consumer = Consumer::connect(setup.path, {}, soon());
        for (int index = 0; consumer && index < 3; ++index) {
            if (!consumer->receive(soon())) return 1;
        }
        return 0;
    });
    for (int index = 0; index < 3; ++index) {
        const auto buffer = buffer_of(*setup.heap, "done");
        REQUIRE(producer->send(buffer, {}, soon()).has_value());
    }
    CHECK(child.wait() == 0);
    CHECK(producer->drain(soon()).has_value());
    CHECK(producer->stats().lost == 0);
    CHECK(producer->stats().unreleased == 0);
    CHECK_FALSE(producer->connected());
}

TEST_CASE("what a killed consumer had released before is neither lost nor unreleased") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const Signal released;
    Child child([&] {
        auto consumer = Consumer::connect(setup.path, {}, soon());
        for (int index = 0; consumer && index < 3; ++index) {
            if (!consumer->receive(soon())) return 1;
        }
        released.tell();
        ::pause();
        return 0;
    });
    for (int index = 0; index < 3; ++index) {
        const auto buffer = buffer_of(*setup.heap, "done");
        REQUIRE(producer->send(buffer, {}, soon()).has_value());
    }
    released.wait();
    child.kill();
    CHECK(producer->drain(soon()).has_value());
    CHECK(producer->stats().lost == 0);
    CHECK(producer->stats().unreleased == 0);
}

TEST_CASE("the leases of a killed consumer come back while the producer only attends") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    const Signal kept;
    Child child([&] { return consume_and_keep(setup.path, 4, kept); });
    for (int index = 0; index < 4; ++index) {
        const auto buffer = buffer_of(*setup.heap, "held");
        REQUIRE(producer->send(buffer, {}, soon()).has_value());
    }
    kept.wait();
    CHECK(producer->attend().has_value());
    CHECK(setup.heap->stats().blocks_live == 4);
    child.kill();
    CHECK(producer->attend().error().code == EPIPE);
    const auto patience = soon();
    while (setup.heap->stats().blocks_live != 0 && std::chrono::steady_clock::now() < patience) {
        CHECK(producer->attend().has_value());
    }
    CHECK(setup.heap->stats().blocks_live == 0);
}

TEST_CASE("a consumer that closes but lives on keeps what it took up") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    shmheap::Result<shmheap::Message> kept = shmheap::fail(ENOMSG, "receive");
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    std::thread connecting([&] { consumer = Consumer::connect(setup.path, {}, soon()); });
    for (int index = 0; index < 3; ++index) {
        const auto buffer = buffer_of(*setup.heap, std::to_string(index));
        REQUIRE(producer->send(buffer, {}, soon()).has_value());
    }
    connecting.join();
    kept = consumer->receive(soon());
    consumer = shmheap::fail(ENOENT, "connect");
    CHECK(producer->attend().error().code == EPIPE);
    CHECK(producer->stats().unreleased == 1);
    CHECK(producer->stats().lost == 2);
    CHECK(text_of(kept->bytes()) == "0");
    CHECK(setup.heap->stats().leases_live == 1);
    kept = shmheap::fail(ENOMSG, "receive");
    REQUIRE(setup.heap->collect().has_value());
    CHECK(setup.heap->stats().blocks_live == 0);
}

TEST_CASE("a second consumer is told that the producer has one") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    shmheap::Result<Consumer> first = shmheap::fail(ENOENT, "connect");
    std::thread connecting([&] { first = Consumer::connect(setup.path, {}, soon()); });
    REQUIRE(producer->send(bytes_of("0"), {}, soon()).has_value());
    connecting.join();
    REQUIRE(first.has_value());

    shmheap::Result<Consumer> second = shmheap::fail(ENOENT, "connect");
    std::thread refused([&] { second = Consumer::connect(setup.path, {}, soon()); });
    while (producer->stats().refused == 0)
        REQUIRE(producer->attend().has_value());
    refused.join();
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == EBUSY);
    CHECK(text_of(first->receive(soon())->bytes()) == "0");

    // When the first has gone there is room.
    first = shmheap::fail(ENOENT, "connect");
    CHECK(producer->attend().error().code == EPIPE);
    std::thread again([&] { second = Consumer::connect(setup.path, {}, soon()); });
    CHECK(producer->send(bytes_of("1"), {}, soon()).has_value());
    again.join();
    CHECK(second.has_value());
}

TEST_CASE("of a copied message whose producer was killed half-way nothing is delivered") {
    const Folder folder;
    const std::string path = folder / "samples";
    const Signal first_sent;
    Child child([&] {
        setenv("SHMHEAP", "disable", 1);
        auto producer = Producer::listen(path);
        if (!producer || !producer->send(bytes_of("whole"), {}, soon())) return 1;
        first_sent.tell();
        const std::string large(64 * 1024 * 1024, 'l');
        (void)producer->send(bytes_of(large));  // never finished: nobody receives meanwhile
        return 2;
    });
    auto consumer = Consumer::connect(path, {}, soon());
    REQUIRE(consumer.has_value());
    CHECK_FALSE(consumer->attached());
    first_sent.wait();
    CHECK(text_of(consumer->receive(soon())->bytes()) == "whole");
    CHECK(consumer->receive(in(20ms)).error().code == ETIMEDOUT);  // takes in a part of it
    child.kill();
    CHECK(consumer->receive(soon()).error().code == EPIPE);
    CHECK(consumer->stats().messages == 1);
}

TEST_CASE("a forked child may not use its parent's ends") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    shmheap::Result<Consumer> consumer = shmheap::fail(ENOENT, "connect");
    std::thread connecting([&] { consumer = Consumer::connect(setup.path, {}, soon()); });
    REQUIRE(producer->send(bytes_of("0"), {}, soon()).has_value());
    connecting.join();
    Child child([&] {
        if (producer->send(bytes_of("1"), {}, soon()).error().code != ECHILD) return 1;
        if (producer->attend().error().code != ECHILD) return 2;
        return consumer->receive(soon()).error().code == ECHILD ? 0 : 3;
    });
    CHECK(child.wait() == 0);
    CHECK(text_of(consumer->receive(soon())->bytes()) == "0");
    CHECK(consumer->receive(at_once).error().code == ETIMEDOUT);
}

TEST_CASE(
    "when the process's heap is replaced, buffers go as bytes until the new one is attached") {
    const Folder folder;
    const std::string path = folder / "samples";
    Child child([&] {
        setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        auto producer = Producer::listen(path);
        auto buffer = shmheap::Buffer::allocate(100);
        if (!producer || !buffer) return 1;
        const auto first = producer->send(*buffer, {}, soon());
        if (!first || *first != Delivery::shared) return 2;
        shmheap::Heap* old_heap = shmheap::process_heap().value_or(nullptr);
        std::filesystem::remove(folder / old_heap->name());
        if (!old_heap->collect() || !old_heap->lost_its_name()) return 3;
        buffer = shmheap::Buffer::allocate(100);
        for (int index = 0; index < 10'000; ++index) {
            const auto sent = producer->send(*buffer, {}, soon());
            if (!sent) return 4;
            if (*sent == Delivery::shared) return producer->drain(soon()) ? 0 : 5;
        }
        return 6;
    });
    auto consumer = Consumer::connect(path, {}, soon());
    REQUIRE(consumer.has_value());
    CHECK(consumer->receive(soon())->delivery() == Delivery::shared);
    CHECK(consumer->receive(soon())->delivery() == Delivery::copied);
    while (consumer->receive(soon())->delivery() == Delivery::copied) {
    }
    CHECK(child.wait() == 0);
    CHECK(consumer->receive(soon()).error().code == EPIPE);
    CHECK(consumer->stats().skipped == 0);
}
