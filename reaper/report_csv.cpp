#include "reaper/report_csv.hpp"

#include <fmt/format.h>

#include <iterator>

#include "reaper/escape.hpp"
#include "reaper/report_text.hpp"
#include "reaper/selection.hpp"
#include "reaper/time_text.hpp"

namespace reaper {
namespace {

std::string_view columns(CsvReport::Table table) {
    switch (table) {
        case CsvReport::Table::files:
            return "name,type,verdict,reason,file_size,allocated,heap_size,heap_used,blocks_live,"
                   "creator,created_at,component,tag,orphaned,refcount,user,group,mode,"
                   "allocation_failures,owner,evidence";
        case CsvReport::Table::holders:
            return "name,inode,pid,process,maps,open";
        case CsvReport::Table::clients:
            return "heap,slot,pid,component,attached_at,leases,oldest_lease_at,"
                   "oldest_lease_age_ns,alive";
        case CsvReport::Table::blocks:
            return "heap,block_size,live,kept,live_bytes,kept_bytes";
        case CsvReport::Table::deleted:
            return "path,inode,file_size,allocated,pid,process,maps,open";
    }
    return "";
}

/// In quotes, which stand doubled within. What a spreadsheet would compute gets its first
/// character as \xHH; that is no other text's escape, since a backslash is doubled there.
std::string csv_cell(std::string_view text) {
    std::string cell = "\"";
    std::string escaped = escape(text);
    constexpr std::string_view begin_formulas = "=+-@";
    if (!escaped.empty() && begin_formulas.find(escaped.front()) != std::string_view::npos)
        escaped.replace(0, 1, fmt::format("\\x{:02x}", escaped.front()));
    for (const char character : escaped) {
        if (character == '"') cell += '"';
        cell += character;
    }
    return cell + '"';
}

std::string time_cell(std::uint64_t time_ns) {
    return time_ns == 0 ? std::string() : time_text(time_ns);
}

std::string process_cells(const Holder& holder) {
    return fmt::format("{},{},{},{}", holder.pid, csv_cell(holder.name), holder.maps, holder.open);
}

}  // namespace

CsvReport::CsvReport(Table table, bool numeric_ids) : table_(table), names_(numeric_ids) {
    text_.append(columns(table)).append("\r\n");
}

void CsvReport::add_file(const FileRecord& record, const Details& details) {
    switch (table_) {
        case Table::files:
            return add_file_row(record);
        case Table::holders:
            return add_holders(record, details);
        case Table::clients:
            return add_clients(record, details);
        case Table::blocks:
            return add_blocks(record, details);
        case Table::deleted:
            return;
    }
}

void CsvReport::add_file_row(const FileRecord& record) {
    std::string heap = ",,,,,,,,";
    if (!orphaned_text(record).empty()) {
        const bool is_own = record.format == Format::heap;
        heap = fmt::format("{},{},{},{},{},{},{},{},{}", heap_bytes(record), used_bytes(record),
                           is_own ? std::to_string(record.heap.blocks_live) : "",
                           is_own ? record.heap.creator_pid : record.redhawk.creator_pid,
                           is_own ? time_cell(record.heap.created_at_ns) : "",
                           is_own ? csv_cell(record.heap.component()) : "",
                           is_own ? csv_cell(record.heap.tag()) : "", orphaned_text(record),
                           reference_count(record));
    }
    fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{},{},{},{},{:o},",
                   csv_cell(record.name), csv_cell(type_text(record)), to_string(record.verdict),
                   csv_cell(record.reason), record.status.st_size, record.allocated_bytes(), heap,
                   csv_cell(names_.user(record.status.st_uid)),
                   csv_cell(names_.group(record.status.st_gid)), record.permissions());
    if (record.format == Format::heap) text_ += std::to_string(record.heap.allocation_failures);
    if (record.foreign) {
        text_.append(",").append(foreign::to_string(record.foreign->owner));
        text_.append(",").append(csv_cell(record.foreign->evidence)).append("\r\n");
    } else {
        text_.append(",,\r\n");
    }
}

void CsvReport::add_holders(const FileRecord& record, const Details& details) {
    if (!details.holders) return;
    for (const Holder& holder : *details.holders)
        fmt::format_to(std::back_inserter(text_), "{},{},{}\r\n", csv_cell(record.name),
                       record.status.st_ino, process_cells(holder));
}

void CsvReport::add_clients(const FileRecord& record, const Details& details) {
    if (!details.clients) return;
    for (const shmheap::ClientRecord& client : *details.clients) {
        const auto age = client.oldest_lease_age_ns();
        fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{},{},{},{}\r\n",
                       csv_cell(record.name), client.slot, client.pid, csv_cell(client.component()),
                       time_cell(client.attached_at_ns), client.held.leases,
                       time_cell(client.held.oldest_at_ns), age ? std::to_string(*age) : "",
                       client.alive);
    }
}

void CsvReport::add_blocks(const FileRecord& record, const Details& details) {
    if (!details.blocks) return;
    const auto& blocks = details.blocks->blocks;
    for (std::size_t index = 0; index < blocks.classes.size(); ++index) {
        const auto& count = blocks.classes[index];
        const auto size = shmheap::detail::class_sizes[index];
        if (count.live == 0 && count.cached == 0) continue;
        fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{}\r\n", csv_cell(record.name),
                       size, count.live, count.cached, shmheap::multiply_clamped(count.live, size),
                       shmheap::multiply_clamped(count.cached, size));
    }
    if (blocks.large.live == 0 && blocks.large.cached == 0) return;
    fmt::format_to(std::back_inserter(text_), "{},,{},{},{},{}\r\n", csv_cell(record.name),
                   blocks.large.live, blocks.large.cached, blocks.large_live_bytes,
                   blocks.large_cached_bytes);
}

void CsvReport::add_deleted(const std::vector<DeletedFile>& deleted) {
    for (const DeletedFile& file : deleted) {
        const auto& size = file.held->size;
        for (const Holder& holder : file.held->holders)
            fmt::format_to(
                std::back_inserter(text_), "{},{},{},{},{}\r\n", csv_cell(file.held->path),
                file.inode, size ? std::to_string(size->file_bytes) : "",
                size ? std::to_string(size->allocated_bytes) : "", process_cells(holder));
    }
}

}  // namespace reaper
