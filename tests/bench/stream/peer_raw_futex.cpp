// The least that a blocking queue can be: one 64-byte cell and one store per message, and a futex
// for whoever has to wait. It passes the number of a block that both sides have mapped already.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "shmheap/layout.hpp"
#include "stream/fan.hpp"
#include "stream/raw_port.hpp"

namespace bench {
namespace {

constexpr std::uint32_t cell_count_max = 256;

class FutexRing {
public:
    explicit FutexRing(std::uint32_t cell_count) : cell_count_(cell_count) {
        for (std::uint32_t i = 0; i < cell_count_; ++i)
            cells_[i].turn.store(i, std::memory_order_relaxed);
    }

    void push(std::uint64_t message) {
        Cell& cell = cells_[head_ % cell_count_];
        await(cell, head_);
        cell.message = message;
        pass_on(cell, ++head_);
    }

    std::uint64_t pop() {
        Cell& cell = cells_[tail_ % cell_count_];
        await(cell, tail_ + 1);
        const std::uint64_t message = cell.message;
        pass_on(cell, tail_ + cell_count_);
        ++tail_;
        return message;
    }

private:
    struct alignas(shmheap::cache_line_size) Cell {
        std::atomic<std::uint32_t> turn;
        std::atomic<std::uint32_t> waiting;
        std::uint64_t message;
    };

    static void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) {
        syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
    }

    /// seq_cst here and in pass_on(): either the sleeper sees the turn or the other sees it sleep.
    static void await(Cell& cell, std::uint32_t turn) {
        std::uint32_t seen = cell.turn.load(std::memory_order_acquire);
        while (seen != turn) {
            cell.waiting.store(1, std::memory_order_seq_cst);
            seen = cell.turn.load(std::memory_order_seq_cst);
            if (seen == turn) break;
            futex(cell.turn, FUTEX_WAIT, seen);
            seen = cell.turn.load(std::memory_order_acquire);
        }
    }

    static void pass_on(Cell& cell, std::uint32_t turn) {
        cell.turn.store(turn, std::memory_order_seq_cst);
        if (cell.waiting.load(std::memory_order_seq_cst) == 0) return;
        cell.waiting.store(0, std::memory_order_relaxed);
        futex(cell.turn, FUTEX_WAKE, 1);
    }

    std::uint32_t cell_count_;
    alignas(shmheap::cache_line_size) std::uint32_t head_ = 0;
    alignas(shmheap::cache_line_size) std::uint32_t tail_ = 0;
    std::array<Cell, cell_count_max> cells_{};
};

class RawFan final : public Fan {
public:
    explicit RawFan(const StreamSpec& spec) {
        for (int index = 0; index < spec.consumers; ++index)
            rings_.push_back(std::make_unique<RawPort<FutexRing>>(spec));
    }

    void open_sender() override {
        for (const auto& ring : rings_)
            ring->open(Side::near);
    }
    void open_receiver(int index) override {
        own_ = rings_[static_cast<std::size_t>(index)].get();
        own_->open(Side::far);
    }
    void send() override {
        for (const auto& ring : rings_)
            ring->send();
    }
    void receive() override { own_->receive(); }

private:
    std::vector<std::unique_ptr<Port>> rings_;
    Port* own_ = nullptr;
};

}  // namespace

std::unique_ptr<Fan> make_raw_futex_fan(const StreamSpec& spec) {
    return std::make_unique<RawFan>(spec);
}

std::unique_ptr<Port> make_raw_futex_port(const StreamSpec& spec) {
    return std::make_unique<RawPort<FutexRing>>(spec);
}

}  // namespace bench
