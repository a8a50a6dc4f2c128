/// PostgreSQL's dynamic shared memory, PostgreSQL.<number>. Each server has one control segment,
/// which the postmaster and its backends have mapped as long as they live, and which lists the
/// others by number. The others may be mapped by nobody for a while and still be in use (pinned).
/// So all of them live as long as somebody has the control segment; a file that no control segment
/// lists is not known to be PostgreSQL's.
///
/// Source: PostgreSQL, src/backend/storage/ipc/dsm.c (dsm_control_header, dsm_control_item,
/// PG_DYNSHMEM_CONTROL_MAGIC; at its start a server cleans what its predecessor in the same data
/// directory left, by the control segment of that one: dsm_cleanup_using_control_segment). An item
/// has 40 bytes since version 14, before that 24.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <vector>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

constexpr std::string_view prefix = "PostgreSQL.";
constexpr std::uint32_t control_magic = 0x9a503d32;
constexpr std::uint64_t items_begin = 16;
constexpr std::size_t control_files_max = 256;

struct ControlHeader {
    std::uint32_t magic;
    std::uint32_t item_count;
    std::uint32_t item_count_max;
    std::uint32_t padding;
};
static_assert(sizeof(ControlHeader) == items_begin);

/// The size of an item of the control segment with this header; 0 when it is none.
std::uint64_t item_bytes_of(const ControlHeader& header, std::uint64_t file_bytes) {
    constexpr std::uint32_t count_max = 1 << 20;
    if (header.magic != control_magic || header.item_count > header.item_count_max) return 0;
    if (header.item_count_max == 0 || header.item_count_max > count_max) return 0;
    for (const std::uint64_t item_bytes : {std::uint64_t{40}, std::uint64_t{24}}) {
        if (items_begin + item_bytes * header.item_count_max == file_bytes) return item_bytes;
    }
    return 0;
}

std::optional<ControlHeader> read_header(int fd) {
    ControlHeader header{};
    if (::pread(fd, &header, sizeof header, 0) != sizeof header) return {};
    return header;
}

/// Whether the control segment `name` lists the number. What fstat says of it, if so.
std::optional<struct stat> find_listing(const Subject& subject, const std::string& name,
                                        std::uint32_t number) {
    const auto file = subject.directory.open_file(name, O_RDONLY);
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    const auto header = read_header(file->get());
    if (!header) return {};
    const auto item_bytes = item_bytes_of(*header, static_cast<std::uint64_t>(status.st_size));
    if (item_bytes == 0) return {};
    std::vector<std::byte> items(item_bytes * header->item_count);
    const auto count = ::pread(file->get(), items.data(), items.size(), items_begin);
    if (count != static_cast<ssize_t>(items.size())) return {};
    for (std::size_t at = 0; at < items.size(); at += item_bytes) {
        const bool in_use = number_at<std::uint32_t>(items, at + 4).value_or(0) != 0;
        if (in_use && number_at<std::uint32_t>(items, at) == number) return status;
    }
    return {};
}

std::optional<Finding> recognise_listed(const Subject& subject) {
    std::uint32_t number = 0;
    const auto digits = subject.name.substr(prefix.size());
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (code != std::errc{} || end != digits.data() + digits.size()) return {};
    const auto names = subject.directory.names();
    if (!names) return {};
    std::size_t asked = 0;
    for (const std::string& name : *names) {
        if (name == subject.name || !matches(name, "PostgreSQL.#")) continue;
        if (++asked > control_files_max) return {};
        const auto control = find_listing(subject, name, number);
        if (!control) continue;
        Finding finding;
        finding.type = "PostgreSQL segment";
        finding.owner = Life::held;
        finding.held_file = control;
        finding.held_name = name;
        finding.evidence = fmt::format("{} lists it, which its server has mapped", name);
        return finding;
    }
    return {};
}

}  // namespace

std::optional<Finding> recognise_postgresql(const Subject& subject) {
    if (!matches(subject.name, "PostgreSQL.#")) return {};
    const auto header = read_header(subject.fd);
    if (!header) return {};
    if (item_bytes_of(*header, subject.size()) == 0) return recognise_listed(subject);
    Finding finding;
    finding.type = "PostgreSQL control segment";
    finding.owner = Life::held;
    finding.evidence = "its server has it mapped as long as it lives";
    finding.tells_of_others = true;
    return finding;
}

}  // namespace reaper::foreign
