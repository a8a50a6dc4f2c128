/// A producer and a consumer of one stream in one thread: neither ever waits for the other.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "shmheap/stream.hpp"
#include "target.hpp"

namespace fuzz {

/// A deadline that has passed: one look, no waiting.
constexpr shmheap::Deadline at_once{};

/// A heap and a path beside it, for the life of the process.
struct Place {
    Place() {
        shmheap::HeapOptions options;
        options.directory = folder.path();
        options.size_max = std::uint64_t{8} << 20;
        auto made = shmheap::Heap::create(options);
        require(made.has_value(), "a heap can be made");
        heap = std::move(*made);
    }
    [[nodiscard]] shmheap::Producer listen() const {
        auto producer = shmheap::Producer::listen(path, {.heap = heap.get()});
        require(producer.has_value(), "a producer can listen");
        return std::move(*producer);
    }

    Folder folder;
    std::string path = folder.path() + "/stream";
    std::unique_ptr<shmheap::Heap> heap;
};

/// A consumer that has greeted and attached, without a second thread.
inline std::optional<shmheap::Consumer> connected(const Place& place, shmheap::Producer& producer) {
    auto consumer = shmheap::Consumer::expect(place.path);
    require(consumer.has_value(), "a consumer can be made");
    for (int each = 0; each < 4 && !producer.connected(); ++each) {
        (void)producer.attend();
        (void)consumer->receive(at_once);
    }
    require(producer.connected(), "two ends meet");
    return std::move(*consumer);
}

inline void send_some(shmheap::Producer& producer, shmheap::Heap& heap, std::size_t bytes) {
    const auto buffer = shmheap::Buffer::allocate(heap, bytes);
    if (buffer) (void)producer.send(*buffer, {}, at_once);
}

/// Nothing may be out once the other end has gone.
inline void require_all_back(shmheap::Heap& heap) {
    (void)heap.collect();
    const auto stats = heap.stats();
    require(stats.leases_live == 0, "every lease of a consumer that has gone is back");
    require(stats.blocks_live == 0, "every block is back");
}

}  // namespace fuzz
