#include "launcher/supervise/heap_probe.hpp"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/environment.hpp"
#include "os/shm_directory.hpp"
#include "reaper/scan.hpp"
#include "shmheap/layout.hpp"

namespace launcher {
namespace {

using reaper::FileRecord;
using reaper::Scanner;

HeapFacts facts_of(const FileRecord& record) {
    HeapFacts facts;
    // The file has other parts before the payload, of which blocks cannot use a byte.
    if (record.heap.size_max > shmheap::payload_offset)
        facts.used_share = static_cast<double>(record.heap.used_bytes) /
                           static_cast<double>(record.heap.size_max - shmheap::payload_offset);
    facts.allocation_failures = record.heap.allocation_failures;
    for (const shmheap::StreamRecord& stream : record.streams) {
        const auto age = stream.oldest_lease_age_ns();
        // Written by clients: an age of centuries is none that a Duration could not hold.
        if (age && *age <= static_cast<std::uint64_t>(Duration::max().count()))
            facts.lease_age = std::max(facts.lease_age, Duration(static_cast<std::int64_t>(*age)));
    }
    return facts;
}

bool is_of(const FileRecord& record, const std::string& tag) {
    return record.format == reaper::Format::heap && record.heap.tag() == tag;
}

std::optional<std::string> check_heap(const FileRecord& record, const HeapTest& test) {
    auto exceeded = exceeded_limit(test, facts_of(record));
    if (exceeded) *exceeded = record.name + ": " + *exceeded;
    return exceeded;
}

std::string directory_of(const SpawnRequest& request) {
    const char* const directory = find_variable(request.environment, "SHMHEAP_DIR");
    return directory != nullptr && *directory != '\0' ? directory
                                                      : shmheap::os::default_shm_directory;
}

}  // namespace

std::optional<std::string> exceeded_limit(const HeapTest& test, const HeapFacts& facts) {
    if (test.used_max && facts.used_share > *test.used_max)
        return fmt::format("{:.1f}% used", facts.used_share * 100);
    if (test.lease_age_max && facts.lease_age > *test.lease_age_max)
        return "a lease is " + format_duration(facts.lease_age) + " old";
    if (test.allocation_failures_max && facts.allocation_failures > *test.allocation_failures_max)
        return fmt::format("{} allocations failed", facts.allocation_failures);
    return std::nullopt;
}

HeapProbe::HeapProbe(const SpawnRequest& request, pid_t leader, const HeapTest& test) {
    result_.has_passed = false;
    const auto directory = shmheap::os::ShmDirectory::open(directory_of(request));
    if (!directory) {
        result_.what = directory.error().message();
        return;
    }
    const auto scanner = std::make_unique<Scanner>(*directory, Scanner::Streams::look_at);
    FileRecord record;
    const reaper::DirectoryEntry own{.name = "heap-" + std::to_string(leader), .type = DT_REG};
    std::optional<std::string> exceeded;
    if (scanner->look(own, record) && is_of(record, request.tag)) {
        exceeded = check_heap(record, test);
    } else if (const auto entries = scanner->entries()) {
        for (const reaper::DirectoryEntry& entry : *entries) {
            const bool is_candidate = !exceeded && entry.name.starts_with("heap-");
            if (is_candidate && scanner->look(entry, record) && is_of(record, request.tag))
                exceeded = check_heap(record, test);
        }
    }
    result_.has_passed = !exceeded;
    result_.what = exceeded.value_or("");
}

}  // namespace launcher
