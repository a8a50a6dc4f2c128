/// Replaces the program that runs by another version of it, in the same process (`harrier
/// upgrade`): children stay children, descriptors stay open, and the other program goes on where
/// this one was. Nothing is done that could not be taken back until execve(2) has succeeded. In
/// this order:
///
/// - the files are read again, and say what runs; the other program is asked whether it would go on
///   with them (check_program.cpp);
/// - nothing is in the middle of anything, which is waited for, but not for long;
/// - from that look to the exec nobody else has a turn, and no log is read or written.
///
/// Main thread.
#pragma once

#include <sys/resource.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/control/applier.hpp"
#include "launcher/control/handover.hpp"
#include "launcher/control/journal.hpp"
#include "launcher/control/program_file.hpp"
#include "launcher/control/reader.hpp"
#include "launcher/control/request.hpp"
#include "launcher/observe/console.hpp"
#include "launcher/observe/output.hpp"
#include "launcher/supervise/process_host.hpp"
#include "launcher/supervise/run_directory.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

class Upgrader {
public:
    /// What outlasts the program. All that is referred to outlives this object.
    struct Parts {
        Supervisor& supervisor;
        Applier& applier;
        Reader& reader;
        ProcessHost& host;
        RunDirectory& directory;
        Output& output;
        Console& console;
        Journal& journal;
        std::string application;
        std::string instance;  ///< its uuid
        rlimit open_files;     ///< that children get
        int control;           ///< the socket that listens
    };

    /// Who asks, and is answered by the other program.
    struct Asker {
        int socket = -1;
        boost::json::value id = {};
    };

    Upgrader(Executor executor, Parts parts);
    Upgrader(const Upgrader&) = delete;
    Upgrader& operator=(const Upgrader&) = delete;

    /// Returns only if it has not come to it, and says why. `program` is an absolute path, or empty
    /// for the one by which this program was started.
    Awaitable<Refusal> upgrade(std::string program, Asker asker);

private:
    /// What was found out before anything was touched.
    struct Candidate {
        std::string program;
        ProgramFile file;
        std::vector<std::string> files;
        Description description;
        std::string objection;  ///< of the program, in words
        tl::expected<Described, std::vector<Diagnostic>> described{};
    };

    Awaitable<std::optional<Refusal>> await_applied();
    Awaitable<std::optional<Refusal>> examine(Candidate& candidate);
    [[nodiscard]] std::optional<Refusal> difference(const Described& described) const;
    [[nodiscard]] std::string transition() const;
    Awaitable<Refusal> replace(const Candidate& candidate, const Asker& asker);
    Awaitable<std::string> attempt(const Candidate& candidate, const Asker& asker,
                                   TimePoint deadline);
    std::string obstacle(const Candidate& candidate);
    [[nodiscard]] shmheap::Result<boost::json::object> record_of(const Candidate& candidate,
                                                                 const Asker& asker) const;
    [[nodiscard]] shmheap::Result<boost::json::object> carry_outputs() const;
    static std::vector<int> descriptors_in(const boost::json::object& record);
    static std::string objection_of(Candidate& candidate);
    static std::string execute_that(const Candidate& candidate, std::vector<std::string> arguments);
    std::string execute(const Candidate& candidate, boost::json::object record);

    Executor executor_;
    Parts parts_;
    std::string own_program_;
    bool is_under_way_ = false;
    bool is_hopeless_ = false;  // the last attempt: waiting does not help
};

}  // namespace launcher
