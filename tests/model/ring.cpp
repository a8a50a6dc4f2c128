/// The hand-over of messages through a ring under the C++ memory model: producer and consumer
/// (ring_processes.hpp) take the steps that ship, and each may be killed before each of them.
#include <doctest/doctest.h>

#include "ring_processes.hpp"

namespace {

using namespace model;
using namespace model::ring;

/// The producer waits for room, the consumer for messages; both sleep.
struct Waiting : rl::test_suite<Waiting, 2> {
    static constexpr unsigned messages = 4;
    SharedRing ring;
    Ghost ghost;
    Producer producer{ring, ghost};
    Consumer consumer{ring, ghost};

    void before() { Death::forget(); }

    void thread(unsigned index) {
        if (index == 0) {
            while (producer.number() < messages) {
                if (!producer.has_room()) {
                    producer.await_room();
                } else {
                    (void)producer.send();
                }
            }
            return;
        }
        while (consumer.number() < messages) {
            if (!consumer.receive()) consumer.await_message();
        }
    }

    void after() {
        producer.harvest();
        require(producer.live() == 0, "every message was released");
        require(ghost.count(Ghost::Fate::released) == messages, "every message was received");
    }
};

/// The producer never waits: the oldest message makes room for the newest. It always gets through.
struct Dropping : rl::test_suite<Dropping, 2> {
    static constexpr unsigned messages = 4;
    SharedRing ring;
    Ghost ghost;
    Producer producer{ring, ghost};
    Consumer consumer{ring, ghost};

    void before() { Death::forget(); }

    void thread(unsigned index) {
        if (index == 0) {
            while (producer.number() < messages) {
                while (!producer.has_room())
                    producer.drop_oldest();
                if (!producer.send()) producer.drop_oldest();
            }
            return;
        }
        while (consumer.number() < messages) {
            if (!consumer.receive()) consumer.await_message();
        }
    }

    void after() {
        producer.harvest();
        require(producer.live() == 0, "every lease has ended");
        require(ghost.count(Ghost::Fate::released) + ghost.count(Ghost::Fate::dropped) == messages,
                "every message was received or dropped");
        require(ghost.fate[messages - 1] == Ghost::Fate::released, "the newest is not dropped");
    }
};

/// The same with several messages at a time, where both sides can.
template <bool drops>
struct AtOnce : rl::test_suite<AtOnce<drops>, 2> {
    static constexpr unsigned messages = 4;
    SharedRing ring;
    Ghost ghost;
    Producer producer{ring, ghost};
    Consumer consumer{ring, ghost};

    void before() { Death::forget(); }

    void thread(unsigned index) {
        if (index == 0) {
            while (producer.number() < messages)
                produce();
            return;
        }
        while (consumer.number() < messages) {
            if (!consumer.receive_many() && !consumer.receive()) consumer.await_message();
        }
    }

    /// The first one by itself: a consumer that has seen its cell, and nothing later, may then be
    /// sent on to the second of two.
    void produce() {
        const bool two = producer.number() > 0 && messages - producer.number() > 1;
        if (two ? producer.send_two() : producer.has_room() && producer.send()) return;
        if (drops) producer.drop_oldest();
        if (!drops && !producer.has_room()) return producer.await_room();
        rl::yield(1, Here());  // until the consumer has taken or released something
    }

    void after() {
        producer.harvest();
        require(producer.live() == 0, "every lease has ended");
        require(ghost.count(Ghost::Fate::released) + ghost.count(Ghost::Fate::dropped) == messages,
                "every message was received or dropped");
        require(drops || ghost.count(Ghost::Fate::dropped) == 0, "no message was dropped");
    }
};

/// The consumer is killed anywhere. What it did not release comes back, exactly.
struct ConsumerDies : rl::test_suite<ConsumerDies, 2> {
    static constexpr unsigned messages = 3;
    SharedRing ring;
    Ghost ghost;
    Producer producer{ring, ghost};
    Consumer consumer{ring, ghost};
    LockByte consumer_lock;

    void before() {
        Death::forget();
        consumer_lock.belongs_to(1);
    }

    void thread(unsigned index) {
        if (index == 1) {
            Death::strikes(44, [&] {
                for (unsigned look = 0; look < messages; ++look) {
                    if (!consumer.receive_many()) (void)consumer.receive();
                }
            });
            consumer_lock.drop_at_death();
            return;
        }
        while (producer.number() < messages) {
            if (messages - producer.number() > 1 && producer.send_two()) continue;
            if (!producer.has_room()) producer.drop_oldest();
            if (!producer.has_room() || !producer.send()) break;
        }
        if (consumer_lock.try_lock()) check_exactness();
    }

    void after() {
        if (consumer_lock.try_lock()) check_exactness();
    }

    void check_exactness() {
        producer.harvest();
        const unsigned expected = ghost.count(Ghost::Fate::published) +
                                  ghost.count(Ghost::Fate::taken) +
                                  ghost.count(Ghost::Fate::accepted);
        require(producer.take_all_back() == expected, "exactly what it had not released is back");
    }
};

/// The producer is killed anywhere. The consumer gets whole messages, in order, and no others.
struct ProducerDies : rl::test_suite<ProducerDies, 2> {
    static constexpr unsigned messages = 3;
    SharedRing ring;
    Ghost ghost;
    Producer producer{ring, ghost};
    Consumer consumer{ring, ghost};

    void before() { Death::forget(); }

    void thread(unsigned index) {
        if (index == 1) {
            for (unsigned look = 0; look < messages; ++look)
                (void)consumer.receive();
            return;
        }
        Death::strikes(42, [&] {
            for (unsigned attempt = 0; attempt < messages; ++attempt) {
                if (producer.number() == messages) return;
                if (messages - producer.number() > 1 && producer.send_two()) continue;
                if (!producer.has_room()) producer.drop_oldest();
                if (producer.has_room()) (void)producer.send();
            }
        });
    }
};

}  // namespace

TEST_CASE("nobody sleeps for ever while there is a message, or room for one") {
    CHECK(holds<Waiting>({2, 50'000}));
}

TEST_CASE("a message is dropped or received, and the consumer finds the next one") {
    CHECK(holds<Dropping>({1, 50'000}));
}

TEST_CASE("messages that are sent and taken at once are received, each of them once") {
    CHECK(holds<AtOnce<false>>({1, 50'000}));
}

TEST_CASE("messages that are sent and taken at once are dropped or received") {
    CHECK(holds<AtOnce<true>>({1, 50'000}));
}

TEST_CASE("after the death of a consumer exactly its messages come back") {
    CHECK(holds<ConsumerDies>({1, 50'000}));
}

TEST_CASE("a producer that is killed leaves whole messages only") {
    CHECK(holds<ProducerDies>({1, 50'000}));
}
