// The ring between two ends: order and wrap-around, room, sleeping and waking, what a producer does
// when a consumer is slow, and what a kill at any moment leaves.
#include <poll.h>

#include <optional>
#include <thread>

#include "fixture.hpp"
#include "heap_core.hpp"
#include "pair.hpp"
#include "stream/outgoing_ring.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using shmheap::Consumer;
using shmheap::Delivery;
using shmheap::Producer;
using shmheap::WhenFull;

TEST_CASE("a ring goes round many times, and every message arrives once and in order") {
    Pair pair;
    constexpr long count = 20'000;
    std::thread sending([&] {
        for (long index = 0; index < count; ++index) {
            if (index % 1'000 == 500) {  // copied ones keep their place among the others
                (void)pair.producer->send(bytes_of(std::to_string(index)), {}, soon());
            } else {
                (void)pair.send(static_cast<std::uint64_t>(index), soon());
            }
        }
    });
    long wrong = 0;
    for (long index = 0; index < count; ++index) {
        if (pair.receive(soon()) != index) ++wrong;
    }
    sending.join();
    CHECK(wrong == 0);
    CHECK(pair.consumer->stats().skipped == 0);
    CHECK(pair.consumer->stats().copied == count / 1'000);
    CHECK(pair.producer->drain(soon()).has_value());
}

TEST_CASE("no more messages lie in a ring than its depth") {
    Pair pair({.depth = 3});
    for (std::uint64_t value = 0; value < 3; ++value)
        CHECK(pair.send(value, at_once).has_value());
    CHECK(pair.send(3, at_once).error().code == ETIMEDOUT);
    CHECK(pair.producer->send(bytes_of("copied"), {}, at_once).error().code == ETIMEDOUT);
    CHECK(pair.receive() == 0);
    CHECK(pair.send(3, at_once).has_value());
    CHECK(pair.send(4, in(5ms)).error().code == ETIMEDOUT);
    for (const long value : {1, 2, 3})
        CHECK(pair.receive() == value);
    CHECK(pair.receive() == -ETIMEDOUT);
    CHECK(pair.producer->stats().timed_out == 3);
    CHECK(Producer::listen(pair.setup.folder / "none", {.depth = 0}).error().code == EINVAL);
    CHECK(Producer::listen(pair.setup.folder / "none", {.depth = 1025}).error().code == EINVAL);
}

TEST_CASE("a producer that sleeps for want of room is woken by a take, soon or late") {
    Pair pair({.depth = 1});
    // Longer than the slice in which it sleeps on the futex: then it sleeps on the socket.
    for (const auto pause : {0ms, 1ms, 60ms}) {
        REQUIRE(pair.send(1, soon()).has_value());
        std::thread sending([&] { CHECK(pair.send(2, soon()).has_value()); });
        CHECK(::poll(nullptr, 0, static_cast<int>(pause.count())) == 0);
        CHECK(pair.receive(soon()) == 1);
        sending.join();
        CHECK(pair.receive(soon()) == 2);
    }
}

TEST_CASE("a consumer that sleeps is woken by a message, soon or late") {
    Pair pair;
    for (const auto pause : {0ms, 1ms, 60ms}) {
        std::thread sending([&] {
            ::poll(nullptr, 0, static_cast<int>(pause.count()));
            CHECK(pair.send(7, soon()).has_value());
        });
        CHECK(pair.receive(soon()) == 7);
        sending.join();
    }
}

TEST_CASE("the descriptor of a consumer is readable as long as there are messages, and only then") {
    Pair pair;
    CHECK_FALSE(is_readable(pair.consumer->fd()));
    for (std::uint64_t round = 0; round < 3; ++round) {
        for (std::uint64_t value = 0; value < 4; ++value)
            REQUIRE(pair.send(value, soon()).has_value());
        for (long value = 0; value < 4; ++value) {
            CHECK(is_readable(pair.consumer->fd()));
            CHECK(pair.receive(value % 2 == 0 ? at_once : soon()) == value);
        }
        CHECK(pair.receive() == -ETIMEDOUT);
        CHECK_FALSE(is_readable(pair.consumer->fd()));
    }
    // Asked for when something is there already.
    Pair other;
    REQUIRE(other.send(1, soon()).has_value());
    CHECK(is_readable(other.consumer->fd()));
}

TEST_CASE("a producer that drops the oldest never waits, and the newest arrive") {
    Pair pair({.depth = 4, .when_full = WhenFull::drop_oldest});
    for (std::uint64_t value = 0; value < 3'000; ++value)
        CHECK(pair.send(value, soon()).value() == Delivery::shared);
    CHECK(pair.producer->stats().dropped == 2'996);
    for (const long value : {2'996, 2'997, 2'998, 2'999})
        CHECK(pair.receive() == value);
    CHECK(pair.receive() == -ETIMEDOUT);
    CHECK(pair.consumer->stats().messages == 4);
    REQUIRE(pair.setup.heap->collect().has_value());
    CHECK(pair.setup.heap->stats().leases_live == 0);
    CHECK(pair.setup.heap->stats().blocks_live == 0);
}

TEST_CASE("a message is either dropped or received, whoever is faster") {
    Pair pair({.depth = 2, .when_full = WhenFull::drop_oldest});
    constexpr std::uint64_t count = 20'000;
    std::thread sending([&] {
        for (std::uint64_t value = 0; value + 1 < count; ++value)
            (void)pair.send(value, soon());
        // The last one by waiting, so that it is not dropped.
        (void)pair.send(count - 1, soon());
    });
    long last = -1;
    std::uint64_t received = 0;
    while (last != count - 1) {
        const long value = pair.receive(soon());
        REQUIRE(value > last);
        last = value;
        ++received;
    }
    sending.join();
    CHECK(received + pair.producer->stats().dropped == count);
    CHECK(received + pair.consumer->stats().skipped <= count);
    REQUIRE(pair.setup.heap->collect().has_value());
    CHECK(pair.setup.heap->stats().blocks_live == 0);
}

TEST_CASE("a producer that drops the newest keeps what was sent, and the gap can be seen") {
    Pair pair({.depth = 2, .when_full = WhenFull::drop_newest});
    CHECK(pair.send(0, soon()).value() == Delivery::shared);
    CHECK(pair.send(1, soon()).value() == Delivery::shared);
    CHECK(pair.send(2, soon()).value() == Delivery::dropped);
    CHECK(pair.producer->send(bytes_of("3"), {}, soon()).value() == Delivery::dropped);
    CHECK(pair.receive() == 0);
    CHECK(pair.send(4, soon()).value() == Delivery::shared);
    CHECK(pair.receive() == 1);
    CHECK(pair.receive() == 4);
    CHECK(pair.producer->stats().dropped == 2);
    CHECK(pair.consumer->stats().skipped == 2);
}

TEST_CASE("a producer with patience gives up when it is over, and counts") {
    Pair pair({.depth = 1, .when_full = WhenFull::deadline, .patience = 2ms});
    CHECK(pair.send(0, shmheap::no_deadline).has_value());
    CHECK(pair.send(1, shmheap::no_deadline).error().code == ETIMEDOUT);
    CHECK(pair.producer->stats().timed_out == 1);
    CHECK(pair.producer->stats().blocked == 1);
}

TEST_CASE("a producer's patience may be as long as time goes") {
    Pair pair(
        {.depth = 1, .when_full = WhenFull::deadline, .patience = std::chrono::nanoseconds::max()});
    CHECK(pair.send(0, shmheap::no_deadline).has_value());
    std::thread receiving([&] { CHECK(pair.receive(soon()) == 0); });
    CHECK(pair.send(1, shmheap::no_deadline).has_value());
    receiving.join();
    CHECK(pair.producer->stats().timed_out == 0);
}

TEST_CASE("a head that cannot be ends the connection and nothing else") {
    Pair pair({.depth = 2});
    for (std::uint64_t value = 0; value < 2; ++value)
        REQUIRE(pair.send(value, soon()).has_value());
    const std::uint32_t client = [&] {
        // The first client of a fresh heap: slot 0, tenancy 1.
        return shmheap::client_handle(0, 1);
    }();
    const auto spoil = [](const shmheap::detail::RingPlace& ring, std::uint64_t) {
        ring.control->head.store(0x123456789);
        ring.control->producer_waits.store(~std::uint64_t{0});
        ring.control->consumer_waits.store(~std::uint64_t{0} - 1);
    };
    REQUIRE(shmheap::detail::core_of(*pair.setup.heap).open_ring(client, spoil).has_value());
    CHECK(pair.send(2, soon()).error().code == EPIPE);
    CHECK_FALSE(pair.producer->connected());
    CHECK(pair.producer->stats().lost == 2);
    pair.consumer.reset();
    REQUIRE(pair.setup.heap->collect().has_value());
    CHECK(pair.setup.heap->stats().blocks_live == 0);
}
