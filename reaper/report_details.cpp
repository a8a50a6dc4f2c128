// The part of the text report that is shown below the files, where asked for.
#include <fmt/format.h>

#include <algorithm>

#include "reaper/escape.hpp"
#include "reaper/report_text.hpp"
#include "reaper/time_text.hpp"

namespace reaper {
namespace {

constexpr std::size_t bar_width = 20;

/// As many marks as the share has of all; at least one of anything.
std::string bar(std::uint64_t share, std::uint64_t all) {
    if (share == 0 || all == 0) return {};
    const double part = static_cast<double>(share) / static_cast<double>(all);
    const auto marks = static_cast<std::size_t>(part * bar_width);
    return std::string(std::clamp<std::size_t>(marks, 1, bar_width), '#');
}

std::string client_text(const shmheap::ClientRecord& client) {
    std::string text = fmt::format("{}, {} lease{}", process_text(client.pid, client.component()),
                                   client.held.leases, client.held.leases == 1 ? "" : "s");
    if (const auto age = client.oldest_lease_age_ns()) text += ", oldest " + age_text(*age);
    return text + (client.alive ? ", alive" : ", dead");
}

}  // namespace

std::string_view holding_text(const Holder& holder) {
    if (holder.maps && holder.open) return "maps and opens";
    return holder.maps ? "maps" : "opens";
}

void TextReport::add_details(const Details& details) {
    if (details.holders) add_holders(*details.holders);
    if (details.clients) add_clients(*details.clients);
    if (details.blocks) add_blocks(*details.blocks);
}

void TextReport::add_holders(const std::vector<Holder>& holders) {
    if (holders.empty()) add_line("held by", "nobody that was found");
    for (const Holder& holder : holders)
        add_line("held by", fmt::format("{}, {}", process_text(holder.pid, holder.name),
                                        holding_text(holder)));
}

void TextReport::add_clients(const std::vector<shmheap::ClientRecord>& clients) {
    if (clients.empty()) add_line("clients", "none");
    for (const shmheap::ClientRecord& client : clients)
        add_line(fmt::format("client {}", client.slot), client_text(client));
}

void TextReport::add_blocks(const shmheap::BlockUsage& usage) {
    const auto add_row = [this, &usage](std::string_view size, const shmheap::BlockCount& count,
                                        std::uint64_t bytes) {
        if (count.live == 0 && count.cached == 0) return;
        auto row = fmt::format("{:>10} {:>10} {:>10}  {}", count.live, count.cached,
                               size_text(bytes, sizes_), bar(bytes, usage.blocks.live_bytes()));
        row.erase(row.find_last_not_of(' ') + 1);
        add_line(size, row);
    };
    add_line("block size", fmt::format("{:>10} {:>10} {:>10}", "live", "kept", "bytes"));
    for (std::size_t index = 0; index < usage.blocks.classes.size(); ++index) {
        const auto size = shmheap::detail::class_sizes[index];
        const auto& count = usage.blocks.classes[index];
        add_row(size_text(size, sizes_), count, shmheap::multiply_clamped(count.live, size));
    }
    add_row("larger", usage.blocks.large, usage.blocks.large_live_bytes);
    add_line("unused", fmt::format("{} ({} fragmentation)", size_text(usage.unused_bytes(), sizes_),
                                   percent_text(usage.unused_bytes(), usage.committed_bytes)));
    add_size("kept", usage.blocks.cached_bytes());
    if (!usage.free) return add_line("free spans", "not known: the owner has not tidied up yet");
    add_size("free spans", usage.free->bytes);
    add_size("longest", usage.free->longest_bytes);
    add_line("seen", time_text(usage.free->seen_at_ns));
}

void TextReport::add_deleted(const std::vector<DeletedFile>& deleted) {
    for (const DeletedFile& file : deleted) {
        const auto name = file.held->path.substr(file.held->path.rfind('/') + 1);
        text_.append("\n").append(escape(name)).append("\n");
        add_line("type", "deleted");
        add_line("inode", std::to_string(file.inode));
        if (file.held->size) {
            add_size("file size", file.held->size->file_bytes);
            add_size("allocated", file.held->size->allocated_bytes);
        } else {
            add_line("file size", "unknown: it is only mapped, and root alone may ask");
        }
        add_holders(file.held->holders);
    }
}

void TextReport::add_account(const SpaceAccount& account) {
    const auto remainder = account.remainder_bytes();
    const auto magnitude = static_cast<std::uint64_t>(remainder < 0 ? -remainder : remainder);
    text_ += "\nmemory in use\n";
    add_size("used", account.used_bytes);
    add_size("named", account.named_bytes);
    add_size("deleted", account.deleted_bytes);
    add_line("remainder", (remainder < 0 ? "-" : "") + size_text(magnitude, sizes_));
}

}  // namespace reaper
