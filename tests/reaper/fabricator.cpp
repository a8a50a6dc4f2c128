#include "fabricator.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace reaper_test {
namespace {

using namespace shmheap;

template <std::size_t size>
void copy_text(std::array<char, size>& field, const std::string& text) {
    text.copy(field.data(), size - 1);
}

template <class T>
T check(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
}

}  // namespace

std::uint64_t heap_file_size(const HeapOptions& options) {
    return payload_offset + options.committed_bytes;
}

std::string heap_head(const HeapOptions& options) {
    std::string bytes(thread_counters_offset + thread_count_max * sizeof(ThreadCounters), '\0');
    auto* header = new (bytes.data()) HeapHeader{};
    header->magic = layout_magic;
    header->version = layout_version;
    header->fingerprint = layout_fingerprint();
    header->creator_pid = options.creator_pid;
    header->uuid.fill(7);
    header->size_max = std::uint64_t{64} << 20;
    header->superblock_size = std::uint64_t{2} << 20;
    header->client_slots = client_slot_count;
    header->lane_slots = lane_slot_count;
    header->client_area_offset = client_area_offset;
    header->client_area_stride = client_area_stride;
    header->thread_counters_offset = thread_counters_offset;
    header->thread_counters_slots = thread_count_max;
    header->payload_offset = payload_offset;
    copy_text(header->component, options.component);
    copy_text(header->tag, options.tag);
    header->counters.committed_bytes = options.committed_bytes;
    header->counters.thread_slots_used = static_cast<std::uint32_t>(options.threads.size());
    for (std::size_t index = 0; index < options.threads.size(); ++index) {
        options.threads[index](*new (bytes.data() + thread_counters_offset +
                                     index * sizeof(ThreadCounters)) ThreadCounters{});
    }
    if (options.change) options.change(*header);
    return bytes;
}

FabricatedHeap::FabricatedHeap(const TestDirectory& directory, const std::string& name,
                               const HeapOptions& options, Owner owner)
    : file_(check(directory.open().create_unnamed())) {
    const std::string head = heap_head(options);
    if (::ftruncate(fd(), static_cast<off_t>(heap_file_size(options))) != 0 ||
        ::pwrite(fd(), head.data(), head.size(), 0) != static_cast<ssize_t>(head.size()) ||
        ::fchmod(fd(), options.mode) != 0) {
        throw std::runtime_error("cannot fill heap " + name);
    }
    if (owner == Owner::lives) lock_ = check(os::HeldLock::acquire(fd(), os::owner_lock_byte));
    if (!directory.open().link(fd(), name)) throw std::runtime_error("cannot name heap " + name);
}

void FabricatedHeap::attach(std::uint32_t slot) {
    clients_.push_back(check(os::HeldLock::acquire(fd(), os::client_lock_byte(slot))));
}

bool give_birth(const os::ShmDirectory& directory, const std::string& name, const std::string& head,
                os::HeldLock& lock) {
    const os::UniqueFd file = check(directory.create_unnamed());
    if (::ftruncate(file.get(), static_cast<off_t>(heap_file_size())) != 0 ||
        ::pwrite(file.get(), head.data(), head.size(), 0) != static_cast<ssize_t>(head.size())) {
        throw std::runtime_error("cannot fill heap " + name);
    }
    lock = check(os::HeldLock::acquire(file.get(), os::owner_lock_byte));
    return directory.link(file.get(), name).has_value();
}

std::string redhawk_heap(pid_t creator_pid) {
    constexpr std::size_t creator_offset = 12;
    std::string bytes = data_file("redhawk-v1-heap.bin");
    put(bytes, creator_offset, static_cast<std::int32_t>(creator_pid));
    return bytes;
}

}  // namespace reaper_test
