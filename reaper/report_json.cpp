#include "reaper/report_json.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "reaper/escape.hpp"
#include "reaper/report_json_details.hpp"
#include "reaper/report_text.hpp"

namespace reaper {
namespace {

namespace json = boost::json;

/// The document with its list still open: files are serialized one by one, so that ten thousand of
/// them never stand in memory as a tree.
std::string open_document(json::object head) {
    std::string text = json::serialize(head);
    text.pop_back();
    return text + ",\"files\":[";
}

void append_element(std::string& text, bool& first, const json::object& element) {
    text += first ? "\n" : ",\n";
    first = false;
    text += json::serialize(element);
}

json::value orphaned_value(const FileRecord& record) {
    if (record.verdict == Verdict::foreign) return nullptr;
    return record.verdict == Verdict::orphaned;
}

void add_heap(json::object& element, const shmheap::HeapRecord& heap) {
    element["heap_size"] = heap.committed_bytes;
    element["heap_used"] = heap.used_bytes;
    element["blocks_live"] = heap.blocks_live;
    element["allocation_failures"] = heap.allocation_failures;
    element["creator"] = heap.creator_pid;
    element["created_at"] = time_value(heap.created_at_ns);
    element["pid_namespace"] = heap.pid_namespace;
    element["component"] = escape(heap.component());
    element["tag"] = escape(heap.tag());
}

json::array connections_of(const FileRecord& record) {
    json::array connections;
    for (const shmheap::StreamRecord& stream : record.streams) {
        json::object element;
        element["name"] = connection_text(record, stream);
        element["slot"] = stream.slot;
        element["producer"] = record.heap.creator_pid;
        element["producer_component"] = escape(record.heap.component());
        element["consumer"] = stream.client_pid;
        element["consumer_component"] = escape(stream.client_component());
        element["opened_at_ns"] = stream.opened_at_ns;
        element["messages"] = stream.messages;
        element["bytes"] = stream.bytes;
        element["copied"] = stream.copied;
        element["dropped"] = stream.dropped;
        element["lag"] = stream.lag;
        element["depth"] = stream.depth;
        element["leases"] = stream.leases;
        element["oldest_lease_at_ns"] = stream.oldest_lease_at_ns;
        element["oldest_lease_age_ns"] = optional_value(stream.oldest_lease_age_ns());
        element["opened_at"] = time_value(stream.opened_at_ns);
        element["oldest_lease_at"] = time_value(stream.oldest_lease_at_ns);
        connections.push_back(std::move(element));
    }
    return connections;
}

void add_redhawk(json::object& element, const RedhawkRecord& heap) {
    element["heap_size"] = heap.heap_bytes;
    element["heap_used"] = heap.used_bytes;
    element["creator"] = heap.creator_pid;
}

const char* to_string(CleanStatus result) {
    switch (result) {
        case CleanStatus::unlinked:
            return "unlinked";
        case CleanStatus::would_unlink:
            return "would-unlink";
        case CleanStatus::left:
            return "left";
        case CleanStatus::refused:
            return "refused";
        case CleanStatus::failed:
            return "failed";
    }
    return "";
}

}  // namespace

JsonReport::JsonReport(std::string_view path, const Space& space, Scanner::Streams streams)
    : streams_(streams),
      text_(open_document({{"version", json_version},
                           {"directory", escape(path)},
                           {"size", space.size_bytes},
                           {"free", space.free_bytes}})) {}

void JsonReport::add_file(const FileRecord& record, const Details& details) {
    const bool is_heap = !orphaned_text(record).empty();
    json::object element;
    element["name"] = escape(record.name);
    element["type"] = type_text(record);
    element["verdict"] = to_string(record.verdict);
    if (!record.reason.empty()) element["reason"] = escape(record.reason);
    element["file_size"] = record.status.st_size;
    element["allocated"] = record.allocated_bytes();
    if (is_heap && record.format == Format::heap) add_heap(element, record.heap);
    if (is_heap && record.format == Format::redhawk) add_redhawk(element, record.redhawk);
    if (is_heap) {
        element["orphaned"] = orphaned_value(record);
        element["refcount"] = reference_count(record);
    }
    if (is_heap && streams_ == Scanner::Streams::look_at)
        element["connections"] = connections_of(record);
    if (record.foreign) {
        element["framework"] = record.foreign->kind;
        element["owner"] = foreign::to_string(record.foreign->owner);
        element["evidence"] = record.foreign->evidence;
    }
    element["uid"] = record.status.st_uid;
    element["user"] = escape(names_.user(record.status.st_uid));
    element["gid"] = record.status.st_gid;
    element["group"] = escape(names_.group(record.status.st_gid));
    element["mode"] = fmt::format("{:o}", record.permissions());
    add_details(element, details);
    append_element(text_, first_, element);
}

void JsonReport::finish(const JsonRest& rest) {
    text_ += "]";
    add_rest(text_, rest);
    text_ += "}\n";
}

JsonCleanReport::JsonCleanReport(std::string_view path, bool dry_run)
    : text_(open_document(
          {{"version", json_version}, {"directory", escape(path)}, {"dry_run", dry_run}})) {}

void JsonCleanReport::add_outcome(const CleanOutcome& outcome) {
    json::object element;
    element["name"] = escape(outcome.name);
    element["verdict"] = to_string(outcome.verdict);
    element["result"] = to_string(outcome.result);
    if (!outcome.message.empty()) element["message"] = outcome.message;
    if (outcome.details) {
        element["type"] = outcome.details->type;
        element["evidence"] = outcome.details->evidence;
        element["file_size"] = outcome.details->file_bytes;
        element["bytes_now"] = outcome.details->returns.bytes_now;
        element["bytes_later"] = outcome.details->returns.bytes_later;
        element["holders"] = outcome.details->returns.holders;
        element["other_names"] = outcome.details->returns.other_names;
        if (!outcome.details->returns.blind_spots.empty())
            element["blind_spots"] = outcome.details->returns.blind_spots;
    }
    append_element(text_, first_, element);
}

void JsonCleanReport::finish() {
    text_ += "]}\n";
}

}  // namespace reaper
