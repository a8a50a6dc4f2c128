#include "reaper/report_text.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <iterator>

#include "reaper/escape.hpp"
#include "reaper/selection.hpp"
#include "reaper/time_text.hpp"

namespace reaper {

pid_t creator_pid(const FileRecord& record) {
    return record.format == Format::heap ? record.heap.creator_pid : record.redhawk.creator_pid;
}

std::string_view type_text(const FileRecord& record) {
    const bool damaged = record.verdict == Verdict::damaged;
    switch (record.format) {
        case Format::heap:
            return damaged ? "heap (damaged)" : "heap";
        case Format::redhawk:
            return damaged ? "REDHAWK heap (damaged)" : "REDHAWK heap";
        case Format::damaged:
            return record.damaged_redhawk ? "REDHAWK heap (damaged)" : "heap (damaged)";
        case Format::other:
            return record.foreign ? record.foreign->type : "other";
        case Format::unreadable:
            return "other";
    }
    return "other";
}

std::string_view orphaned_text(const FileRecord& record) {
    switch (record.verdict) {
        case Verdict::live:
            return "false";
        case Verdict::orphaned:
            return "true";
        case Verdict::foreign:
            return "unknown";
        case Verdict::other:
        case Verdict::damaged:
        case Verdict::unreadable:
            return "";
    }
    return "";
}

unsigned reference_count(const FileRecord& record) {
    if (record.format == Format::heap) return record.holders.count();
    const unsigned attached = record.redhawk.attached;
    return record.verdict == Verdict::orphaned && attached > 0 ? attached - 1 : attached;
}

std::string process_text(pid_t pid, std::string_view name) {
    if (name.empty()) return std::to_string(pid);
    return fmt::format("{} ({})", pid, escape(name));
}

std::string connection_text(const FileRecord& record, const shmheap::StreamRecord& stream) {
    if (!stream.name().empty()) return escape(stream.name());
    return fmt::format("{} -> client {}", escape(record.name), stream.slot);
}

void TextReport::add_directory(std::string_view path, const Space& space) {
    fmt::format_to(std::back_inserter(text_), "{}\n  size: {}\n  free: {} ({})\n", escape(path),
                   size_text(space.size_bytes, sizes_), size_text(space.free_bytes, sizes_),
                   percent_text(space.free_bytes, space.size_bytes));
}

void TextReport::add_file(const FileRecord& record) {
    text_.append("\n").append(escape(record.name)).append("\n");
    add_line("type", type_text(record));
    if (record.verdict == Verdict::damaged) add_line("reason", escape(record.reason));
    add_size("file size", static_cast<std::uint64_t>(record.status.st_size));
    if (orphaned_text(record).empty()) {
        add_size("allocated", record.allocated_bytes());
        if (record.foreign) {
            add_line("owner", foreign::to_string(record.foreign->owner));
            add_line("evidence", record.foreign->evidence);
        }
    } else {
        add_heap(record);
    }
    add_line("user", escape(names_.user(record.status.st_uid)));
    add_line("group", escape(names_.group(record.status.st_gid)));
    add_line("mode", fmt::format(FMT_COMPILE("{:o}"), record.permissions()));
}

void TextReport::add_heap(const FileRecord& record) {
    const auto heap = heap_bytes(record);
    const auto used = used_bytes(record);
    add_size("heap size", heap);
    add_line("heap used", size_text(used, sizes_) + " (" + percent_text(used, heap) + ")");
    add_line("creator", std::to_string(creator_pid(record)));
    const auto component = record.heap.component();
    if (!component.empty()) add_line("component", escape(component));
    add_line("orphaned", orphaned_text(record));
    if (record.verdict == Verdict::foreign) add_line("reason", record.reason);
    add_line("refcount", std::to_string(reference_count(record)));
}

void TextReport::add_connections(const FileRecord& record) {
    for (const shmheap::StreamRecord& stream : record.streams) {
        text_.append(is_first_ ? "" : "\n").append(connection_text(record, stream)).append("\n");
        is_first_ = false;
        add_line("heap", escape(record.name));
        add_line("producer", process_text(record.heap.creator_pid, record.heap.component()));
        add_line("consumer", process_text(stream.client_pid, stream.client_component()));
        if (stream.has_stream()) add_stream(stream);
        add_line("leases", std::to_string(stream.leases));
        if (const auto age = stream.oldest_lease_age_ns()) add_line("lease age", age_text(*age));
    }
}

void TextReport::add_stream(const shmheap::StreamRecord& stream) {
    add_line("messages", std::to_string(stream.messages));
    add_size("bytes", stream.bytes);
    add_line("copied", std::to_string(stream.copied));
    add_line("dropped", std::to_string(stream.dropped));
    add_line("lag", fmt::format("{} of {}", stream.lag, stream.depth));
}

void TextReport::add_line(std::string_view key, std::string_view value) {
    constexpr std::string_view padding = "             ";  // values begin below each other
    text_.append("  ").append(key).append(":");
    text_.append(padding.substr(std::min(key.size() + 1, padding.size() - 1)));
    text_.append(value).append("\n");
}

void TextReport::add_size(std::string_view key, std::uint64_t bytes) {
    add_line(key, size_text(bytes, sizes_));
}

}  // namespace reaper
