#include "file/verify.hpp"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "file/inspect.hpp"
#include "file/verify_bytes.hpp"
#include "os/allocated_bytes.hpp"
#include "os/error.hpp"
#include "os/file_lock.hpp"

namespace shmheap {
namespace {

/// Of a file that is in use: what is found in every one of them, some milliseconds apart, is there.
constexpr int readings_in_use = 20;
/// Of one that nobody has: whoever gave it up last may have been at it during the first.
constexpr int readings_unused = 2;
constexpr long pause_ns = 5'000'000;

/// Whether a part of the file has bytes that were ever written; what has not reads as zeros.
bool has_data(int fd, std::uint64_t offset, std::uint64_t size) {
    const off_t data = ::lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0) return errno != ENXIO;
    return static_cast<std::uint64_t>(data) < offset + size;
}

/// The buffers of one verification.
class Reading {
public:
    explicit Reading(int fd)
        : fd_(fd), head_(std::make_unique<FileHead>()), area_(client_area_stride) {}

    Result<Verification> read();

private:
    Status read_areas(const HeapExtent& extent, Findings& findings);
    Status read_gap(Findings& findings);

    int fd_;
    std::unique_ptr<FileHead> head_;
    std::vector<std::byte> area_;
};

Result<Verification> Reading::read() {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return os::error("inspect");
    const auto inspection = inspect(fd_, status, *head_);
    if (!inspection) return tl::unexpected(inspection.error());
    Verification result{.is_heap = inspection->content != Content::other, .findings = {}};
    if (!result.is_heap) {
        result.is_heap = lost_its_magic(head_->content());
        if (result.is_heap) report(result.findings, "header", "does not begin as that of a heap");
        return result;
    }
    if (inspection->content == Content::damaged) {
        // Where the rest lies, and what it means, is not known then.
        report(result.findings, "header", inspection->damage);
        return result;
    }
    if (auto whole = read_part(fd_, 0, head_->bytes); !whole) return tl::unexpected(whole.error());
    const HeapExtent extent{.file_size = static_cast<std::uint64_t>(status.st_size),
                            .allocated_bytes = os::allocated_bytes(status),
                            .size_max = inspection->heap.size_max};
    verify_head(head_->bytes, extent, result.findings);
    if (auto areas = read_areas(extent, result.findings); !areas)
        return tl::unexpected(areas.error());
    if (auto gap = read_gap(result.findings); !gap) return tl::unexpected(gap.error());
    return result;
}

Status Reading::read_areas(const HeapExtent& extent, Findings& findings) {
    for (std::uint32_t slot = 0; slot < client_slot_count; ++slot) {
        const std::uint64_t offset = client_area_offset + slot * client_area_stride;
        if (!has_data(fd_, offset, client_area_stride)) continue;
        if (auto read = read_part(fd_, offset, area_); !read) return read;
        if (is_zero(area_)) continue;  // nobody has ever had it, as where there is no data
        verify_area(slot, area_, extent, findings);
        if (!has_waiting(area_)) continue;
        // Asked after the reading: whoever lives now has lived during it.
        const auto client = os::find_write_lock(fd_, os::client_lock_byte(slot), 1);
        if (!client) return tl::unexpected(client.error());
        if (*client) verify_waiting(slot, area_, findings);
    }
    return {};
}

/// Between the areas and the payload there is nothing.
Status Reading::read_gap(Findings& findings) {
    std::uint64_t offset = client_area_offset + client_slot_count * client_area_stride;
    while (offset < payload_offset && has_data(fd_, offset, payload_offset - offset)) {
        const std::uint64_t size = std::min<std::uint64_t>(area_.size(), payload_offset - offset);
        const std::span<std::byte> bytes(area_.data(), size);
        if (auto read = read_part(fd_, offset, bytes); !read) return read;
        if (!is_zero(bytes)) {
            report(findings, "gap before the payload", "is not empty");
            return {};
        }
        offset += size;
    }
    return {};
}

bool is_in_use(int fd) {
    const auto holders = find_holders(fd);
    return !holders || holders->count() > 0;
}

}  // namespace

Result<Verification> verify(int fd) {
    Reading reading(fd);
    auto first = reading.read();
    if (!first) return first;
    for (int count = 1; !first->findings.empty(); ++count) {
        const bool in_use = is_in_use(fd);
        if (count >= (in_use ? readings_in_use : readings_unused)) break;
        if (in_use) {
            const timespec pause{.tv_sec = 0, .tv_nsec = pause_ns};
            ::nanosleep(&pause, nullptr);
        }
        const auto again = reading.read();
        if (!again) return again;
        std::erase_if(first->findings, [&again](const Finding& finding) {
            const auto& found = again->findings;
            return std::find(found.begin(), found.end(), finding) == found.end();
        });
    }
    return first;
}

}  // namespace shmheap
