#include "launcher/supervise/survivors.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "launcher/kept_path.hpp"
#include "launcher/supervise/fingerprint.hpp"
#include "os/error.hpp"
#include "os/process_id.hpp"

namespace launcher {
namespace {

using shmheap::os::UniqueFd;

/// A pidfd is readable when its process has ended, a zombie's from its death on.
bool has_ended(const UniqueFd& pidfd) {
    pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    return poll(&ended, 1, 0) != 0;
}

/// The start time is read with the pidfd in hand: whoever has it then and has not ended afterwards
/// is the process that the pidfd holds.
/// Without a value it is dead. Errors: it cannot be found out whether it is, as without a
/// descriptor.
shmheap::Result<std::optional<UniqueFd>> hold(const KeptRecord& record) {
    UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, record.pid, 0)));
    if (!pidfd && errno == ESRCH) return std::nullopt;
    if (!pidfd) return shmheap::os::error("look for", record.tag);
    const auto start_ticks = shmheap::os::process_start_ticks(record.pid);
    if (has_ended(pidfd)) return std::nullopt;
    if (!start_ticks) return shmheap::fail(EAGAIN, "look for", record.tag);
    if (*start_ticks != record.start_ticks) return std::nullopt;
    return pidfd;
}

/// Whether the record is of this component, as its tag says.
bool is_of(const KeptRecord& record, const std::string& application, const std::string& component) {
    const std::string tag = application + '/' + std::string(instance_of(record)) + '/' + component +
                            '/' + std::to_string(start_number_of(record));
    return record.tag == tag && start_number_of(record) > 0;
}

void tell(const std::string& component, const std::string& file, const shmheap::Error& error,
          const EventSink& emit) {
    Event event{.kind = EventKind::leftover, .component = component};
    event.with("record", file)
        .with("error", error.message())
        .with("remedy", "ended and started anew");
    emit(event);
}

}  // namespace

shmheap::Result<Survivors> find_survivors(const Application& application,
                                          const std::string& run_directory, const EventSink& emit) {
    const KeptFiles files(run_directory);
    Survivors survivors;
    for (const Descriptor& descriptor : application.components) {
        if (descriptor.on_supervisor_loss != SupervisorLoss::keep) continue;
        auto record = files.read(descriptor.name);
        if (!record) {
            const int code = record.error().code;
            if (code == EMFILE || code == ENFILE || code == ENOMEM)
                return tl::unexpected(record.error());
            if (code != ENOENT)
                tell(descriptor.name, kept_path(run_directory, descriptor.name, kept_record),
                     record.error(), emit);
            continue;
        }
        const bool is_same_instance =
            survivors.empty() || instance_of(*record) == instance_of(survivors);
        if (!is_of(*record, application.name, descriptor.name) || !is_same_instance) continue;
        auto held = hold(*record);
        if (!held) return tl::unexpected(held.error());
        if (!*held) continue;
        const bool is_changed = record->fingerprint != fingerprint_of(descriptor);
        survivors.emplace(descriptor.name,
                          Survivor{*std::move(record), **std::move(held), is_changed});
    }
    return survivors;
}

std::string_view instance_of(const Survivors& survivors) {
    return survivors.empty() ? std::string_view() : instance_of(survivors.begin()->second.record);
}

std::set<std::string> names_of(const Survivors& survivors) {
    std::set<std::string> names;
    for (const auto& [name, survivor] : survivors)
        names.insert(name);
    return names;
}

std::set<std::string, std::less<>> tags_of(const Survivors& survivors) {
    std::set<std::string, std::less<>> tags;
    for (const auto& [name, survivor] : survivors)
        tags.insert(survivor.record.tag);
    return tags;
}

std::vector<pid_t> pids_of(const Survivors& survivors) {
    std::vector<pid_t> pids;
    for (const auto& [name, survivor] : survivors)
        pids.push_back(survivor.record.pid);
    return pids;
}

}  // namespace launcher
