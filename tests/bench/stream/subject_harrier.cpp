// Harrier's stream: a fresh buffer for each message, sent by a lease.
#include <poll.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "harness/worker.hpp"
#include "shmheap/stream.hpp"
#include "stream/fan.hpp"
#include "stream/payload.hpp"
#include "stream/port.hpp"

namespace bench {
namespace {

/// The stream that `from` produces.
std::string path_from(Side from) {
    const char* directory = std::getenv("SHMHEAP_DIR");
    if (directory == nullptr) give_up("SHMHEAP_DIR is not set");
    return std::string(directory) + (from == Side::near ? "/near" : "/far");
}

void attend_until_connected(shmheap::Producer& producer) {
    while (!producer.connected()) {
        pollfd watched{.fd = producer.fd(), .events = POLLIN, .revents = 0};
        poll(&watched, 1, -1);
        expect(producer.attend());
    }
}

class HarrierPort final : public Port {
public:
    explicit HarrierPort(const StreamSpec& spec) : spec_(spec) {}

    void open(Side side) override {
        producer_.emplace(
            expect(shmheap::Producer::listen(path_from(side), {.depth = spec_.depth()})));
        // One side connects while the other attends, then the other way round.
        if (side == Side::far) connect(Side::near);
        attend_until_connected(*producer_);
        if (side == Side::near) connect(Side::far);
    }

    void send() override {
        const auto buffer = expect(shmheap::Buffer::allocate(spec_.bytes));
        write_payload(spec_.payload, buffer.bytes(), ++sent_);
        if (deliver(buffer) != shmheap::Delivery::shared) give_up("a message was copied");
    }

    void receive() override { sum_ = sum_ + read_payload(spec_.payload, take().bytes()); }

    /// The first ones are copied: they tell the other side to attach the heap.
    void pass_on() override {
        if (deliver(take()) != shmheap::Delivery::shared && ++copied_ > copied_at_first_max) {
            give_up("a message was copied");
        }
    }

private:
    template <class Thing>
    shmheap::Delivery deliver(const Thing& thing) {
        auto sent = producer_->send(thing, {}, deadline());
        while (!sent && sent.error().code == ETIMEDOUT)
            sent = producer_->send(thing, {}, deadline());
        return expect(std::move(sent));
    }

    shmheap::Message take() {
        auto message = consumer_->receive(deadline());
        while (!message && message.error().code == ETIMEDOUT)
            message = consumer_->receive(deadline());
        return expect(std::move(message));
    }

    void connect(Side to) { consumer_.emplace(expect(shmheap::Consumer::connect(path_from(to)))); }

    /// Who polls tries once and asks again.
    [[nodiscard]] shmheap::Deadline deadline() const {
        return spec_.waiting == Waiting::polls ? shmheap::Deadline::min() : shmheap::no_deadline;
    }

    StreamSpec spec_;
    static constexpr int copied_at_first_max = 4;
    std::uint64_t sent_ = 0;
    int copied_ = 0;
    volatile std::uint64_t sum_ = 0;
    std::optional<shmheap::Producer> producer_;
    std::optional<shmheap::Consumer> consumer_;
};

/// A stream to each receiver; the same buffer goes over all of them, by a lease each.
class HarrierFan final : public Fan {
public:
    explicit HarrierFan(const StreamSpec& spec) : spec_(spec) {}

    void open_sender() override {
        for (int index = 0; index < spec_.consumers; ++index) {
            producers_.push_back(
                expect(shmheap::Producer::listen(path(index), {.depth = spec_.depth()})));
        }
        for (auto& producer : producers_)
            attend_until_connected(producer);
    }
    void open_receiver(int index) override {
        consumer_.emplace(expect(shmheap::Consumer::connect(path(index))));
    }
    void send() override {
        const auto buffer = expect(shmheap::Buffer::allocate(spec_.bytes));
        for (auto& producer : producers_) {
            if (expect(producer.send(buffer)) != shmheap::Delivery::shared) {
                give_up("a message was copied");
            }
        }
    }
    void receive() override { (void)expect(consumer_->receive()); }

private:
    static std::string path(int index) {
        return path_from(Side::near) + "-" + std::to_string(index);
    }

    StreamSpec spec_;
    std::vector<shmheap::Producer> producers_;
    std::optional<shmheap::Consumer> consumer_;
};

}  // namespace

std::unique_ptr<Fan> make_harrier_fan(const StreamSpec& spec) {
    return std::make_unique<HarrierFan>(spec);
}

std::unique_ptr<Port> make_harrier_port(const StreamSpec& spec) {
    return std::make_unique<HarrierPort>(spec);
}

}  // namespace bench
