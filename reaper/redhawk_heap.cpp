#include "reaper/redhawk_heap.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "os/error.hpp"

namespace reaper {
namespace {

using shmheap::Content;
using shmheap::Result;

constexpr std::uint32_t redhawk_magic = 0xACEB70CC;
constexpr std::uint32_t redhawk_version = 1;
constexpr std::uint64_t redhawk_page = 4096;
constexpr int attached_max = 1 << 22;  // PID_MAX_LIMIT: more processes cannot exist
constexpr unsigned superblock_count_max = 65536;

struct FileHeader {
    std::uint32_t magic;
    std::uint32_t version;
    std::int32_t attached;
    std::int32_t creator_pid;
};
static_assert(sizeof(FileHeader) == 16);

/// The beginning of the page before a superblock's data.
struct SuperblockHeader {
    std::array<char, 256> heap_name;
    std::uint64_t offset;  ///< of this very header in the file
    std::uint32_t data_size;
    std::uint32_t data_start;
    std::array<std::byte, 40> mutex;
    std::uint64_t used_bytes;
};
static_assert(offsetof(SuperblockHeader, offset) == 256);
static_assert(offsetof(SuperblockHeader, data_size) == 264);
static_assert(offsetof(SuperblockHeader, data_start) == 268);
static_assert(offsetof(SuperblockHeader, used_bytes) == 312);
static_assert(sizeof(SuperblockHeader) == 320);

RedhawkInspection damaged(std::string reason) {
    return {Content::damaged, {}, std::move(reason)};
}

std::string at(std::uint64_t offset) {
    return "superblock at " + std::to_string(offset);
}

/// Copies the header of the superblock at `offset` out of the file; what lies beyond the end of
/// the file reads as zero.
Result<SuperblockHeader> read_superblock(int fd, std::span<const std::byte> head,
                                         std::uint64_t offset) {
    SuperblockHeader header{};
    if (head.size() >= offset + sizeof header) {
        std::memcpy(&header, head.data() + offset, sizeof header);
        return header;
    }
    if (::pread(fd, &header, sizeof header, static_cast<off_t>(offset)) < 0)
        return shmheap::os::error("read");
    return header;
}

/// A superblock whose header was not written yet, or never because shared memory was full.
bool is_unwritten(const SuperblockHeader& header) {
    static_assert(std::is_trivially_copyable_v<SuperblockHeader>);
    const SuperblockHeader zero{};
    return std::memcmp(&header, &zero, sizeof zero) == 0;
}

/// Why the superblock at `offset` cannot be one; empty when it can.
std::string find_damage(const SuperblockHeader& header, std::uint64_t offset,
                        std::uint64_t file_size) {
    if (header.offset != offset)
        return at(offset) + " says that it lies at " + std::to_string(header.offset);
    if (header.data_start != redhawk_page)
        return at(offset) + " has its data at " + std::to_string(header.data_start);
    if (header.data_size == 0 || header.data_size % redhawk_page != 0)
        return at(offset) + " has a size of " + std::to_string(header.data_size);
    if (file_size - offset < redhawk_page + header.data_size)
        return at(offset) + " reaches beyond the end of the file";
    if (header.used_bytes > header.data_size)
        return at(offset) + " has more bytes in use than it has";
    return {};
}

}  // namespace

Result<RedhawkInspection> inspect_redhawk(int fd, std::span<const std::byte> head,
                                          std::uint64_t file_size) {
    FileHeader header{};
    std::memcpy(&header, head.data(), std::min(head.size(), sizeof header));
    if (header.magic != redhawk_magic) return RedhawkInspection{};
    if (head.size() < sizeof header)
        return damaged(std::to_string(head.size()) + " bytes are too few for a header");
    if (header.version != redhawk_version)
        return damaged("REDHAWK version " + std::to_string(header.version) + " is not known");
    if (header.creator_pid <= 0)
        return damaged("creator pid is " + std::to_string(header.creator_pid));
    if (header.attached < 0 || header.attached > attached_max)
        return damaged("refcount is " + std::to_string(header.attached));

    RedhawkInspection result{Content::heap, {}, {}};
    result.heap.creator_pid = header.creator_pid;
    result.heap.attached = static_cast<unsigned>(header.attached);
    std::uint64_t offset = redhawk_page;
    for (unsigned count = 0; offset < file_size; ++count) {
        if (count == superblock_count_max) return damaged("more superblocks than there can be");
        const auto superblock = read_superblock(fd, head, offset);
        if (!superblock) return tl::unexpected(superblock.error());
        if (is_unwritten(*superblock)) break;
        if (auto damage = find_damage(*superblock, offset, file_size); !damage.empty())
            return damaged(std::move(damage));
        result.heap.heap_bytes += superblock->data_size;
        result.heap.used_bytes += superblock->used_bytes;
        offset += redhawk_page + superblock->data_size;
    }
    return result;
}

}  // namespace reaper
