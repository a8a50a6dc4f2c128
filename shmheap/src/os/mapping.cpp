#include "os/mapping.hpp"

#include <sys/mman.h>

#include <cstdint>

#include "os/crash_point.hpp"
#include "os/error.hpp"

namespace shmheap::os {
namespace {

int protection(Access access) {
    switch (access) {
        case Access::none:
            return PROT_NONE;
        case Access::read_only:
            return PROT_READ;
        case Access::read_write:
            return PROT_READ | PROT_WRITE;
    }
    return PROT_NONE;
}

}  // namespace

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
    std::swap(borrowed_, other.borrowed_);
    return *this;
}

Mapping::~Mapping() {
    if (address_ != nullptr && !borrowed_) ::munmap(address_, size_);
    CRASH_POINT(mapping_ended);
}

Result<Mapping> Mapping::of_file(int fd, std::size_t offset, std::size_t size, Access access) {
    void* address =
        ::mmap(nullptr, size, protection(access), MAP_SHARED, fd, static_cast<off_t>(offset));
    if (address == MAP_FAILED) return error("map file");
    return Mapping(address, size);
}

Result<Mapping> Mapping::of_file_aligned(int fd, std::size_t size, Access access,
                                         std::size_t alignment) {
    // Reserve enough to contain an aligned range, put the file over that, drop what is around it.
    void* reserved = ::mmap(nullptr, size + alignment, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) return error("reserve addresses");
    CRASH_POINT(mapping_reserved);
    auto* begin = static_cast<std::byte*>(reserved);
    const auto misaligned = reinterpret_cast<std::uintptr_t>(begin) & (alignment - 1);
    std::byte* aligned = misaligned == 0 ? begin : begin + (alignment - misaligned);
    void* address = ::mmap(aligned, size, protection(access), MAP_SHARED | MAP_FIXED, fd, 0);
    if (address == MAP_FAILED) {
        auto failure = error("map file");
        ::munmap(reserved, size + alignment);
        return failure;
    }
    CRASH_POINT(mapping_placed);
    if (aligned > begin) ::munmap(begin, static_cast<std::size_t>(aligned - begin));
    CRASH_POINT(mapping_trimmed);
    std::byte* end = begin + size + alignment;
    if (aligned + size < end) {
        ::munmap(aligned + size, static_cast<std::size_t>(end - (aligned + size)));
    }
    return Mapping(address, size);
}

Result<Mapping> Mapping::private_memory(std::size_t size) {
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED) return error("reserve private memory");
    return Mapping(address, size);
}

}  // namespace shmheap::os
