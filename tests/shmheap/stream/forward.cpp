// Sending on what was received: A's block goes through B to C without a copy, in whichever order
// they let go of it.
#include <fstream>
#include <optional>

#include "fixture.hpp"
#include "stream/foreign_heaps.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::Buffer;
using shmheap::Consumer;
using shmheap::Delivery;
using shmheap::Message;
using shmheap::Producer;
using shmheap::Result;

namespace {

/// How many clients this process has attached and not detached: their heaps are mapped read-only.
std::size_t attachments() {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find("/heap-") != std::string::npos && line.find(" r--s ") != std::string::npos)
            ++count;
    }
    return count;
}

/// A and B with a heap each, B and C with a stream each; all in this process.
struct Chain {
    Chain() : a_producer(*a.listen()), b_producer(*b.listen()) {
        b_consumer = connect(a_producer, a.path);
        c_consumer = connect(b_producer, b.path);
    }

    static Consumer connect(Producer& producer, const std::string& path,
                            const shmheap::ConsumerOptions& options = {}) {
        auto consumer = Consumer::expect(path, options);
        REQUIRE(consumer.has_value());
        while (!producer.connected() || !consumer->connected()) {
            REQUIRE(producer.attend().has_value());
            (void)consumer->receive(at_once);
        }
        REQUIRE(producer.attend().has_value());  // opens the ring
        return std::move(*consumer);
    }

    /// A message of A's as B has received it.
    Message received_by_b(const std::string& text) {
        REQUIRE(a_producer.send(buffer_of(*a.heap, text), {}, soon()) == Delivery::shared);
        auto message = b_consumer->receive(soon());
        REQUIRE(message.has_value());
        return *message;
    }

    /// What B sends on, as C gets it.
    Message passed_on(const Message& message) {
        REQUIRE(b_producer.send(message, {}, soon()).has_value());
        auto arrived = c_consumer->receive(soon());
        REQUIRE_MESSAGE(arrived.has_value(), arrived.error().message());
        return *arrived;
    }

    /// The first message of A's heap, by which C learns to attach that.
    void introduce() {
        const Message first = passed_on(received_by_b("first"));
        CHECK(text_of(first.bytes()) == "first");
        CHECK(first.delivery() == Delivery::copied);
        CHECK(b_producer.attend().has_value());
    }

    [[nodiscard]] std::uint64_t blocks_of_a() const {
        REQUIRE(a.heap->collect().has_value());
        return a.heap->stats().blocks_live;
    }

    HeapFolder a;
    HeapFolder b;
    Producer a_producer;
    Producer b_producer;
    std::optional<Consumer> b_consumer;
    std::optional<Consumer> c_consumer;
};

}  // namespace

TEST_CASE("a received message is sent on without a copy once its heap is known") {
    Chain chain;
    chain.introduce();
    Message at_b = chain.received_by_b("passed on");
    const Message at_c = chain.passed_on(at_b);
    CHECK(at_c.delivery() == Delivery::shared);
    CHECK(text_of(at_c.bytes()) == "passed on");
    CHECK(chain.b_producer.stats().forwarded == 1);
    CHECK(chain.b_producer.stats().shared == 1);
    CHECK(chain.b_producer.stats().copied == 1);
    CHECK(chain.b_producer.stats().bytes == 14);
    CHECK(chain.c_consumer->stats().forwarded == 1);
    CHECK(chain.c_consumer->stats().bytes == 14);
    CHECK(chain.blocks_of_a() == 1);
}

TEST_CASE("the block is free when the last of those who have it lets go, and no earlier") {
    Chain chain;
    chain.introduce();
    std::optional<Message> at_b = chain.received_by_b("kept");
    std::optional<Message> at_c = chain.passed_on(*at_b);
    SUBCASE("the last is C") {
        at_b.reset();
        CHECK(chain.b_producer.attend().has_value());
        CHECK(chain.blocks_of_a() == 1);
        CHECK(text_of(at_c->bytes()) == "kept");
        at_c.reset();
    }
    SUBCASE("the last is B") {
        at_c.reset();
        CHECK(chain.b_producer.attend().has_value());
        CHECK(chain.blocks_of_a() == 1);
        CHECK(text_of(at_b->bytes()) == "kept");
        at_b.reset();
    }
    CHECK(chain.blocks_of_a() == 0);
    CHECK(chain.a.heap->stats().leases_live == 0);
    CHECK(chain.b.heap->collect().has_value());
    CHECK(chain.b.heap->stats().blocks_live == 0);
}

TEST_CASE("B keeps what it has sent on until C has received it") {
    Chain chain;
    chain.introduce();
    REQUIRE(chain.b_producer.send(chain.received_by_b("under way"), {}, soon()) ==
            Delivery::shared);
    CHECK(chain.b_producer.attend().has_value());
    CHECK(chain.blocks_of_a() == 1);
    const auto arrived = chain.c_consumer->receive(soon());
    REQUIRE(arrived.has_value());
    CHECK(text_of(arrived->bytes()) == "under way");
}

TEST_CASE("B that waits for its next message lets go of what C has") {
    Chain chain;
    chain.introduce();
    std::optional<Message> at_c = chain.passed_on(chain.received_by_b("let go"));
    at_c.reset();
    CHECK(chain.b_consumer->receive(in(1ms)).error().code == ETIMEDOUT);
    CHECK(chain.blocks_of_a() == 0);
}

TEST_CASE("the same message can be sent on again and again") {
    Chain chain;
    chain.introduce();
    std::vector<Message> at_c;
    {
        const Message at_b = chain.received_by_b("again");
        for (int each = 0; each < 300; ++each)
            at_c.push_back(chain.passed_on(at_b));
    }
    CHECK(chain.b_producer.attend().has_value());
    std::size_t shared = 0;
    for (const Message& message : at_c) {
        CHECK(text_of(message.bytes()) == "again");
        shared += message.delivery() == Delivery::shared ? 1 : 0;
    }
    CHECK(shared == shmheap::claim_slot_count);  // the others found no claim left
    CHECK(chain.c_consumer->stats().copied == 1 + 300 - shmheap::claim_slot_count);
    CHECK(chain.blocks_of_a() == 1);
    at_c.clear();
    CHECK(chain.blocks_of_a() == 0);
}

TEST_CASE("what is not taken up when C ends is B's no longer") {
    Chain chain;
    chain.introduce();
    REQUIRE(chain.b_producer.send(chain.received_by_b("lost"), {}, soon()) == Delivery::shared);
    chain.c_consumer.reset();
    while (chain.b_producer.connected())
        (void)chain.b_producer.attend();
    CHECK(chain.b.heap->collect().has_value());
    CHECK(chain.b.heap->stats().blocks_live == 0);
    CHECK(chain.blocks_of_a() == 0);
}

TEST_CASE("what was forwarded once is copied when it is sent on again") {
    Chain chain;
    chain.introduce();
    const HeapFolder third;
    Producer c_producer = *third.listen();
    Consumer d_consumer = Chain::connect(c_producer, third.path);
    const Message at_c = chain.passed_on(chain.received_by_b("two hops"));
    REQUIRE(at_c.delivery() == Delivery::shared);
    REQUIRE(c_producer.send(at_c, {}, soon()) == Delivery::copied);
    const auto at_d = d_consumer.receive(soon());
    REQUIRE(at_d.has_value());
    CHECK(text_of(at_d->bytes()) == "two hops");
}

TEST_CASE("a consumer that shares nothing gets copies of what is sent on") {
    Chain chain;
    chain.c_consumer.reset();
    while (chain.b_producer.connected())
        (void)chain.b_producer.attend();
    chain.c_consumer = Chain::connect(chain.b_producer, chain.b.path, {.share = false});
    for (int each = 0; each < 3; ++each) {
        const Message at_c = chain.passed_on(chain.received_by_b("copied"));
        CHECK(at_c.delivery() == Delivery::copied);
        CHECK(text_of(at_c.bytes()) == "copied");
    }
    CHECK(chain.blocks_of_a() == 0);
}

TEST_CASE("a message that came as a copy, or empty, is sent on as a copy") {
    Chain chain;
    REQUIRE(chain.a_producer.send(bytes_of("bytes"), {}, soon()) == Delivery::copied);
    auto copied = chain.b_consumer->receive(soon());
    REQUIRE(copied.has_value());
    CHECK(text_of(chain.passed_on(*copied).bytes()) == "bytes");
    REQUIRE(chain.a_producer.send(bytes_of(""), {.end_of_stream = true}, soon()).has_value());
    auto empty = chain.b_consumer->receive(soon());
    REQUIRE(empty.has_value());
    REQUIRE(chain.b_producer.send(*empty, empty->info(), soon()) == Delivery::copied);
    const auto last = chain.c_consumer->receive(soon());
    REQUIRE(last.has_value());
    CHECK(last->info().end_of_stream);
    CHECK(last->bytes().empty());
}

TEST_CASE(
    "leases that were lent end among many that are issued at once, and C keeps their blocks") {
    Chain chain;
    chain.introduce();
    std::vector<Message> at_c;
    for (int each = 0; each < 10; ++each)
        at_c.push_back(chain.passed_on(chain.received_by_b("lent")));
    CHECK(chain.b_producer.attend().has_value());
    // Two batches, since the leases that were released are looked for once in a while.
    std::vector<Message> at_b;
    for (int each = 0; each < 2; ++each) {
        const std::vector<Buffer> batch(20, buffer_of(*chain.a.heap, "more"));
        REQUIRE(chain.a_producer.send_many(batch, {}, soon()).value() == batch.size());
        REQUIRE(chain.b_consumer->receive_many(at_b, 20, soon()).value() == batch.size());
    }
    CHECK(chain.a.heap->stats().leases_live == 50);  // and ten of them are claims
    CHECK(chain.a.heap->stats().blocks_live == 12);
    std::vector<Buffer> elsewhere;
    for (int each = 0; each < 100; ++each)
        elsewhere.push_back(buffer_of(*chain.a.heap, "late"));
    for (const Message& message : at_c)
        CHECK(text_of(message.bytes()) == "lent");
    elsewhere.clear();
    at_b.clear();
    at_c.clear();
    CHECK(chain.blocks_of_a() == 0);
    CHECK(chain.a.heap->stats().leases_live == 0);
}

TEST_CASE("what is sent on one by one is received many at once") {
    Chain chain;
    chain.introduce();
    for (const char* text : {"one", "two", "three"})
        REQUIRE(chain.b_producer.send(chain.received_by_b(text), {}, soon()) == Delivery::shared);
    REQUIRE(chain.b_producer.send(buffer_of(*chain.b.heap, "B's own"), {}, soon()).has_value());
    std::vector<Message> at_c;
    CHECK(chain.c_consumer->receive_many(at_c, 64, soon()).value() == 4);
    CHECK(text_of(at_c[0].bytes()) == "one");
    CHECK(text_of(at_c[2].bytes()) == "three");
    CHECK(text_of(at_c[3].bytes()) == "B's own");
    CHECK(chain.c_consumer->stats().forwarded == 3);
    CHECK(chain.b_producer.stats().bytes == 23);
    at_c.clear();
    CHECK(chain.b_producer.attend().has_value());
    CHECK(chain.blocks_of_a() == 0);
}

TEST_CASE(
    "whoever has drained, though the message was sent on, has its blocks back when C is done") {
    Chain chain;
    chain.introduce();
    std::optional<Message> at_c = chain.passed_on(chain.received_by_b("drained"));
    CHECK(chain.b_producer.drain(soon()).has_value());
    CHECK(chain.a_producer.drain(soon()).has_value());
    CHECK(text_of(at_c->bytes()) == "drained");
    CHECK(chain.blocks_of_a() == 1);
    at_c.reset();
    CHECK(chain.blocks_of_a() == 0);
}

TEST_CASE("a message that is longer than a copy may be is left out when no claim is left") {
    Chain chain;
    chain.c_consumer.reset();
    while (chain.b_producer.connected())
        (void)chain.b_producer.attend();
    chain.c_consumer = Chain::connect(chain.b_producer, chain.b.path, {.copied_size_max = 5});
    chain.introduce();
    std::vector<Message> at_c;
    for (std::uint32_t each = 0; each < shmheap::claim_slot_count; ++each)
        at_c.push_back(chain.passed_on(chain.received_by_b("claim")));
    CHECK(chain.passed_on(chain.received_by_b("short")).delivery() == Delivery::copied);
    REQUIRE(chain.b_producer.send(chain.received_by_b("longer"), {}, soon()).has_value());
    CHECK(chain.c_consumer->receive(soon()).error().code == EMSGSIZE);
    CHECK(text_of(chain.passed_on(chain.received_by_b("after")).bytes()) == "after");
}

TEST_CASE("an owner may be started again any number of times, and what it was is let go of") {
    const HeapFolder b;
    Producer b_producer = *b.listen();
    Consumer c_consumer = Chain::connect(b_producer, b.path);
    for (std::size_t life = 0; life < 2 * shmheap::stream::foreign_heaps_max; ++life) {
        const HeapFolder a;
        Producer a_producer = *a.listen();
        Consumer b_consumer = Chain::connect(a_producer, a.path);
        for (const Delivery way : {Delivery::copied, Delivery::shared}) {
            REQUIRE(a_producer.send(buffer_of(*a.heap, "life"), {}, soon()) == Delivery::shared);
            const auto at_b = b_consumer.receive(soon());
            REQUIRE(at_b.has_value());
            CHECK(b_producer.send(*at_b, {}, soon()) == way);
            const auto at_c = c_consumer.receive(soon());
            REQUIRE(at_c.has_value());
            CHECK(b_producer.attend().has_value());
        }
    }
    // What of them is left lies with the last one, of which nobody has spoken since.
    CHECK(b_producer.attend().has_value());
    CHECK(c_consumer.receive(at_once).error().code == ETIMEDOUT);
    CHECK(attachments() == 1);  // of C to B
}

TEST_CASE("a forked child sends what its parent has received as a copy") {
    Chain chain;
    chain.introduce();
    const Message at_b = chain.received_by_b("parent's");
    Child child([&] {
        const HeapFolder own;
        Producer producer = *own.listen();
        Consumer consumer = Chain::connect(producer, own.path);
        for (int each = 0; each < 2; ++each) {
            if (producer.send(at_b, {}, soon()) != Delivery::copied) return 1;
            const auto arrived = consumer.receive(soon());
            if (!arrived || text_of(arrived->bytes()) != "parent's") return 2;
            if (!producer.attend()) return 3;
        }
        return 0;
    });
    CHECK(child.wait() == 0);
}

TEST_CASE("what lies in a heap that lost its name is let go of when C ends") {
    Chain chain;
    chain.introduce();
    const Folder folder;
    const std::string path = folder / "replaced";
    Producer producer = *Producer::listen(path);  // sends from the heap of this process
    std::optional<Consumer> consumer = Chain::connect(producer, path);
    const auto first = chain.received_by_b("first");
    REQUIRE(producer.send(first, {}, soon()) == Delivery::copied);
    REQUIRE(consumer->receive(soon()).has_value());
    REQUIRE(producer.attend().has_value());
    REQUIRE(producer.send(chain.received_by_b("under way"), {}, soon()) == Delivery::shared);
    shmheap::Heap& former = **shmheap::process_heap();
    REQUIRE(std::filesystem::remove(former.directory() + "/" + former.name()));
    REQUIRE(former.collect().has_value());
    const auto buffer = shmheap::Buffer::allocate(100);
    REQUIRE(buffer.has_value());
    SUBCASE("another heap has replaced it") {
        REQUIRE(producer.send(*buffer, {}, soon()) == Delivery::copied);
    }
    SUBCASE("no other one was announced") {}
    consumer.reset();
    while (producer.connected())
        (void)producer.attend();
    CHECK(chain.a.heap->collect().has_value());
    CHECK(chain.a.heap->stats().blocks_live == 1);  // what `first` is
}
