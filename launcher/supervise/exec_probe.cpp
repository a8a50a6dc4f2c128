#include "launcher/supervise/exec_probe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/process_host.hpp"
#include "os/error.hpp"

namespace launcher {
namespace {

using shmheap::os::UniqueFd;

Probe::Result failed(std::string what) {
    return {.has_passed = false, .what = std::move(what)};
}

Probe::Result result_of(const Exit& exit) {
    if (const auto* exited = std::get_if<Exited>(&exit)) {
        if (exited->status == 0) return {.has_passed = true};
        return failed("status " + std::to_string(exited->status));
    }
    return failed(format_signal(std::get<Killed>(exit).signal));
}

}  // namespace

ExecProbe::ExecProbe(ProcessHost& host, const SpawnRequest& request, const ExecTest& test)
    : host_(host), latch_(request.latch) {
    launch(request, test);
}

void ExecProbe::launch(const SpawnRequest& request, const ExecTest& test) {
    const UniqueFd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!null) {
        result_ = failed(shmheap::Error{errno, "open", "/dev/null"}.message());
        return;
    }
    const auto arguments = pointers(test.command);
    const auto environment = pointers(request.environment);
    const Cgroup* group =
        host_.containment_ ? host_.containment_->of(request.descriptor.name) : nullptr;
    const ChildImage image{.executable = test.executable.c_str(),
                           .arguments = arguments.data(),
                           .environment = environment.data(),
                           .working_directory = request.descriptor.working_directory.c_str(),
                           .output = null.get(),
                           .cgroup = group != nullptr ? group->fd() : -1};
    auto child = host_.launcher_.launch(image);
    if (!child) {
        result_ = failed(child.error().message());
        return;
    }
    if (child->error != 0) {
        ProcessHost::collect(child->pidfd.get());
        result_ = failed(shmheap::Error{child->error, child->doing, test.executable}.message());
        return;
    }
    pid_ = child->pid;
    // Known as a leader, nobody else collects it, and what is in its group is the component's.
    host_.orphans_.add_leader(pid_, request.tag);
    watch_.emplace(host_.executor_, std::move(child->pidfd),
                   [&latch = latch_] { latch.release(); });
}

std::optional<Probe::Result> ExecProbe::result() {
    if (!result_ && watch_->ended()) {
        result_ = result_of(ProcessHost::peek(watch_->pidfd()));
        collect();
    }
    return result_;
}

/// What it left in its group goes first, while the pid still pins the group's number.
void ExecProbe::collect() {
    kill(-pid_, SIGKILL);
    ProcessHost::collect(watch_->pidfd());
    watch_.reset();
    host_.orphans_.remove_leader(pid_);
    host_.collect_unknown();
}

/// A program that has not ended is killed and left to whoever collects unknown children. It may
/// have gone over to another process group.
ExecProbe::~ExecProbe() {
    if (!watch_) return;
    kill(pid_, SIGKILL);  // a child that nobody has collected: the pid is its own
    kill(-pid_, SIGKILL);
    host_.orphans_.remove_leader(pid_);
    if (watch_->ended()) host_.collect_unknown();
}

}  // namespace launcher
