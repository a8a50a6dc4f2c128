#include "reaper/check.hpp"

#include <algorithm>

#include "reaper/details.hpp"
#include "reaper/report_text.hpp"
#include "reaper/space.hpp"
#include "reaper/space_account.hpp"
#include "reaper/unread_files.hpp"

namespace reaper {
namespace {

double& at(Quantities& quantities, Quantity quantity) {
    return quantities[static_cast<std::size_t>(quantity)];
}

bool any_asks_for(const std::vector<Condition>& conditions, Quantity quantity) {
    return std::any_of(conditions.begin(), conditions.end(),
                       [quantity](const Condition& each) { return asks_for(each, quantity); });
}

Quantity counted_as(Verdict verdict) {
    switch (verdict) {
        case Verdict::live:
            return Quantity::live;
        case Verdict::orphaned:
            return Quantity::orphaned;
        case Verdict::foreign:
            return Quantity::unknown;
        case Verdict::other:
            return Quantity::other;
        case Verdict::damaged:
            return Quantity::damaged;
        case Verdict::unreadable:
            return Quantity::unreadable;
    }
    return Quantity::other;
}

void add_file(Quantities& quantities, const FileRecord& record) {
    at(quantities, counted_as(record.verdict)) += 1;
    if (record.verdict == Verdict::orphaned)
        at(quantities, Quantity::orphaned_size) += static_cast<double>(record.allocated_bytes());
    if (orphaned_text(record).empty()) return;
    at(quantities, Quantity::heaps) += 1;
    at(quantities, Quantity::heap_used) += static_cast<double>(used_bytes(record));
    at(quantities, Quantity::references) += reference_count(record);
    at(quantities, Quantity::failures) += static_cast<double>(record.heap.allocation_failures);
}

void add_leases(Quantities& quantities, const Details& details) {
    if (!details.clients) return;
    double& oldest = at(quantities, Quantity::oldest_lease);
    for (const shmheap::ClientRecord& client : *details.clients)
        oldest = std::max(oldest, static_cast<double>(client.oldest_lease_age_ns().value_or(0)));
}

shmheap::Status add_deleted(Counted& counted, const shmheap::os::ShmDirectory& directory) {
    const auto held = find_held_files(directory);
    if (!held) return tl::unexpected(held.error());
    for (const DeletedFile& file : deleted_files(*held)) {
        at(counted.quantities, Quantity::deleted) += 1;
        if (file.held->size)
            at(counted.quantities, Quantity::deleted_size) +=
                static_cast<double>(file.held->size->allocated_bytes);
    }
    if (auto text = blind_spot_text(*held); !text.empty()) {
        counted.blind_spots.push_back(std::move(text));
        counted.is_whole = false;
    }
    return {};
}

/// Whether a file that cannot be read may count.
bool comes_from_content(Quantity quantity) {
    switch (quantity) {
        case Quantity::free:
        case Quantity::used:
        case Quantity::size:
        case Quantity::deleted:
        case Quantity::deleted_size:
        case Quantity::unreadable:
            return false;
        default:
            return true;
    }
}

void tell_of_unread(Counted& counted, const UnreadFiles& unread,
                    const std::vector<Condition>& conditions) {
    for (std::string& complaint : unread.complaints())
        counted.blind_spots.push_back(std::move(complaint));
    if (unread.empty()) return;
    for (const Condition& condition : conditions)
        for (const Comparison& comparison : condition)
            if (comes_from_content(comparison.quantity)) counted.is_whole = false;
}

}  // namespace

shmheap::Result<Counted> find_quantities(Scanner& scanner, const Selection& selection,
                                         const std::vector<Condition>& conditions) {
    const auto space = read_space(scanner.directory());
    if (!space) return tl::unexpected(space.error());
    const auto entries = scanner.entries();
    if (!entries) return tl::unexpected(entries.error());
    Counted counted;
    Quantities& quantities = counted.quantities;
    at(quantities, Quantity::size) = static_cast<double>(space->size_bytes);
    at(quantities, Quantity::free) = static_cast<double>(space->free_bytes);
    at(quantities, Quantity::used) = static_cast<double>(space->used_bytes);

    const bool asks_for_leases = any_asks_for(conditions, Quantity::oldest_lease);
    DetailReader details(scanner.directory(), {.clients = asks_for_leases});
    UnreadFiles unread;
    FileRecord record;
    for (const DirectoryEntry& entry : *entries) {
        if (!scanner.look(entry, record)) continue;
        unread.note(record);
        if (!selection.matches(record)) continue;
        add_file(quantities, record);
        if (asks_for_leases) add_leases(quantities, details.read(record));
    }
    tell_of_unread(counted, unread, conditions);
    const bool asks_for_deleted = any_asks_for(conditions, Quantity::deleted) ||
                                  any_asks_for(conditions, Quantity::deleted_size);
    if (asks_for_deleted) {
        if (auto added = add_deleted(counted, scanner.directory()); !added)
            return tl::unexpected(added.error());
    }
    return counted;
}

}  // namespace reaper
