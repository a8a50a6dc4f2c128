// iceoryx: a publisher and a subscriber for each direction, through its daemon, which the benchmark
// has started. Polling only: with its wait set, two of five runs stood still.
#include <unistd.h>

#include <cstring>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "harness/worker.hpp"
#include "stream/payload.hpp"
#include "stream/port.hpp"

namespace bench {
namespace {

namespace popo = iox::popo;

iox::capro::ServiceDescription service_from(Side side) {
    const iox::capro::IdString_t event(iox::cxx::TruncateToCapacity,
                                       side == Side::near ? "near" : "far");
    return {"harrier-bench", "stream", event};
}

popo::PublisherOptions waiting_publisher() {
    popo::PublisherOptions options;
    options.subscriberTooSlowPolicy = popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
    return options;
}

popo::SubscriberOptions blocking_subscriber(std::uint32_t depth) {
    popo::SubscriberOptions options;
    options.queueCapacity = depth;
    options.queueFullPolicy = popo::QueueFullPolicy::BLOCK_PRODUCER;
    return options;
}

class IceoryxPort final : public Port {
public:
    explicit IceoryxPort(const StreamSpec& spec) : spec_(spec) {}

    void open(Side side) override {
        const std::string name = "harrier-bench-" + std::to_string(getpid());
        iox::runtime::PoshRuntime::initRuntime(
            iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name));
        publisher_.emplace(service_from(side), waiting_publisher());
        subscriber_.emplace(service_from(side == Side::near ? Side::far : Side::near),
                            blocking_subscriber(spec_.depth()));
        while (!publisher_->hasSubscribers() ||
               subscriber_->getSubscriptionState() != iox::SubscribeState::SUBSCRIBED) {
            std::this_thread::yield();
        }
    }

    void send() override {
        publisher_->loan(static_cast<std::uint32_t>(spec_.bytes))
            .and_then([this](void* payload) {
                write_payload(spec_.payload, {static_cast<std::byte*>(payload), spec_.bytes},
                              ++sent_);
                publisher_->publish(payload);
            })
            .or_else([](auto) { give_up("loan"); });
    }

    void receive() override {
        const void* payload = take();
        const std::span bytes(static_cast<const std::byte*>(payload), spec_.bytes);
        sum_ = sum_ + read_payload(spec_.payload, bytes);
        subscriber_->release(payload);
    }

    /// A chunk can only be published by who has loaned it.
    void pass_on() override {
        const void* payload = take();
        publisher_->loan(static_cast<std::uint32_t>(spec_.bytes))
            .and_then([&](void* copy) {
                std::memcpy(copy, payload, spec_.bytes);
                publisher_->publish(copy);
            })
            .or_else([](auto) { give_up("loan"); });
        subscriber_->release(payload);
    }

private:
    const void* take() {
        while (true) {
            const auto taken = subscriber_->take();
            if (!taken.has_error()) return taken.value();
        }
    }

    StreamSpec spec_;
    std::uint64_t sent_ = 0;
    volatile std::uint64_t sum_ = 0;
    std::optional<popo::UntypedPublisher> publisher_;
    std::optional<popo::UntypedSubscriber> subscriber_;
};

}  // namespace

std::unique_ptr<Port> make_iceoryx_port(const StreamSpec& spec) {
    return std::make_unique<IceoryxPort>(spec);
}

}  // namespace bench
