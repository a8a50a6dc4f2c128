/// A stream whose ends are both in this process.
#pragma once

#include <poll.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "fixture.hpp"

namespace stream_test {

/// A producer with a consumer in this process; neither is in a call.
struct Pair {
    explicit Pair(shmheap::ProducerOptions options = {}, shmheap::ConsumerOptions wishes = {}) {
        options.heap = setup.heap.get();
        auto listening = shmheap::Producer::listen(setup.path, options);
        REQUIRE(listening.has_value());
        producer.emplace(std::move(*listening));
        std::thread connecting([this, wishes] {
            auto connected = shmheap::Consumer::connect(setup.path, wishes, soon());
            if (connected) consumer.emplace(std::move(*connected));
        });
        pollfd descriptor = {.fd = producer->fd(), .events = POLLIN, .revents = 0};
        while (!producer->connected()) {
            ::poll(&descriptor, 1, -1);
            REQUIRE(producer->attend().has_value());
        }
        connecting.join();
        REQUIRE(consumer.has_value());
    }

    [[nodiscard]] shmheap::Result<shmheap::Delivery> send(std::uint64_t value,
                                                          shmheap::Deadline deadline) {
        return producer->send(buffer_of(*setup.heap, std::to_string(value)), {}, deadline);
    }

    /// What the next message says, or the negative code of the error.
    [[nodiscard]] long receive(shmheap::Deadline deadline = at_once) {
        const auto message = consumer->receive(deadline);
        return message ? std::stol(text_of(message->bytes())) : -message.error().code;
    }

    HeapFolder setup;
    std::optional<shmheap::Producer> producer;
    std::optional<shmheap::Consumer> consumer;
};

}  // namespace stream_test
