// The least that a polled queue can be: one 64-byte cell and one release store per message, without
// batching and without cached indices.
#include <atomic>

#include "harness/ring.hpp"
#include "stream/raw_port.hpp"

namespace bench {
namespace {

constexpr std::uint32_t cell_count_max = 256;

class SpinRing {
public:
    explicit SpinRing(std::uint32_t cell_count) : cell_count_(cell_count) {
        for (std::uint32_t i = 0; i < cell_count_; ++i)
            cells_[i].turn.store(i, std::memory_order_relaxed);
    }

    void push(std::uint64_t message) {
        Cell& cell = cells_[head_ % cell_count_];
        // acquire: pairs with pop(): the cell has been read.
        for (Spin spin; cell.turn.load(std::memory_order_acquire) != head_;)
            spin.once();
        cell.message = message;
        cell.turn.store(++head_, std::memory_order_release);
    }

    std::uint64_t pop() {
        Cell& cell = cells_[tail_ % cell_count_];
        // acquire: pairs with push(): the message is there.
        for (Spin spin; cell.turn.load(std::memory_order_acquire) != tail_ + 1;)
            spin.once();
        const std::uint64_t message = cell.message;
        cell.turn.store(tail_ + cell_count_, std::memory_order_release);
        ++tail_;
        return message;
    }

private:
    struct alignas(shmheap::cache_line_size) Cell {
        std::atomic<std::uint64_t> turn;
        std::uint64_t message;
    };

    std::uint32_t cell_count_;
    alignas(shmheap::cache_line_size) std::uint64_t head_ = 0;
    alignas(shmheap::cache_line_size) std::uint64_t tail_ = 0;
    std::array<Cell, cell_count_max> cells_{};
};

}  // namespace

std::unique_ptr<Port> make_raw_spin_port(const StreamSpec& spec) {
    return std::make_unique<RawPort<SpinRing>>(spec);
}

}  // namespace bench
