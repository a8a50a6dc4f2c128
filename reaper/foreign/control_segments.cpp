#include "reaper/foreign/control_segments.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

constexpr std::uint32_t control_magic = 0x9a503d32;
constexpr std::uint64_t items_begin = 16;
/// A server with ten thousand connections has 800 KiB.
constexpr std::uint64_t bytes_read_max = std::uint64_t{16} << 20;

struct ControlHeader {
    std::uint32_t magic;
    std::uint32_t item_count;
    std::uint32_t item_count_max;
    std::uint32_t padding;
};
static_assert(sizeof(ControlHeader) == items_begin);

struct Items {
    std::uint64_t count = 0;
    std::uint64_t bytes_each = 0;
};

/// No value when it is no control segment.
std::optional<Items> read_header(int fd, const struct stat& status) {
    constexpr std::uint32_t count_max = 1 << 20;
    ControlHeader header{};
    if (::pread(fd, &header, sizeof header, 0) != sizeof header) return {};
    if (header.magic != control_magic || header.item_count > header.item_count_max) return {};
    if (header.item_count_max == 0 || header.item_count_max > count_max) return {};
    for (const std::uint64_t bytes : {std::uint64_t{40}, std::uint64_t{24}}) {
        if (items_begin + bytes * header.item_count_max ==
            static_cast<std::uint64_t>(status.st_size))
            return Items{header.item_count, bytes};
    }
    return {};
}

}  // namespace

bool is_control_segment(int fd, const struct stat& status) {
    return read_header(fd, status).has_value();
}

ControlSegments::ControlSegments(const shmheap::os::ShmDirectory& directory) {
    const auto names = directory.names();
    if (!names) return;
    for (const std::string& name : *names)
        if (matches(name, "PostgreSQL.#")) read(directory, name);
}

void ControlSegments::read(const shmheap::os::ShmDirectory& directory, const std::string& name) {
    const auto file = directory.open_regular_file(name, O_RDONLY);
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    const auto items = read_header(file->get(), status);
    if (!items) return;
    User& user = users_[status.st_uid];
    const std::uint64_t bytes = items->count * items->bytes_each;
    if (bytes > bytes_read_max - user.bytes_read) {
        user.is_complete = false;
        return;
    }
    user.bytes_read += bytes;
    std::vector<std::byte> content(bytes);
    const auto count = ::pread(file->get(), content.data(), content.size(), items_begin);
    if (count != static_cast<ssize_t>(content.size())) return;
    for (std::size_t at = 0; at < content.size(); at += items->bytes_each) {
        const bool in_use = number_at<std::uint32_t>(content, at + 4).value_or(0) != 0;
        if (in_use)
            user.segment_of.emplace(number_at<std::uint32_t>(content, at).value_or(0),
                                    segments_.size());
    }
    segments_.push_back({name, status});
}

ControlSegments::Listing ControlSegments::find(uid_t user, std::uint32_t number) const {
    const auto known = users_.find(user);
    if (known == users_.end()) return {};
    Listing listing{.segments = {}, .is_complete = known->second.is_complete};
    const auto [begin, end] = known->second.segment_of.equal_range(number);
    for (auto entry = begin; entry != end; ++entry) {
        const Segment* segment = &segments_[entry->second];
        const bool is_new = listing.segments.empty() || listing.segments.back() != segment;
        if (is_new) listing.segments.push_back(segment);
    }
    return listing;
}

}  // namespace reaper::foreign
