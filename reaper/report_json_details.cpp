#include "reaper/report_json_details.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "reaper/escape.hpp"
#include "reaper/time_text.hpp"

namespace reaper {
namespace {

namespace json = boost::json;

json::array holders_value(const std::vector<Holder>& holders) {
    json::array list;
    for (const Holder& holder : holders) {
        list.push_back(json::object{{"pid", holder.pid},
                                    {"name", escape(holder.name)},
                                    {"maps", holder.maps},
                                    {"open", holder.open}});
    }
    return list;
}

json::array clients_value(const std::vector<shmheap::ClientRecord>& clients) {
    json::array list;
    for (const shmheap::ClientRecord& client : clients) {
        json::object element;
        element["slot"] = client.slot;
        element["pid"] = client.pid;
        element["component"] = escape(client.component());
        element["attached_at"] = time_value(client.attached_at_ns);
        element["leases"] = client.held.leases;
        element["oldest_lease_at"] = time_value(client.held.oldest_at_ns);
        element["oldest_lease_age_ns"] = optional_value(client.oldest_lease_age_ns());
        element["alive"] = client.alive;
        list.push_back(std::move(element));
    }
    return list;
}

json::object blocks_value(const shmheap::BlockUsage& usage) {
    json::array classes;
    for (std::size_t index = 0; index < usage.blocks.classes.size(); ++index) {
        const auto& count = usage.blocks.classes[index];
        if (count.live == 0 && count.cached == 0) continue;
        classes.push_back(json::object{{"block_size", shmheap::detail::class_sizes[index]},
                                       {"live", count.live},
                                       {"kept", count.cached}});
    }
    json::object element;
    element["classes"] = std::move(classes);
    element["larger"] = json::object{{"live", usage.blocks.large.live},
                                     {"kept", usage.blocks.large.cached},
                                     {"live_bytes", usage.blocks.large_live_bytes},
                                     {"kept_bytes", usage.blocks.large_cached_bytes}};
    element["live_bytes"] = usage.blocks.live_bytes();
    element["kept_bytes"] = usage.blocks.cached_bytes();
    element["unused_bytes"] = usage.unused_bytes();
    element["free_span_bytes"] = nullptr;
    element["longest_free_span_bytes"] = nullptr;
    element["free_spans_seen_at"] = nullptr;
    if (usage.free) {
        element["free_span_bytes"] = usage.free->bytes;
        element["longest_free_span_bytes"] = usage.free->longest_bytes;
        element["free_spans_seen_at"] = time_text(usage.free->seen_at_ns);
    }
    return element;
}

json::array deleted_value(const std::vector<DeletedFile>& deleted) {
    json::array list;
    for (const DeletedFile& file : deleted) {
        json::object element;
        element["path"] = escape(file.held->path);
        element["inode"] = file.inode;
        element["file_size"] = nullptr;
        element["allocated"] = nullptr;
        if (file.held->size) {
            element["file_size"] = file.held->size->file_bytes;
            element["allocated"] = file.held->size->allocated_bytes;
        }
        element["holders"] = holders_value(file.held->holders);
        list.push_back(std::move(element));
    }
    return list;
}

void append_key(std::string& text, std::string_view key, const json::value& value) {
    text.append(",\n\"").append(key).append("\":");
    text += json::serialize(value);
}

}  // namespace

void add_details(json::object& element, const Details& details) {
    if (details.holders) element["holders"] = holders_value(*details.holders);
    if (details.clients) element["clients"] = clients_value(*details.clients);
    if (details.blocks) element["blocks"] = blocks_value(*details.blocks);
}

void add_rest(std::string& text, const JsonRest& rest) {
    if (rest.held != nullptr) {
        append_key(text, "unreadable_processes", rest.held->unreadable);
        append_key(text, "sees_all_processes", rest.held->view == ProcView::everyone);
    }
    if (rest.deleted != nullptr) append_key(text, "deleted", deleted_value(*rest.deleted));
    if (rest.account == nullptr) return;
    append_key(text, "memory",
               json::object{{"used", rest.account->used_bytes},
                            {"named", rest.account->named_bytes},
                            {"deleted", rest.account->deleted_bytes},
                            {"remainder", rest.account->remainder_bytes()}});
}

json::value time_value(std::uint64_t time_ns) {
    return time_ns == 0 ? json::value(nullptr) : json::value(time_text(time_ns));
}

json::value optional_value(std::optional<std::uint64_t> number) {
    return number ? json::value(*number) : json::value(nullptr);
}

}  // namespace reaper
