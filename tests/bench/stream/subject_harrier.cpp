// Harrier's stream: a fresh buffer for each message, sent by a lease.
#include <poll.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "harness/worker.hpp"
#include "shmheap/stream.hpp"
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
    explicit HarrierPort(std::size_t bytes) : bytes_(bytes) {}

    void open(Side side) override {
        producer_.emplace(expect(shmheap::Producer::listen(path_from(side))));
        // One side connects while the other attends, then the other way round.
        if (side == Side::far) connect(Side::near);
        attend_until_connected(*producer_);
        if (side == Side::near) connect(Side::far);
    }

    void send() override {
        const auto buffer = expect(shmheap::Buffer::allocate(bytes_));
        if (expect(producer_->send(buffer)) != shmheap::Delivery::shared) {
            give_up("a message was copied");
        }
    }

    void receive() override { expect(consumer_->receive()); }

private:
    void connect(Side to) { consumer_.emplace(expect(shmheap::Consumer::connect(path_from(to)))); }

    std::size_t bytes_;
    std::optional<shmheap::Producer> producer_;
    std::optional<shmheap::Consumer> consumer_;
};

}  // namespace

std::unique_ptr<Port> make_harrier_port(std::size_t bytes) {
    return std::make_unique<HarrierPort>(bytes);
}

}  // namespace bench
