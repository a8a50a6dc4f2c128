// shminfo --verify of a heap whose messages are exchanged at full speed: it never takes a healthy
// heap for a damaged one, and damage is found all the same. The file has neither a list of free
// blocks nor a map of them (both are the owner's private memory); what it has of them are counters.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <deque>
#include <optional>

#include "../rounds.hpp"
#include "file/inspect_clients.hpp"
#include "file/inspect_streams.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/port.hpp"
#include "support.hpp"

using namespace reaper_test;
using namespace shmheap;

namespace {

constexpr int patience_ms = 30'000;
constexpr std::size_t kept_max = 40;
constexpr std::uint64_t depth = 64;

/// Two processes, the one with a heap and an output, the other one with an input.
class Traffic {
public:
    Traffic() {
        producer_.emplace([this] { return produce(); }, Child::After::runs);
        consumer_.emplace([this] { return consume(); }, Child::After::runs);
        await_messages();
        const auto names = heaps_.names();
        REQUIRE(names.size() == 1);
        name_ = names.front();
    }

    /// Kills the consumer in the midst of it, and starts its successor.
    void replace_consumer() {
        consumer_.reset();
        eventfd_t of_the_dead = 0;
        (void)::eventfd_read(received_.get(), &of_the_dead);
        consumer_.emplace([this] { return consume(); }, Child::After::runs);
    }

    /// Kills the consumer when as many messages wait for it as may, and waits until the producer
    /// knows.
    void end_consumer() {
        stop_and_fill();
        consumer_.reset();
        while (!inspect_clients(open().get()).value().empty())
            ::sched_yield();
    }

    /// The same, but that it ends its input alone, and goes on to keep a message.
    void end_input() {
        stop_and_fill();
        ::kill(consumer_->pid(), SIGUSR1);
        ::kill(consumer_->pid(), SIGCONT);
        while (count_leases() > 1)
            ::sched_yield();
    }

    /// How many messages were received since this was asked last; waits for one at least.
    std::uint64_t await_messages() const {
        pollfd event{received_.get(), POLLIN, 0};
        REQUIRE(::poll(&event, 1, patience_ms) == 1);
        eventfd_t count = 0;
        REQUIRE(::eventfd_read(received_.get(), &count) == 0);
        return count;
    }

    [[nodiscard]] ProgramResult verify() const { return shminfo(heaps_, {"--verify", name_}); }
    [[nodiscard]] const std::string& name() const { return name_; }

    void put_byte(std::uint64_t offset, char byte) const {
        REQUIRE(::pwrite(open().get(), &byte, 1, static_cast<off_t>(offset)) == 1);
    }

private:
    [[nodiscard]] os::UniqueFd open() const {
        auto file = heaps_.open().open_file(name_, O_RDWR);
        REQUIRE(file.has_value());
        return std::move(*file);
    }

    void stop_and_fill() const {
        ::kill(consumer_->pid(), SIGSTOP);
        while (count_waiting() < depth)
            ::sched_yield();
    }

    [[nodiscard]] std::uint64_t count_waiting() const {
        const auto streams = inspect_streams(open().get()).value();
        for (const StreamRecord& stream : streams)
            if (stream.client_pid == consumer_->pid()) return stream.lag;
        return 0;
    }

    [[nodiscard]] std::uint64_t count_leases() const {
        const auto clients = inspect_clients(open().get()).value();
        for (const ClientRecord& client : clients)
            if (client.pid == consumer_->pid()) return client.held.leases;
        return 0;
    }

    [[nodiscard]] PortOptions options(const char* component) const {
        return {.component = component,
                .run_directory = run_.path(),
                .connections = "source.out>sink.in:block:" + std::to_string(depth)};
    }

    /// Blocks of all sizes; each message is its own size, again and again.
    int produce() const {
        HeapOptions heap_options;
        heap_options.directory = heaps_.path();
        const auto heap = Heap::create(heap_options);
        if (!heap) return 1;
        PortOptions own = options("source");
        own.heap = heap->get();
        auto output = Output::open("out", own);
        for (std::size_t size = 1; output; size = (size * 7 + 11) % 100'003) {
            auto buffer = Buffer::allocate(**heap, size + sizeof size);
            if (!buffer) return 2;
            std::memcpy(buffer->data(), &size, sizeof size);
            if (!output->send(*buffer)) return 3;
        }
        return 4;
    }

    /// Until SIGUSR1; then it keeps one message.
    int consume() const {
        std::deque<Message> kept;
        if (const int status = receive_into(kept); status != 0) return status;
        kept.erase(kept.begin() + 1, kept.end());
        while (true)
            ::pause();
    }

    int receive_into(std::deque<Message>& kept) const {
        static volatile std::sig_atomic_t is_to_end = 0;
        (void)std::signal(SIGUSR1, [](int) { is_to_end = 1; });
        auto input = Input::open("in", options("sink"));
        while (input && is_to_end == 0) {
            auto message = input->receive();
            if (!message || message->delivery() != Delivery::shared) return 1;
            std::size_t size = 0;
            std::memcpy(&size, message->bytes().data(), sizeof size);
            if (message->bytes().size() != size + sizeof size) return 2;
            kept.push_back(std::move(*message));
            while (kept.size() > 1 + size % kept_max)
                kept.pop_front();
            if (::eventfd_write(received_.get(), 1) != 0) return 3;
        }
        return input ? 0 : 4;
    }

    const TestDirectory heaps_;
    const TestDirectory run_;
    const os::UniqueFd received_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::string name_;
    std::optional<Child> producer_;
    std::optional<Child> consumer_;
};

void check_consistent(const Traffic& traffic) {
    const auto said = traffic.verify();
    CHECK(said.status == 0);
    CHECK(said.out == traffic.name() + ": consistent\n");
    CHECK(said.err.empty());
}

/// A byte that is 0 in every healthy heap, where traffic like this never writes it.
struct Spot {
    std::uint64_t offset;
    const char* told;
};

constexpr std::uint64_t counters_at = offsetof(HeapHeader, counters);

constexpr Spot spots[] = {
    {counters_at + offsetof(HeapCounters, class_blocks) + 7,
     "counters: blocks take more bytes than are committed"},
    {counters_at + offsetof(HeapCounters, large_bytes) + 7,
     "counters: blocks take more bytes than are committed"},
    {counters_at + offsetof(HeapCounters, reserved_0), "header: reserved bytes from "},
    {client_area_offset + lane_offset + 17 * sizeof(LaneSlot) + 40,
     "client 0, lease 17: reserved bytes are not zero"},
    {client_area_offset + ring_offset + offsetof(RingControl, head) + 8,
     "client 0, ring: reserved bytes from "},
    {client_area_offset + client_slot_count * client_area_stride,
     "gap before the payload: is not empty"},
};

}  // namespace

TEST_CASE("a heap is consistent whenever it is verified, while its messages are exchanged") {
    Traffic traffic;
    const int wanted = rounds(300);
    constexpr int rounds_of_consumer = 25;
    std::uint64_t messages = 0;
    for (int round = 1; round <= wanted; ++round) {
        check_consistent(traffic);
        if (round % rounds_of_consumer == 0) traffic.replace_consumer();
        messages += traffic.await_messages();
    }
    MESSAGE(messages << " messages while it was verified " << wanted << " times");
    CHECK(messages >= static_cast<std::uint64_t>(wanted));
}

TEST_CASE("damage is found while messages are exchanged, and not any more when it is mended") {
    const Traffic traffic;
    for (int round = 0; round < rounds(5); ++round) {
        for (const Spot& spot : spots) {
            CAPTURE(spot.told);
            traffic.put_byte(spot.offset, '\1');
            traffic.await_messages();
            const auto said = traffic.verify();
            CHECK(said.status == 3);
            CHECK(said.out.starts_with(traffic.name() + ": " + spot.told));
            traffic.await_messages();
            traffic.put_byte(spot.offset, '\0');
            check_consistent(traffic);
        }
    }
}

TEST_CASE("a heap is consistent after its consumer was killed, and when nobody takes its place") {
    Traffic traffic;
    for (int round = 0; round < rounds(10); ++round) {
        traffic.end_consumer();
        check_consistent(traffic);
        traffic.replace_consumer();
        traffic.await_messages();
    }
}

TEST_CASE("a heap is consistent when its consumer has ended the stream, and keeps a message") {
    Traffic traffic;
    for (int round = 0; round < rounds(10); ++round) {
        traffic.end_input();
        check_consistent(traffic);
        traffic.replace_consumer();
        traffic.await_messages();
    }
}
