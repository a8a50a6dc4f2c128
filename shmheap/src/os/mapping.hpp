/// A range of mapped memory, unmapped by its owner's destructor. Move-only.
#pragma once

#include <cstddef>
#include <utility>

#include "shmheap/result.hpp"

namespace shmheap::os {

enum class Access { none, read_only, read_write };

class Mapping {
public:
    Mapping() = default;
    Mapping(Mapping&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          borrowed_(other.borrowed_) {}
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    /// Maps `size` bytes of a file, shared. The range may reach beyond the end of the file:
    /// touching what lies there is the caller's mistake (SIGBUS).
    static Result<Mapping> of_file(int fd, std::size_t offset, std::size_t size, Access access);

    /// As of_file from offset 0, at an address that is a multiple of `alignment` (a power of two,
    /// at least a page).
    static Result<Mapping> of_file_aligned(int fd, std::size_t size, Access access,
                                           std::size_t alignment);

    /// A range that somebody else maps, and unmaps after this object has gone.
    static Mapping borrow(std::byte* address, std::size_t size) {
        Mapping mapping(address, size);
        mapping.borrowed_ = true;
        return mapping;
    }

    /// Zeroed private memory that costs nothing until it is touched.
    static Result<Mapping> private_memory(std::size_t size);

    [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(address_); }
    [[nodiscard]] std::size_t size() const { return size_; }
    explicit operator bool() const { return address_ != nullptr; }

    /// Gives the range up without unmapping it: it stays for as long as the process lives.
    void release() { address_ = nullptr; }

private:
    Mapping(void* address, std::size_t size) : address_(address), size_(size) {}

    void* address_ = nullptr;
    std::size_t size_ = 0;
    bool borrowed_ = false;
};

}  // namespace shmheap::os
