/// A health check by a program: it passes with status 0. The program runs as a child of harrier in
/// the component's environment and folder, with nothing to read and nobody who reads what it
/// prints. What it leaves in its process group ends with it; what has left that bears the
/// component's tag, and is in its control group where there is one, so it ends with the component.
/// Main thread only.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "launcher/supervise/host.hpp"
#include "launcher/supervise/process_watch.hpp"

namespace launcher {

class ProcessHost;

class ExecProbe final : public Probe {
public:
    ExecProbe(ProcessHost& host, const SpawnRequest& request, const ExecTest& test);
    ExecProbe(const ExecProbe&) = delete;
    ExecProbe& operator=(const ExecProbe&) = delete;
    ~ExecProbe() override;

    [[nodiscard]] std::optional<Result> result() override;

private:
    void launch(const SpawnRequest& request, const ExecTest& test);
    void collect();

    ProcessHost& host_;
    Latch& latch_;
    pid_t pid_ = -1;
    std::optional<ProcessWatch> watch_;  // while the program is in the process table
    std::optional<Result> result_;
};

}  // namespace launcher
