#include "launcher/supervise/reaping.hpp"

#include <unistd.h>

#include <cerrno>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/environment.hpp"

namespace launcher {
namespace {

/// A reader of /proc/PID/smaps can hold a dead process's memory, and with it its lock, for a
/// moment.
constexpr std::chrono::milliseconds lock_patience{100};

void emit_failure(const shmheap::Error& error, const std::string& component,
                  const EventSink& emit) {
    Event event{.kind = EventKind::leftover, .component = component};
    emit(event.with("error", error.message()));
}

}  // namespace

void reap_component(const Descriptor& descriptor, const SpawnRequest& request, Shared& shared) {
    if (descriptor.heap.reap == ReapHeap::never) return;
    const char* directory = find_variable(request.environment, "SHMHEAP_DIR");
    const reaper::HeapSelection selection{
        .directory = directory != nullptr && *directory != '\0' ? directory : shared.shm_directory,
        .tag_prefix = request.tag,
        .uid = geteuid()};
    // Where survivors are meant to be, a lock that is held says nothing but that they live.
    const auto patience =
        descriptor.kill_mode == KillMode::process ? std::chrono::milliseconds(0) : lock_patience;
    reap_heaps(selection, patience, descriptor.name, shared);
}

std::size_t reap_heaps(const reaper::HeapSelection& selection, std::chrono::milliseconds patience,
                       const std::string& component, Shared& shared) {
    const auto outcome = shared.reap(selection, patience);
    // Where there is no directory there is no heap.
    if (!outcome && outcome.error().code == ENOENT) return 0;
    if (!outcome) {
        emit_failure(outcome.error(), component, shared.emit);
        return 1;
    }
    emit_outcome(*outcome, component, shared.emit);
    shared.totals.heaps_reaped += static_cast<unsigned>(outcome->reaped.size());
    return outcome->failures.size();
}

void emit_outcome(const reaper::ReapOutcome& outcome, const std::string& component,
                  const EventSink& emit) {
    for (const reaper::ReapReport& report : outcome.reaped) {
        Event event{.kind = EventKind::reaped,
                    .component = report.component.empty() ? component : report.component};
        event.with("heap", report.heap)
            .with("bytes", format_bytes(report.bytes))
            .with("blocks", std::to_string(report.blocks_live))
            .with("clients", std::to_string(report.clients))
            .with("took", format_duration(report.took));
        emit(event);
    }
    for (const shmheap::Error& error : outcome.failures)
        emit_failure(error, component, emit);
}

}  // namespace launcher
