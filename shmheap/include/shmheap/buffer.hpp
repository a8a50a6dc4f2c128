/// A handle to a block that several threads of the owner may share; the block is deallocated when
/// the last copy goes. Copying is as thread-safe as copying a shared_ptr: one handle may be copied
/// by several threads at once.
///
/// A handle that was never copied has no counter: most are made, sent and dropped, and to allocate
/// a counter took longer than to allocate the block. The first copy makes it, and so may throw
/// std::bad_alloc; moving never does.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

class Buffer {
public:
    Buffer() = default;
    /// Shares the block.
    Buffer(const Buffer& other)
        : data_(other.data_), size_(other.size_), copies_(other.count_copy()) {}
    /// Takes it over; the other one is empty then.
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          copies_(other.copies_.exchange(nullptr, std::memory_order_relaxed)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        // relaxed: who assigns to a handle is the only one who uses it.
        Count* const own = copies_.load(std::memory_order_relaxed);
        copies_.store(other.copies_.exchange(own, std::memory_order_relaxed),
                      std::memory_order_relaxed);
        return *this;
    }
    ~Buffer() {
        if (copies_.load(std::memory_order_relaxed) != nullptr) {
            drop_copy();
        } else if (data_ != nullptr) {
            deallocate(data_);
        }
    }

    /// From the heap of this process, or private memory where that is not possible.
    /// Errors: ENOMEM.
    static Result<Buffer> allocate(std::size_t bytes) {
        return of_block(shmheap::allocate_hybrid(bytes), bytes);
    }

    /// From one certain heap, which must outlive the buffer. Errors: those of Heap::allocate.
    static Result<Buffer> allocate(Heap& heap, std::size_t bytes) {
        return of_block(heap.allocate(bytes), bytes);
    }

    /// A handle to memory that its owner keeps at least as long as a copy of the handle lives; with
    /// the last copy nothing is deallocated. For what was allocated without a Buffer.
    static Buffer borrow(std::span<std::byte> bytes) {
        Buffer buffer;
        buffer.data_ = bytes.data();
        buffer.size_ = bytes.size();
        buffer.copies_.store(&borrowed, std::memory_order_relaxed);
        return buffer;
    }

    /// The block, its size in bytes, both together, whether it is in shared memory, and whether
    /// there is a block at all. Valid while a copy of this handle lives.
    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }
    [[nodiscard]] bool is_shared() const { return shmheap::is_shared(data_); }
    explicit operator bool() const { return data_ != nullptr; }

private:
    using Count = std::atomic<std::uint32_t>;

    /// Of handles that own nothing; its value is never used.
    static inline Count borrowed{0};

    Buffer(void* block, std::size_t size) : data_(static_cast<std::byte*>(block)), size_(size) {}

    static Result<Buffer> of_block(void* block, std::size_t bytes) {
        if (block == nullptr) return fail(errno, "allocate buffer");
        return Buffer(block, bytes);
    }

    /// The counter that a copy of this handle shares with it, counted for that copy.
    Count* count_copy() const {
        if (data_ == nullptr) return nullptr;
        // acquire: pairs with the release below, when another thread made the counter.
        Count* count = copies_.load(std::memory_order_acquire);
        if (count == nullptr) {
            auto fresh = std::make_unique<Count>(1);
            // Of several threads that copy this handle for the first time, one makes the counter.
            if (copies_.compare_exchange_strong(count, fresh.get(), std::memory_order_acq_rel,
                                                std::memory_order_acquire)) {
                count = fresh.release();
            }
        }
        // relaxed: this handle keeps the counter meanwhile.
        if (count != &borrowed) count->fetch_add(1, std::memory_order_relaxed);
        return count;
    }

    void drop_copy() {
        Count* const count = copies_.load(std::memory_order_relaxed);
        // acq_rel: pairs with its own kind: the last one deallocates after all uses.
        if (count == &borrowed || count->fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        const std::unique_ptr<Count> last(count);
        deallocate(data_);
    }

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    /// How many handles there are, this one among them; nullptr: this one alone.
    mutable std::atomic<Count*> copies_{nullptr};
};

}  // namespace shmheap
