/// A pair of plain rings between two processes, and the blocks whose numbers go through them: what
/// a hand-over costs at least. The Ring pushes and pops numbers, and waits as it likes.
#pragma once

#include <sys/mman.h>

#include <new>

#include "harness/worker.hpp"
#include "stream/payload.hpp"
#include "stream/port.hpp"

namespace bench {

template <class Ring>
class RawPort final : public Port {
public:
    explicit RawPort(const StreamSpec& spec) : spec_(spec), near_(spec), far_(spec) {}

    void open(Side side) override {
        outgoing_ = side == Side::near ? &near_ : &far_;
        incoming_ = side == Side::near ? &far_ : &near_;
    }

    void send() override {
        const std::uint64_t block = next_++ % outgoing_->block_count();
        write_payload(spec_.payload, outgoing_->block(block), next_);
        outgoing_->ring().push(block);
    }

    void receive() override {
        const std::uint64_t block = incoming_->ring().pop();
        sum_ = sum_ + read_payload(spec_.payload, incoming_->block(block));
    }

    /// The block stays where it is, among those of the other direction.
    void pass_on() override { outgoing_->ring().push(incoming_->ring().pop()); }

private:
    /// One direction. A block is written again only after the next ring's length of others, so that
    /// nobody reads it any more.
    class Direction {
    public:
        explicit Direction(const StreamSpec& spec) : spec_(spec) {
            size_ = sizeof(Ring) + block_count() * spec.bytes;
            void* address = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (address == MAP_FAILED) give_up("map ring");
            ring_ = new (address) Ring(spec.depth());
        }
        ~Direction() { munmap(ring_, size_); }
        Direction(const Direction&) = delete;
        Direction& operator=(const Direction&) = delete;

        [[nodiscard]] Ring& ring() const { return *ring_; }
        [[nodiscard]] std::uint64_t block_count() const { return 2 * spec_.depth(); }
        [[nodiscard]] std::span<std::byte> block(std::uint64_t number) const {
            return {reinterpret_cast<std::byte*>(ring_ + 1) + number * spec_.bytes, spec_.bytes};
        }

    private:
        StreamSpec spec_;
        std::size_t size_ = 0;
        Ring* ring_ = nullptr;
    };

    StreamSpec spec_;
    Direction near_;
    Direction far_;
    Direction* outgoing_ = nullptr;
    Direction* incoming_ = nullptr;
    std::uint64_t next_ = 0;
    volatile std::uint64_t sum_ = 0;
};

}  // namespace bench
