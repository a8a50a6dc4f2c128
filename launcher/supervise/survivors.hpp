/// Which components of an earlier harrier, which was killed, live on and are this one's now. Asked
/// once, before anything is ended or started. Main thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/supervise/kept.hpp"

namespace launcher {

/// A leader that lives, held by its pidfd.
struct Survivor {
    KeptRecord record;
    shmheap::os::UniqueFd pidfd;
    bool is_changed = false;  ///< it was started with another description
};

/// By component. All of one instance: whoever adopts them goes on with its uuid, so that their tags
/// and control groups are those of the instance.
using Survivors = std::map<std::string, Survivor>;

/// Those of `application` that are to be kept and whose recorded leader lives: neither dead nor a
/// zombie, nor another process that has got its pid. A record that cannot be understood is told of,
/// with what follows: its component is ended with all other left-overs, and started anew. Errors:
/// it cannot be found out of one whether it lives, as without a free descriptor.
shmheap::Result<Survivors> find_survivors(const Application& application,
                                          const std::string& run_directory, const EventSink& emit);

/// The uuid of their instance; empty when there are none.
std::string_view instance_of(const Survivors& survivors);

std::set<std::string> names_of(const Survivors& survivors);
std::set<std::string, std::less<>> tags_of(const Survivors& survivors);
std::vector<pid_t> pids_of(const Survivors& survivors);

}  // namespace launcher
