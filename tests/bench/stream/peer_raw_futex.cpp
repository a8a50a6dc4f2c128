// The least that a blocking queue can be: one 64-byte cell and one store per message, and a futex
// for whoever has to wait. It passes the number of a block that both sides have mapped already.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <new>

#include "harness/worker.hpp"
#include "shmheap/layout.hpp"
#include "stream/port.hpp"

namespace bench {
namespace {

constexpr std::uint32_t cell_count = 256;

class FutexRing {
public:
    FutexRing() {
        for (std::uint32_t i = 0; i < cell_count; ++i)
            cells_[i].turn.store(i, std::memory_order_relaxed);
    }

    void push(std::uint64_t message) {
        Cell& cell = cells_[head_ % cell_count];
        await(cell, head_);
        cell.message = message;
        pass_on(cell, ++head_);
    }

    std::uint64_t pop() {
        Cell& cell = cells_[tail_ % cell_count];
        await(cell, tail_ + 1);
        const std::uint64_t message = cell.message;
        pass_on(cell, tail_ + cell_count);
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

    alignas(shmheap::cache_line_size) std::uint32_t head_ = 0;
    alignas(shmheap::cache_line_size) std::uint32_t tail_ = 0;
    std::array<Cell, cell_count> cells_{};
};

class RawFutexPort final : public Port {
public:
    RawFutexPort() {
        void* address =
            mmap(nullptr, sizeof(Rings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (address == MAP_FAILED) give_up("map rings");
        rings_ = new (address) Rings;
    }
    ~RawFutexPort() override { munmap(rings_, sizeof(Rings)); }

    void open(Side side) override { side_ = side; }
    void send() override { from(side_).push(next_++); }
    void receive() override { (void)from(side_ == Side::near ? Side::far : Side::near).pop(); }

private:
    struct Rings {
        FutexRing near;
        FutexRing far;
    };

    FutexRing& from(Side side) { return side == Side::near ? rings_->near : rings_->far; }

    Rings* rings_ = nullptr;
    Side side_ = Side::near;
    std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Port> make_raw_futex_port() {
    return std::make_unique<RawFutexPort>();
}

}  // namespace bench
