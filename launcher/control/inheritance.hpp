/// What this program was left by the one that ran in its process before it (`harrier upgrade`), and
/// how the parts of an instance go on from that. It is read and complete before any of them is
/// made; each descriptor is taken once. Main thread.
#pragma once

#include <sys/resource.h>

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/control/handover.hpp"
#include "launcher/control/journal.hpp"
#include "launcher/control/server.hpp"
#include "launcher/observe/console.hpp"
#include "launcher/observe/output.hpp"
#include "launcher/supervise/cgroup.hpp"
#include "launcher/supervise/process_host.hpp"
#include "launcher/supervise/run_directory.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

class Inheritance {
public:
    /// Reads the record in `fd`, closes that, and keeps what was left open from later programs.
    /// Errors: sentences; what is wrong with the record, or with the description in it.
    static tl::expected<Inheritance, std::vector<std::string>> take(int fd);

    /// Once.
    [[nodiscard]] Application take_application() { return std::move(described_.application); }

    [[nodiscard]] rlimit open_files() const;
    [[nodiscard]] std::string instance() const;
    shmheap::Result<RunDirectory> run_directory(const std::string& application);
    std::unique_ptr<Containment> containment(const std::string& application);
    shmheap::os::UniqueFd control();

    /// What was printed, and is to be printed, before anything else is.
    void restore_output(const Application& application, Output& output, Console& console) const;
    void restore(Journal& journal) const;

    /// Before the loop runs.
    void restore(Supervisor& supervisor, ProcessHost& host);

    /// Tells that it is done.
    void tell(const EventSink& emit) const;
    void answer(Server& server);

private:
    Inheritance(boost::json::object record, Described described)
        : record_(std::move(record)), described_(std::move(described)) {}

    [[nodiscard]] int number(const char* key) const;
    [[nodiscard]] std::string text(const char* key) const;

    boost::json::object record_;
    Described described_;
};

}  // namespace launcher
