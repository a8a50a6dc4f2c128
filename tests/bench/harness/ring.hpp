/// The plain queue of one producer and one consumer that all subjects of a workload go through: a
/// cell of its own lines for each message, one release store to fill and one to empty it. Works
/// between threads, and between processes when it lies in a shared mapping.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "shmheap/layout.hpp"

namespace bench {

/// Waits for the other side without giving the processor away, unless it must be the only one.
class Spin {
public:
    void once() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
        if (++count_ % spins_before_yield == 0) std::this_thread::yield();
    }

private:
    static constexpr unsigned spins_before_yield = 4096;
    unsigned count_ = 0;
};

template <class Message, std::size_t capacity = 256>
class Ring {
public:
    Ring() {
        for (std::size_t i = 0; i < capacity; ++i)
            cells_[i].turn.store(i, std::memory_order_relaxed);
    }

    /// Producer only.
    void push(const Message& message) {
        Cell& cell = cells_[head_ % capacity];
        // acquire: pairs with pop(): the cell has been read.
        for (Spin spin; cell.turn.load(std::memory_order_acquire) != head_;)
            spin.once();
        cell.message = message;
        cell.turn.store(++head_, std::memory_order_release);
    }

    /// Consumer only.
    Message pop() {
        Cell& cell = cells_[tail_ % capacity];
        // acquire: pairs with push(): the message is there.
        for (Spin spin; cell.turn.load(std::memory_order_acquire) != tail_ + 1;)
            spin.once();
        const Message message = cell.message;
        cell.turn.store(tail_ + capacity, std::memory_order_release);
        ++tail_;
        return message;
    }

private:
    struct alignas(shmheap::cache_line_size) Cell {
        std::atomic<std::uint64_t> turn;
        Message message;
    };

    alignas(shmheap::cache_line_size) std::uint64_t head_ = 0;
    alignas(shmheap::cache_line_size) std::uint64_t tail_ = 0;
    std::array<Cell, capacity> cells_;
};

}  // namespace bench
