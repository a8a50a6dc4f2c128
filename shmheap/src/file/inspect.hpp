/// What a file of the shared memory directory tells about itself, read with pread alone: a mapping
/// of a file that is truncated meanwhile would kill the reader. Whatever is read is input: copied
/// once into the caller's buffer, checked against the layout's constants and the file's size, and
/// only then used. A file that is not right is `damaged`, with the reason; nothing is asserted.
///
/// No state and no allocation (but for the reason of a damage); from any thread.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

/// A heap's header and counters, checked. The counters are a snapshot of running threads: what is
/// derived from several of them is clamped to what is possible.
struct HeapRecord {
    pid_t creator_pid = 0;  ///< in the creator's pid namespace; always positive
    std::uint64_t creator_start_ticks = 0;
    std::uint64_t pid_namespace = 0;
    Uuid uuid{};
    std::uint64_t created_at_ns = 0;
    std::uint64_t size_max = 0;
    std::uint64_t superblock_size = 0;
    std::uint64_t committed_bytes = 0;  ///< "heap size"
    std::uint64_t used_bytes = 0;       ///< of live blocks, at the size of their class
    std::uint64_t blocks_live = 0;
    std::uint64_t allocation_failures = 0;
    std::array<char, component_name_size> component_bytes{};  ///< NUL-terminated
    std::array<char, tag_size> tag_bytes{};                   ///< NUL-terminated

    [[nodiscard]] std::string_view component() const { return component_bytes.data(); }
    [[nodiscard]] std::string_view tag() const { return tag_bytes.data(); }
};

enum class Content {
    other,    ///< no heap of ours
    heap,     ///< a heap whose header is right
    damaged,  ///< begins as a heap of ours does, but is not right
};

struct Inspection {
    Content content = Content::other;
    HeapRecord heap;     ///< when content is heap
    std::string damage;  ///< when content is damaged: "layout version 7 is not known"
};

/// The first bytes of a file: a reusable buffer for the header and all thread counters.
struct FileHead {
    static constexpr std::size_t capacity =
        thread_counters_offset + thread_count_max * sizeof(ThreadCounters);

    FileHead() {}  // leaves `bytes` alone: 36 KiB that read_head is about to fill

    [[nodiscard]] std::span<const std::byte> content() const { return {bytes.data(), size}; }

    std::size_t size = 0;  ///< how many of `bytes` were read
    alignas(8) std::array<std::byte, capacity> bytes;
};

/// Fills `head` with the header page and as many thread counters as the header says are in use:
/// one system call, a second one for more than eight threads. A short file gives a short head.
/// Errors: what pread(2) says.
Status read_head(int fd, FileHead& head);

/// Judges bytes that were read from the start of a file of `file_size` bytes. Pure.
Inspection parse_head(std::span<const std::byte> head, std::uint64_t file_size);

/// Whether a head that is no heap's for want of the magic number alone was one: it has this build's
/// layout version and fingerprint at their places. Pure.
bool lost_its_magic(std::span<const std::byte> head);

/// read_head and parse_head for a regular file whose fstat is in `status`. A heap that grew
/// between the two is not taken for damaged: `status` is then read again.
Result<Inspection> inspect(int fd, struct stat& status, FileHead& head);

/// Who has a heap attached, by the locks of the living.
struct Holders {
    bool owner = false;
    unsigned clients = 0;  ///< client slots in use; a client in the owner's process counts as well

    [[nodiscard]] unsigned count() const { return clients + (owner ? 1U : 0U); }
};

/// Asks the kernel for the write locks on the owner's and the clients' bytes: one query when none
/// is held, and two more for each that is. Errors: what fcntl(2) says.
Result<Holders> find_holders(int fd);

}  // namespace shmheap
