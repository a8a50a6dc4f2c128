#include "client_core.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstring>
#include <new>

#include "environment.hpp"
#include "file/inspect.hpp"
#include "metrics.hpp"
#include "os/crash_point.hpp"
#include "os/error.hpp"
#include "os/process_id.hpp"
#include "os/random_number.hpp"

namespace shmheap::detail {

constinit OwnerMapping owner_mapping_for_tests = nullptr;

namespace {

/// What open(2) says of a name that is no regular file.
bool is_no_file(int code) {
    return code == ELOOP || code == ENXIO || code == ENODEV;
}

tl::unexpected<Error> refuse(std::string_view name, const std::string& why) {
    return fail(EPROTO, "attach heap", std::string(name) + " (" + why + ")");
}

}  // namespace

Result<std::unique_ptr<ClientCore>> ClientCore::attach(const os::ShmDirectory& directory,
                                                       std::string_view name) {
    auto read_only = directory.open_file(name, O_RDONLY);
    if (!read_only) {
        if (is_no_file(read_only.error().code)) return refuse(name, "no regular file");
        return tl::unexpected(read_only.error());
    }
    CRASH_POINT(attach_file_opened);
    auto file = os::IdentifiedFile::adopt(std::move(*read_only), directory.path(),
                                          std::string(name), O_RDONLY);
    if (!file) return tl::unexpected(file.error());
    CRASH_POINT(attach_file_identified);
    struct stat status = file->identity();
    if (!S_ISREG(status.st_mode)) return refuse(name, "no regular file");
    const auto head = std::make_unique<FileHead>();
    auto inspection = inspect(file->fd(), status, *head);
    if (!inspection) return tl::unexpected(inspection.error());
    CRASH_POINT(attach_head_read);
    if (inspection->content != Content::heap) {
        const bool damaged = inspection->content == Content::damaged;
        return refuse(name, damaged ? inspection->damage : "not a heap of ours");
    }
    // The same file, whatever the name stands for by now.
    const std::string path = "/proc/self/fd/" + std::to_string(file->fd());
    const os::UniqueFd writable(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!writable) return os::error("open heap for writing", name);

    CRASH_POINT(attach_opened_for_writing);
    std::unique_ptr<ClientCore> core(new ClientCore(std::move(*file)));
    core->uuid_ = inspection->heap.uuid;
    core->file_size_.store(static_cast<std::uint64_t>(status.st_size));
    core->held_.reset(new (std::nothrow) std::atomic<std::uint64_t>[lane_slot_count] {});
    if (!core->held_) return fail(ENOMEM, "attach heap", name);
    auto done = core->take_slot(writable.get());
    if (owner_mapping_for_tests != nullptr && done) {
        core->borrow_mappings(owner_mapping_for_tests(core->uuid_), inspection->heap.size_max);
    } else {
        if (done) done = core->map_area(writable.get());
        if (done) done = core->map_heap(inspection->heap.size_max);
    }
    if (done) done = core->enter();
    if (!done) return tl::unexpected(done.error());
    return core;
}

/// The lock comes first: it proves that nobody else is in the slot.
Status ClientCore::take_slot(int fd) {
    for (index_ = 0; index_ < client_slot_count; ++index_) {
        auto lock = os::HeldLock::acquire(fd, os::client_lock_byte(index_));
        if (lock) {
            lock_ = std::move(*lock);
            CRASH_POINT(attach_slot_locked);
            return {};
        }
        if (lock.error().code != EAGAIN) return tl::unexpected(lock.error());
        CRASH_POINT(attach_slot_refused);
    }
    return fail(EUSERS, "attach heap, all of whose client slots are taken,", file_.name());
}

Status ClientCore::map_area(int fd) {
    const std::uint64_t area = client_area_offset + index_ * client_area_stride;
    while (::fallocate(fd, 0, static_cast<off_t>(area), client_area_stride) != 0) {
        if (errno != EINTR) return os::error("commit lane in heap", file_.name());
    }
    CRASH_POINT(attach_lane_committed);
    auto mapped = os::Mapping::of_file(fd, area, client_area_stride, os::Access::read_write);
    if (!mapped) return tl::unexpected(mapped.error());
    area_ = std::move(*mapped);
    CRASH_POINT(attach_lane_mapped);
    return {};
}

/// As much as the heap may ever fill, or as the address space has room for.
Status ClientCore::map_heap(std::uint64_t size_max) {
    std::uint64_t size = size_max;
    while (true) {
        auto mapped = os::Mapping::of_file(file_.fd(), 0, size, os::Access::read_only);
        if (mapped) {
            heap_ = std::move(*mapped);
            CRASH_POINT(attach_heap_mapped);
            break;
        }
        if (mapped.error().code != ENOMEM || size / 2 < file_size_.load()) {
            return tl::unexpected(mapped.error());
        }
        size = size / 2 / page_size * page_size;
    }
    ::madvise(heap_.data(), heap_.size(), MADV_DONTDUMP);
    CRASH_POINT(attach_kept_from_dumps);
    return {};
}

void ClientCore::borrow_mappings(std::byte* heap, std::uint64_t size_max) {
    const std::uint64_t area = client_area_offset + index_ * client_area_stride;
    area_ = os::Mapping::borrow(heap + area, client_area_stride);
    heap_ = os::Mapping::borrow(heap, size_max);
}

/// From here on the owner may issue to us, if it lives.
Status ClientCore::enter() {
    const os::ProcessId self = os::own_process_id();
    ClientSlot& own = slot();
    own.pid.store(self.pid, std::memory_order_relaxed);
    CRASH_POINT(attach_pid_stored);
    own.start_ticks.store(self.start_ticks, std::memory_order_relaxed);
    CRASH_POINT(attach_start_stored);
    own.pid_namespace.store(self.pid_namespace, std::memory_order_relaxed);
    CRASH_POINT(attach_namespace_stored);
    own.attached_at_ns.store(
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count()),
        std::memory_order_relaxed);
    CRASH_POINT(attach_time_stored);
    own.component.fill('\0');
    const auto component = environment_text("SHMHEAP_COMPONENT").value_or("");
    component.copy(own.component.data(), own.component.size() - 1);
    CRASH_POINT(attach_component_written);
    const auto generation = os::random_number();
    if (!generation) return tl::unexpected(generation.error());
    ClaimDesk::clear(area_.data(), *generation);
    CRASH_POINT(attach_claims_cleared);
    tenancy_ = Tenancy::claim(own.tenancy);
    CRASH_POINT(attach_slot_claimed);
    if (!owner_lives()) return fail(EOWNERDEAD, "attach heap", file_.name());
    CRASH_POINT(attach_owner_found);
    count(Metric::clients_attached);
    return {};
}

ClientCore::~ClientCore() {
    if (is_inherited()) {
        heap_.release();  // what the parent received stays readable here
        return;
    }
    if (!area_ || tenancy_ == 0) return;
    for (std::uint32_t index = 0; index < lane_slot_count; ++index) {
        const std::uint64_t held = held_[index].exchange(0, std::memory_order_relaxed);
        if (held != 0) let_go(index, held - 1);
    }
    Tenancy::leave(slot().tenancy, tenancy_);
    CRASH_POINT(detach_slot_left);
}

/// memcmp of a known size, which takes two instructions: this is on the way of every message.
Status ClientCore::check(const Reference& reference) const {
    const bool is_own_heap = std::memcmp(&reference.heap, &uuid_, sizeof(uuid_)) == 0;
    if (!is_inherited() && is_own_heap && reference.lane_slot < lane_slot_count &&
        reference.client == handle()) [[likely]]
        return {};
    if (is_inherited()) return fail(ECHILD, "use lease of", file_.name());
    if (!is_own_heap) return fail(EXDEV, "use lease of another heap than", file_.name());
    if (reference.lane_slot >= lane_slot_count) return fail(EPROTO, "use lease of", file_.name());
    return fail(ESTALE, "use lease of", file_.name());
}

/// Whether the file has at least `end` bytes and they are mapped.
bool ClientCore::reaches(std::uint64_t end) {
    if (end > heap_.size()) return false;
    if (end <= file_size_.load(std::memory_order_relaxed)) return true;
    const std::lock_guard guard(descriptor_mutex_);
    if (const auto now = file_.look()) {
        file_size_.store(static_cast<std::uint64_t>(now->st_size), std::memory_order_relaxed);
        return end <= static_cast<std::uint64_t>(now->st_size);
    }
    // Descriptor and name are gone, but the kernel says whether the last page could be read
    // (madvise(2), MADV_POPULATE_READ: EFAULT where touching would raise SIGBUS).
    std::byte* last_page = heap_.data() + (end - 1) / page_size * page_size;
    return ::madvise(last_page, page_size, MADV_POPULATE_READ) == 0;
}

Result<std::span<const std::byte>> ClientCore::range_of(const Reference& reference) {
    std::uint64_t end = 0;
    if (__builtin_add_overflow(reference.offset, reference.length, &end) ||
        reference.offset < payload_offset || !reaches(end)) {
        return fail(EPROTO, "accept lease beyond the end of", file_.name());
    }
    return std::span<const std::byte>(heap_.data() + reference.offset, reference.length);
}

Result<std::span<const std::byte>> ClientCore::accept(const Reference& reference) {
    if (auto valid = check(reference); !valid) return tl::unexpected(valid.error());
    const auto bytes = range_of(reference);
    if (!bytes) return bytes;
    CRASH_POINT(accept_begun);
    if (!Steps::accept(lane_slot(reference.lane_slot).word, reference.generation)) {
        return fail(ESTALE, "accept lease of", file_.name());
    }
    CRASH_POINT(accept_held);
    held_[reference.lane_slot].store(reference.generation + 1, std::memory_order_relaxed);
    CRASH_POINT(accept_noted);
    return bytes;
}

Status ClientCore::release(const Reference& reference) {
    if (auto valid = check(reference); !valid) return valid;
    std::uint64_t expected = reference.generation + 1;
    // Of two releases one wins, and only what is held can be released.
    if (!held_[reference.lane_slot].compare_exchange_strong(expected, 0)) {
        return fail(ESTALE, "release lease of", file_.name());
    }
    CRASH_POINT(release_noted);
    let_go(reference.lane_slot, reference.generation);
    return {};
}

void ClientCore::let_go(std::uint32_t lane_slot_index, std::uint64_t generation) {
    Steps::release(lane_slot(lane_slot_index).word, generation);
    CRASH_POINT(release_done);
    tell_owner();
}

void ClientCore::tell_owner() {
    if (Signal::tell(slot().releases, slot().owner_waits)) {
        ::syscall(SYS_futex, &slot().releases, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
        CRASH_POINT(release_owner_woken);
    }
}

bool ClientCore::owner_lives() const {
    const std::lock_guard guard(descriptor_mutex_);
    if (!file_.look()) return false;
    const auto found = os::find_write_lock(file_.fd(), os::owner_lock_byte, 1);
    return found && found->has_value();
}

}  // namespace shmheap::detail
