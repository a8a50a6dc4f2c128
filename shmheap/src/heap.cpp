// The public face of HeapCore; nothing is decided here.
#include "shmheap/heap.hpp"

#include "heap_core.hpp"

namespace shmheap {

namespace detail {

HeapCore& core_of(Heap& heap) {
    return *heap.core_;
}

}  // namespace detail

Heap::Heap(std::unique_ptr<detail::HeapCore> core) : core_(std::move(core)) {}
Heap::~Heap() = default;

Result<std::unique_ptr<Heap>> Heap::create(const HeapOptions& options) {
    auto core = detail::HeapCore::create(options);
    if (!core) return tl::unexpected(core.error());
    return std::unique_ptr<Heap>(new Heap(std::move(*core)));
}

const std::string& Heap::name() const {
    return core_->file().name();
}
const std::string& Heap::directory() const {
    return core_->file().directory();
}
const Uuid& Heap::uuid() const {
    return core_->file().header().uuid;
}

void* Heap::allocate(std::size_t bytes) noexcept {
    return core_->allocate(bytes);
}

void* Heap::allocate_aligned(std::size_t bytes, std::size_t alignment) noexcept {
    return core_->allocate_aligned(bytes, alignment);
}

bool Heap::contains(const void* address) const noexcept {
    return core_->contains(address);
}

std::size_t Heap::usable_size(const void* block) const noexcept {
    return core_->usable_size(static_cast<const std::byte*>(block));
}

Result<Reference> Heap::issue(const void* block, std::size_t offset, std::size_t bytes,
                              std::uint32_t client) {
    return core_->issue(block, offset, bytes, client);
}

Status Heap::revoke(const Reference& reference) {
    return core_->revoke(reference);
}

Result<std::size_t> Heap::collect_client(std::uint32_t client) {
    return core_->collect_client(client);
}

std::size_t Heap::leases_of(std::uint32_t client) const {
    return core_->leases_of(client);
}

void Heap::await_release(std::uint32_t client, std::int64_t timeout_ns) {
    core_->await_release(client, timeout_ns);
}

Result<std::size_t> Heap::collect() {
    return core_->collect();
}

bool Heap::lost_its_name() const noexcept {
    return core_->file().lost_its_name();
}

HeapStats Heap::stats() const {
    return core_->stats();
}

}  // namespace shmheap
