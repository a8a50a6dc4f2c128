/// The C interface: each function translates its arguments, calls the C++ interface, and turns its
/// error into a number. What C calls a `shmheap` is a Heap.
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "c_api_support.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

// In C a heap's type has the name that is the namespace's in C++. It is only ever pointed to.
#define shmheap shmheap_opaque  // NOLINT(readability-identifier-naming)
#include "shmheap/shmheap.h"
#undef shmheap

using shmheap::Client;
using shmheap::Heap;
using shmheap::Reference;
using shmheap::c_api::code_of;
using shmheap::c_api::fill_structure;
using shmheap::c_api::null_without_exceptions;
using shmheap::c_api::without_exceptions;

struct shmheap_client {
    std::shared_ptr<Client> client;
};

namespace {

static_assert(sizeof(shmheap_ref) == sizeof(Reference));
static_assert(sizeof(shmheap_stats) == 128);

// The C type has no definition, so a pointer to it can only be one that was made here.
Heap* heap_of(shmheap_opaque* heap) {
    return reinterpret_cast<Heap*>(heap);
}
const Heap* heap_of(const shmheap_opaque* heap) {
    return reinterpret_cast<const Heap*>(heap);
}

Reference from_c(const shmheap_ref& reference) {
    Reference result;
    std::memcpy(&result, reference.bytes, sizeof(result));
    return result;
}

}  // namespace

extern "C" {

shmheap_opaque* shmheap_process(void) noexcept {
    return null_without_exceptions([]() -> shmheap_opaque* {
        const auto heap = shmheap::process_heap();
        if (heap) return reinterpret_cast<shmheap_opaque*>(*heap);
        errno = heap.error().code;
        return nullptr;
    });
}

const char* shmheap_name(const shmheap_opaque* heap) noexcept {
    if (heap != nullptr) return heap_of(heap)->name().c_str();
    errno = EINVAL;
    return nullptr;
}

void* shmheap_alloc(shmheap_opaque* heap, size_t bytes) noexcept {
    if (heap != nullptr) return heap_of(heap)->allocate(bytes);
    errno = EINVAL;
    return nullptr;
}

void* shmheap_alloc_aligned(shmheap_opaque* heap, size_t bytes, size_t alignment) noexcept {
    if (heap != nullptr) return heap_of(heap)->allocate_aligned(bytes, alignment);
    errno = EINVAL;
    return nullptr;
}

void* shmheap_alloc_hybrid(size_t bytes) noexcept {
    return shmheap::allocate_hybrid(bytes);
}

void shmheap_free(void* block) noexcept {
    shmheap::deallocate(block);
}

int shmheap_is_shared(const void* address) noexcept {
    return shmheap::is_shared(address) ? 1 : 0;
}

int shmheap_get_stats(shmheap_opaque* heap, shmheap_stats* stats) noexcept {
    if (heap == nullptr) return -EINVAL;
    return without_exceptions([&] {
        const shmheap::HeapStats found = heap_of(heap)->stats();
        return fill_structure(shmheap_stats{.size = 0,
                                            .file_size = found.file_size,
                                            .heap_size = found.heap_size,
                                            .heap_used = found.heap_used,
                                            .blocks_live = found.blocks_live,
                                            .leases_live = found.leases_live,
                                            .clients = found.clients,
                                            .alloc_failures = found.allocation_failures,
                                            .reserved = {}},
                              stats);
    });
}

int shmheap_collect(shmheap_opaque* heap) noexcept {
    if (heap == nullptr) return -EINVAL;
    return without_exceptions([&] {
        const auto ended = heap_of(heap)->collect();
        if (!ended) return -ended.error().code;
        constexpr std::size_t count_max = std::numeric_limits<int>::max();
        return static_cast<int>(std::min(*ended, count_max));
    });
}

int shmheap_issue(shmheap_opaque* heap, const void* block, size_t offset, size_t bytes,
                  uint32_t slot, shmheap_ref* out) noexcept {
    if (heap == nullptr || out == nullptr) return -EINVAL;
    return without_exceptions([&] {
        const auto reference = heap_of(heap)->issue(block, offset, bytes, slot);
        if (reference) std::memcpy(out->bytes, &*reference, sizeof(out->bytes));
        return code_of(reference);
    });
}

int shmheap_revoke(shmheap_opaque* heap, const shmheap_ref* reference) noexcept {
    if (heap == nullptr || reference == nullptr) return -EINVAL;
    return without_exceptions([&] { return code_of(heap_of(heap)->revoke(from_c(*reference))); });
}

int shmheap_attach(const char* name, shmheap_client** out) noexcept {
    if (name == nullptr || out == nullptr) return -EINVAL;
    return without_exceptions([&] {
        auto client = Client::attach(name);
        if (!client) return -client.error().code;
        *out = std::make_unique<shmheap_client>(shmheap_client{std::move(*client)}).release();
        return 0;
    });
}

uint32_t shmheap_client_slot(const shmheap_client* client) noexcept {
    return client != nullptr ? client->client->slot() : 0;
}

int shmheap_accept(shmheap_client* client, const shmheap_ref* reference, const void** data,
                   size_t* bytes) noexcept {
    if (client == nullptr || reference == nullptr || data == nullptr || bytes == nullptr) {
        return -EINVAL;
    }
    return without_exceptions([&] {
        const auto accepted = client->client->accept(from_c(*reference));
        if (!accepted) return -accepted.error().code;
        *data = accepted->data();
        *bytes = accepted->size();
        return 0;
    });
}

int shmheap_release(shmheap_client* client, const shmheap_ref* reference) noexcept {
    if (client == nullptr || reference == nullptr) return -EINVAL;
    return without_exceptions([&] { return code_of(client->client->release(from_c(*reference))); });
}

void shmheap_detach(shmheap_client* client) noexcept {
    // Takes over what shmheap_attach gave out.
    const std::unique_ptr<shmheap_client> last(client);
}

}  // extern "C"
