/// A ring without leases, whose orders would make up for weaker ones of its own, and with both
/// sides asleep in poll(2): there nothing looks at the shared word once more, as a futex does.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include "lease/lane.hpp"
#include "stream/ring.hpp"

#include "checker.hpp"

namespace {

using namespace model;
using shmheap::stream::RingEntry;
using shmheap::stream::Sleep;

constexpr std::uint64_t cell_count = 1;  // so that nobody is saved by the next message
constexpr std::uint64_t messages = 4;

using Ring = shmheap::stream::RingSteps<Atomics, cell_count>;

/// One end of a socket. What it carries orders nothing here: the ring must do so by itself.
class Socket {
public:
    void send() {
        (void)sent_.fetch_add(1, rl::mo_relaxed);
        sent_.futex_wake();
    }
    /// poll(2) without a time-out, then reads whatever is there.
    void await_packets() {
        if (sent_.newest() == read_) sent_.futex_wait(read_);
        read_ = sent_.newest();
    }

private:
    Atomics::Count sent_;
    std::uint32_t read_ = 0;
};

/// Every message is received, in order and whole. Where the next lies, `content` is a plain
/// variable, which the producer writes anew: by then the consumer has read it.
struct OnSockets : rl::test_suite<OnSockets, 2> {
    std::array<shmheap::RingCellOf<Atomics::Word>, cell_count> cells;
    std::array<Payload, cell_count> content;
    Atomics::Word head;
    Atomics::Word consumer_waits;
    Atomics::Word producer_waits;
    Socket to_consumer;
    Socket to_producer;

    void before() { Death::forget(); }

    void thread(unsigned index) { index == 0 ? produce() : consume(); }

    void produce() {
        for (std::uint64_t number = 0; number < messages; ++number) {
            while (number - Ring::head(head) == cell_count)
                await_room(number);
            content[Ring::cell_index(number)].write(static_cast<unsigned>(number));
            Ring::publish(cells[Ring::cell_index(number)], number, RingEntry{});
            if (Ring::claim_sleeper(consumer_waits, number) != 0) to_consumer.send();
        }
    }

    void await_room(std::uint64_t number) {
        const std::uint64_t enough = number - cell_count + 1;
        Ring::announce_sleep(producer_waits, enough, Sleep::on_socket);
        if (number - Ring::head_again(head) == cell_count) to_producer.await_packets();
        Ring::end_sleep(producer_waits, enough, Sleep::on_socket);
    }

    void consume() {
        for (std::uint64_t number = 0; number < messages;) {
            const auto& cell = cells[Ring::cell_index(number)];
            if (!Ring::look(cell, number)) {
                await_message(number);
                continue;
            }
            require(content[Ring::cell_index(number)].read() == number,
                    "a cell holds another message's content");
            require(Ring::take(head, number), "nobody drops a message");
            ++number;
            if (Ring::claim_sleeper(producer_waits, number) != 0) to_producer.send();
        }
    }

    void await_message(std::uint64_t number) {
        Ring::announce_sleep(consumer_waits, number, Sleep::on_socket);
        if (Ring::look_again(cells[Ring::cell_index(number)]) <= number) {
            to_consumer.await_packets();
        }
        Ring::end_sleep(consumer_waits, number, Sleep::on_socket);
    }
};

}  // namespace

TEST_CASE("the steps of a ring alone order its cells, and wake who sleeps in poll(2)") {
    CHECK(holds<OnSockets>({3, 50'000}));
}
