#include "file/heap_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <new>

#include "file/cleaner.hpp"
#include "file/inspect.hpp"
#include "os/crash_point.hpp"
#include "os/error.hpp"
#include "os/memory_limits.hpp"
#include "os/process_id.hpp"

namespace shmheap::detail {
namespace {

constexpr std::uint64_t commit_step = 2 * 1024 * 1024;
constexpr std::uint64_t superblock_size_min = 256 * 1024;
constexpr std::uint64_t superblock_size_max = 64 * 1024 * 1024;
constexpr std::uint64_t size_max_unlimited = std::uint64_t{64} << 30;  // where nothing sets a limit
/// Little enough that pages can be counted, and their numbers added, in 32 bits.
constexpr std::uint64_t size_max_limit = std::uint64_t{1} << 43;
static_assert(size_max_limit / page_size <= std::uint64_t{1} << 31);
constexpr unsigned modes_allowed = 0660;
constexpr int name_suffix_max = 1000;

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

Status check_options(const HeapOptions& options) {
    if (!std::has_single_bit(options.superblock_size) ||
        options.superblock_size < superblock_size_min ||
        options.superblock_size > superblock_size_max) {
        return fail(EINVAL, "use superblock size (a power of two, 256KiB to 64MiB)",
                    std::to_string(options.superblock_size));
    }
    if (options.mode & ~modes_allowed) {
        return fail(EINVAL, "use file mode (only bits of 0660)", std::to_string(options.mode));
    }
    if (options.component.size() >= component_name_size) {
        return fail(EINVAL, "use component name (too long)", options.component);
    }
    if (options.tag.size() >= tag_size) return fail(EINVAL, "use tag (too long)", options.tag);
    return {};
}

/// Bytes of payload: what was asked for, else half of what file system and cgroup allow.
std::uint64_t payload_size(const HeapOptions& options, int fd) {
    std::uint64_t size = options.size_max;
    if (size == 0) {
        const std::uint64_t file_system = os::file_system_size(fd);
        size = file_system != 0 ? file_system / 2 : size_max_unlimited;
        if (const auto limit = os::cgroup_memory_limit()) size = std::min(size, *limit / 2);
    }
    size = std::clamp<std::uint64_t>(size, 1, size_max_limit);
    return round_up(size, options.superblock_size);
}

/// Maps the whole range the heap may ever fill, or the largest half of it for which the address
/// space suffices.
Result<os::Mapping> map_heap(int fd, std::uint64_t payload, std::uint64_t superblock_size) {
    while (true) {
        auto mapping = os::Mapping::of_file_aligned(fd, payload_offset + payload,
                                                    os::Access::read_write, payload_alignment);
        if (mapping || mapping.error().code != ENOMEM || payload <= superblock_size) return mapping;
        payload = round_up(payload / 2, superblock_size);
    }
}

void write_header(HeapHeader& header, const HeapOptions& options, std::uint64_t size_max,
                  const Uuid& uuid) {
    const os::ProcessId self = os::own_process_id();
    header.version = layout_version;
    header.fingerprint = layout_fingerprint();
    header.creator_pid = self.pid;
    header.creator_start_ticks = self.start_ticks;
    header.pid_namespace = self.pid_namespace;
    header.uuid = uuid;
    header.created_at_ns =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count());
    header.size_max = size_max;
    header.superblock_size = options.superblock_size;
    header.client_slots = client_slot_count;
    header.lane_slots = lane_slot_count;
    header.client_area_offset = client_area_offset;
    header.client_area_stride = client_area_stride;
    header.thread_counters_offset = thread_counters_offset;
    header.thread_counters_slots = thread_count_max;
    header.payload_offset = payload_offset;
    options.component.copy(header.component.data(), header.component.size() - 1);
    options.tag.copy(header.tag.data(), header.tag.size() - 1);
    header.magic = layout_magic;
}

/// The name a heap gets at its `attempt`-th try: heap-PID, heap-PID.NAMESPACE, heap-PID.1, …
std::string heap_name(const os::ProcessId& self, int attempt) {
    const std::string base = "heap-" + std::to_string(self.pid);
    if (attempt == 0) return base;
    if (attempt == 1) return base + "." + std::to_string(self.pid_namespace);
    return base + "." + std::to_string(attempt - 1);
}

/// Links the finished file to the first name that is free or can be made free.
Result<std::string> take_name(const os::ShmDirectory& directory, int fd) {
    const os::ProcessId self = os::own_process_id();
    for (int attempt = 0; attempt <= name_suffix_max + 1; ++attempt) {
        std::string name = heap_name(self, attempt);
        auto linked = directory.link(fd, name);
        CRASH_POINT(birth_link_tried);
        if (!linked && linked.error().code == EEXIST) {
            // A left-over of a dead process goes; whatever else has the name keeps it.
            if (const auto cleaned = clean(directory, name);
                !cleaned || *cleaned != CleanResult::removed) {
                continue;
            }
            CRASH_POINT(birth_name_cleaned);
            linked = directory.link(fd, name);
        }
        if (linked) return name;
        if (linked.error().code != EEXIST) return tl::unexpected(linked.error());
    }
    return fail(EEXIST, "find a free name for heap", heap_name(self, 0));
}

/// The application may change its working directory before the name is needed again. Where it is
/// unknown, the path stays relative.
std::string absolute_path(const std::string& path) {
    std::error_code unknown;
    const auto absolute = std::filesystem::absolute(path, unknown);
    return unknown ? path : absolute.string();
}

Status allocate_range(int fd, std::uint64_t offset, std::uint64_t length) {
    while (::fallocate(fd, 0, static_cast<off_t>(offset), static_cast<off_t>(length)) != 0) {
        if (errno != EINTR) return os::error("commit memory of heap");
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<HeapFile>> HeapFile::create(const HeapOptions& options) {
    if (auto valid = check_options(options); !valid) return tl::unexpected(valid.error());
    CRASH_POINT(birth_begun);
    auto directory = os::ShmDirectory::open(options.directory);
    if (!directory) return tl::unexpected(directory.error());
    CRASH_POINT(birth_directory_opened);
    auto fd = directory->create_unnamed();
    if (!fd) return tl::unexpected(fd.error());
    CRASH_POINT(birth_file_made);

    if (auto room = os::check_growth(fd->get(), client_area_offset, payload_offset); !room) {
        return tl::unexpected(room.error());
    }
    if (auto done = allocate_range(fd->get(), 0, client_area_offset); !done) {
        return tl::unexpected(done.error());
    }
    CRASH_POINT(birth_head_committed);
    if (::ftruncate(fd->get(), static_cast<off_t>(payload_offset)) != 0) {
        return os::error("size heap");
    }
    CRASH_POINT(birth_sized);
    auto mapping = map_heap(fd->get(), payload_size(options, fd->get()), options.superblock_size);
    if (!mapping) return tl::unexpected(mapping.error());
    CRASH_POINT(birth_mapped);
    // A core dump would keep the lock for as long as it takes to write all of the payload.
    ::madvise(mapping->data() + payload_offset, mapping->size() - payload_offset, MADV_DONTDUMP);
    CRASH_POINT(birth_kept_from_dumps);
    Uuid uuid{};
    if (::getrandom(uuid.data(), uuid.size(), 0) != static_cast<ssize_t>(uuid.size())) {
        return os::error("get random bytes");
    }
    CRASH_POINT(birth_uuid_drawn);
    write_header(*new (mapping->data()) HeapHeader{}, options, mapping->size(), uuid);
    CRASH_POINT(birth_header_written);

    if (::fchmod(fd->get(), options.mode & ~os::own_umask()) != 0) return os::error("set mode");
    CRASH_POINT(birth_mode_set);
    auto lock = os::HeldLock::acquire(fd->get(), os::owner_lock_byte);
    if (!lock) return tl::unexpected(lock.error());
    CRASH_POINT(birth_locked);
    auto name = take_name(*directory, fd->get());
    if (!name) return tl::unexpected(name.error());
    CRASH_POINT(birth_named);
    auto file =
        os::IdentifiedFile::adopt(std::move(*fd), absolute_path(options.directory), *name, O_RDWR);
    if (!file) return tl::unexpected(file.error());
    CRASH_POINT(birth_file_identified);
    return std::unique_ptr<HeapFile>(
        new HeapFile(std::move(*file), std::move(*mapping), std::move(*lock), options.prefault));
}

Result<struct stat> HeapFile::look() {
    auto now = file_.look();
    // Only what proves the loss: being out of descriptors, for instance, says nothing.
    const bool is_nameless = now ? now->st_nlink == 0 : now.error().code == ESTALE;
    if (is_nameless && !removed_name_.load(std::memory_order_relaxed)) {
        lost_name_.store(true, std::memory_order_relaxed);
    }
    return now;
}

Status HeapFile::commit(std::uint64_t offset, std::uint64_t length) {
    const std::lock_guard guard(descriptor_mutex_);
    if (auto open = look(); !open) return tl::unexpected(open.error());
    CRASH_POINT(growth_file_looked_at);
    // Lanes lie inside the file already: clients that are attached can still be served.
    if (lost_its_name() && offset >= payload_offset) {
        return fail(ESTALE, "grow heap that lost its name", name());
    }
    const std::uint64_t end = offset + length;
    while (offset < end) {
        const std::uint64_t step = std::min(commit_step, end - offset);
        // Lanes are small, and mostly committed by their client.
        if (offset >= payload_offset) {
            if (auto room = os::check_growth(file_.fd(), step, offset + step); !room) return room;
        }
        if (auto done = allocate_range(file_.fd(), offset, step); !done) return done;
        CRASH_POINT(growth_step_committed);
        offset += step;
    }
    return {};
}

void HeapFile::prefault(std::uint64_t offset, std::uint64_t length) {
    switch (prefault_) {
        case Prefault::none:
            return;
        case Prefault::on_grow:
            ::madvise(data() + offset, length, MADV_POPULATE_WRITE);
            CRASH_POINT(growth_prefaulted);
            return;
        case Prefault::background:
            if (caretaker_ != nullptr) caretaker_->touch({data() + offset, length});
            return;
    }
}

void HeapFile::give_back(std::uint64_t offset, std::uint64_t length) {
    const bool removed = ::madvise(data() + offset, length, MADV_REMOVE) == 0;
    CRASH_POINT(give_back_tried);
    if (removed) return;
    // Memory that the application has locked (mlockall) goes by way of the descriptor only.
    const std::lock_guard guard(descriptor_mutex_);
    if (!look()) return;
    ::fallocate(file_.fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(length));
    CRASH_POINT(give_back_punched);
}

std::uint64_t HeapFile::count_clients() {
    const std::lock_guard guard(descriptor_mutex_);
    if (!look()) return 0;
    const auto holders = find_holders(file_.fd());
    return holders ? holders->clients : 0;
}

std::uint64_t HeapFile::file_size() {
    const std::lock_guard guard(descriptor_mutex_);
    const auto now = look();
    return now ? static_cast<std::uint64_t>(now->st_size) : 0;
}

bool HeapFile::check_name() {
    const std::lock_guard guard(descriptor_mutex_);
    (void)look();
    return !lost_its_name();
}

void HeapFile::remove_name() {
    removed_name_.store(true, std::memory_order_relaxed);
    CRASH_POINT(name_removal_begun);
    // No lock is taken: this also runs at exit, where another thread may hold any of them. Nor is a
    // descriptor needed, of which the process may have none left.
    const std::string path = directory() + "/" + name();
    struct stat now {};
    if (::lstat(path.c_str(), &now) != 0) return;
    CRASH_POINT(name_looked_up);
    const struct stat& identity = file_.identity();
    if (now.st_dev == identity.st_dev && now.st_ino == identity.st_ino) ::unlink(path.c_str());
    CRASH_POINT(name_removed);
}

}  // namespace shmheap::detail
