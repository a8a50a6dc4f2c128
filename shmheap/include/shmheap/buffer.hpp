/// A handle to a block that several threads of the owner may share; the block is deallocated when
/// the last copy goes. Copying is as thread-safe as copying a shared_ptr.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

class Buffer {
public:
    Buffer() = default;

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
        // Points without owning, and so without a counter to allocate.
        buffer.block_ = std::shared_ptr<std::byte>(std::shared_ptr<std::byte>(), bytes.data());
        buffer.size_ = bytes.size();
        return buffer;
    }

    /// The block, its size in bytes, both together, whether it is in shared memory, and whether
    /// there is a block at all. Valid while a copy of this handle lives.
    [[nodiscard]] std::byte* data() const { return block_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<std::byte> bytes() const { return {block_.get(), size_}; }
    [[nodiscard]] bool is_shared() const { return shmheap::is_shared(block_.get()); }
    explicit operator bool() const { return static_cast<bool>(block_); }

private:
    Buffer(void* block, std::size_t size)
        : block_(static_cast<std::byte*>(block), [](std::byte* data) { deallocate(data); }),
          size_(size) {}

    static Result<Buffer> of_block(void* block, std::size_t bytes) {
        if (block == nullptr) return fail(errno, "allocate buffer");
        return Buffer(block, bytes);
    }

    std::shared_ptr<std::byte> block_;
    std::size_t size_ = 0;
};

}  // namespace shmheap
