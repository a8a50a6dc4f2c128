#include "launcher/supervise/old_heaps.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "launcher/supervise/reaping.hpp"
#include "os/shm_directory.hpp"
#include "reaper/reap.hpp"

namespace launcher {
namespace {

/// Where the component's heaps lie, when it says so itself.
std::optional<std::string> own_directory_of(const Descriptor& descriptor) {
    const auto found = descriptor.environment.find("SHMHEAP_DIR");
    if (found == descriptor.environment.end()) return std::nullopt;
    const auto& value = found->second;
    if (!value || value->empty()) return shmheap::os::default_shm_directory;
    return (std::filesystem::path(descriptor.working_directory) / *value).string();
}

/// Each once, however it is spelled; harrier's own first.
std::vector<std::string> directories_of(const OldHeaps& old) {
    std::vector<std::string> directories{old.own_directory};
    for (const Descriptor& descriptor : old.application.components) {
        if (auto directory = own_directory_of(descriptor))
            directories.push_back(*std::move(directory));
    }
    std::set<std::string> seen;
    std::erase_if(directories, [&seen](const std::string& directory) {
        std::error_code unknown;
        const auto path = std::filesystem::canonical(directory, unknown);
        return !seen.insert(unknown ? directory : path.string()).second;
    });
    return directories;
}

/// The components whose heaps are to stay.
std::set<std::string, std::less<>> staying(const Application& application) {
    std::set<std::string, std::less<>> names;
    for (const Descriptor& descriptor : application.components) {
        if (descriptor.heap.reap == ReapHeap::never) names.insert(descriptor.name);
    }
    return names;
}

}  // namespace

void sweep_old_heaps(const OldHeaps& old, const EventSink& emit,
                     const std::function<void(const std::string&)>& complain) {
    const std::string tag_prefix = old.application.name + '/';
    const auto stays = staying(old.application);
    const auto is_ours = [&](std::string_view tag) {
        return tag.starts_with(tag_prefix) && !old.spared.contains(tag) &&
               !stays.contains(component_of(tag));
    };
    for (const std::string& directory : directories_of(old)) {
        const auto swept = reaper::sweep(directory, geteuid(), is_ours);
        if (!swept) {
            if (swept.error().code != ENOENT) complain(swept.error().message());
            continue;
        }
        emit_outcome(swept->own, {}, emit);
        if (swept->other_orphans == 0) continue;
        const bool is_own = directory == old.own_directory;
        Event event{.kind = EventKind::orphans};
        event.with("heaps", std::to_string(swept->other_orphans))
            .with("directory", directory)
            .with("remedy", is_own ? "shmclean" : "shmclean --dir " + directory);
        emit(event);
    }
}

}  // namespace launcher
