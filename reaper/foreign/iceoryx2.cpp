/// Eclipse iceoryx2: memory of services and ports, iox2_<hash> with a suffix for what it is. Each
/// begins with the version of the library that made it. A process is a node, and has a file with
/// the suffix .node_monitor in /tmp/iceoryx2/nodes, which it keeps locked (fcntl) as long as it
/// lives, and removes at its end; one that is there and not locked is that of a dead node. A file
/// in shared memory does not say whose it is: it is that of a dead node if no other is left.
///
/// Source: iceoryx2, config/README.md (root path, prefix, suffixes),
/// iceoryx2-cal/src/dynamic_storage/posix_shared_memory.rs (Data: the version first,
/// PackageVersion: major, minor and patch in 16 bits each), iceoryx2-bb/posix/src/process_state.rs
/// (the locks).
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

struct KnownName {
    std::string_view pattern;
    std::string_view type;
};

constexpr std::array known_names{
    KnownName{"iox2_*.data", "iceoryx2 data segment"},
    KnownName{"iox2_*.dynamic", "iceoryx2 service"},
    KnownName{"iox2_*.connection", "iceoryx2 connection"},
    KnownName{"iox2_*.event", "iceoryx2 event"},
    KnownName{"iox2_*.blackboard_mgmt", "iceoryx2 blackboard"},
    KnownName{"iox2_*.blackboard_data", "iceoryx2 blackboard"},
};

bool begins_with_version(const Subject& subject) {
    constexpr std::uint64_t version_end = std::uint64_t{1} << 40;  // a major version of one byte
    const auto version = number_at<std::uint64_t>(subject.head, 0);
    return version && *version > 0 && *version < version_end;
}

Iceoryx2Nodes count_nodes(Witnesses& witnesses, uid_t user) {
    Iceoryx2Nodes nodes;
    const auto folder = shmheap::os::ShmDirectory::open(witnesses.places.iceoryx2_root + "/nodes");
    if (!folder) return nodes;
    const auto names = folder->names();
    if (!names) return nodes;
    for (const std::string& name : *names) {
        if (!matches(name, "*.node_monitor")) continue;
        const auto file = folder->open_regular_file(name, O_RDONLY);
        struct stat status {};
        auto state = FileLocks::State::unknown;
        if (file && ::fstat(file->get(), &status) == 0)
            state = witnesses.locks.ask(file->get(), status).state;
        if (state == FileLocks::State::locked) ++nodes.alive;
        // A free one of another user proves nothing: anybody may have made it.
        const bool is_proof = state == FileLocks::State::free && status.st_uid == user;
        if (is_proof) ++nodes.dead;
        if (state == FileLocks::State::unknown) ++nodes.unknown;
    }
    return nodes;
}

const Iceoryx2Nodes& nodes_for(Witnesses& witnesses, uid_t user) {
    const auto [known, is_new] = witnesses.iceoryx2_nodes.try_emplace(user);
    if (is_new) known->second = count_nodes(witnesses, user);
    return known->second;
}

void ask_nodes(const Subject& subject, Finding& finding) {
    const Iceoryx2Nodes& nodes = nodes_for(subject.witnesses, subject.status.st_uid);
    const std::string& root = subject.witnesses.places.iceoryx2_root;
    if (nodes.alive > 0) {
        finding.evidence = fmt::format("{} node(s) of {} live, and it does not say whose it is",
                                       nodes.alive, root);
    } else if (nodes.unknown > 0) {
        finding.evidence = fmt::format("the nodes of {} cannot be looked at", root);
    } else if (nodes.dead > 0) {
        finding.owner = Life::dead;
        finding.evidence =
            fmt::format("all {} node(s) of {} are dead: none is locked", nodes.dead, root);
    } else {
        finding.evidence = fmt::format("there are no nodes in {}", root);
    }
}

}  // namespace

std::optional<Finding> recognise_iceoryx2(const Subject& subject) {
    for (const KnownName& known : known_names) {
        if (!matches(subject.name, known.pattern) || !begins_with_version(subject)) continue;
        Finding finding;
        finding.type = known.type;
        ask_nodes(subject, finding);
        return finding;
    }
    return {};
}

}  // namespace reaper::foreign
