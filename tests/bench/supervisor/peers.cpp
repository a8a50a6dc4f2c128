// The supervisors of others, from their Debian packages, each as its manual describes it and with a
// configuration and files of its own. A service of s6 and of runit is a folder with a program
// `run`: here a symbolic link to the component itself, which spares them a shell script; what it
// needs to know is in the environment.
#include <array>
#include <csignal>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "harness/child.hpp"
#include "supervisor/subjects.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;

/// A supervisor below a keeper, which sees to its end.
class Kept final : public Supervision {
public:
    Kept(Child keeper, pid_t root, int stop_signal)
        : keeper_(std::move(keeper)), root_(root), stop_signal_(stop_signal) {}
    ~Kept() override { keeper_.end(); }

    shmheap::Status stop() override {
        const auto answer = keeper_.ask("stop " + std::to_string(stop_signal_));
        if (!answer) return tl::unexpected(answer.error());
        if (*answer != "ended") return shmheap::fail(ETIMEDOUT, "stop a peer");
        return {};
    }
    [[nodiscard]] pid_t root() const override { return root_; }

private:
    Child keeper_;
    pid_t root_;
    int stop_signal_;  ///< ends the supervisor and all that it runs
};

using Supervised = shmheap::Result<std::unique_ptr<Supervision>>;

Supervised keep(std::vector<std::string> command, int stop_signal, const Application& application) {
    command.insert(command.begin(), program_folder() + "/bench_keeper");
    auto keeper =
        Child::start({.command = std::move(command),
                      .environment = {"BENCH_FIFO=" + application.fifo.string(),
                                      "BENCH_HEAP_BYTES=" + std::to_string(application.heap_bytes),
                                      "SHMHEAP_DIR=" + application.heaps.string()}});
    if (!keeper) return tl::unexpected(keeper.error());
    const auto pid = keeper->ask("pid");
    if (!pid) return tl::unexpected(pid.error());
    return std::make_unique<Kept>(std::move(*keeper), std::stoi(*pid), stop_signal);
}

/// A folder of services, each a folder with a link to the component.
shmheap::Result<fs::path> make_services(const char* name, const Application& application,
                                        const OwnDirectory& directory) {
    auto services = directory.fresh(name);
    if (!services) return services;
    const fs::path program = application.program();
    for (int i = 0; i < application.count; ++i) {
        const fs::path service = *services / ("c" + std::to_string(i));
        std::error_code error;
        fs::create_directory(service, error);
        if (!error) fs::create_symlink(program, service / "run", error);
        if (error) return shmheap::fail(error.value(), "make service", service.string());
    }
    return services;
}

Supervised supervise_with_s6(const Application& application, const OwnDirectory& directory) {
    const auto services = make_services("s6-services", application, directory);
    if (!services) return tl::unexpected(services.error());
    return keep({installed_program("s6-svscan"), "-c", std::to_string(application.count + 10),
                 services->string()},
                SIGTERM, application);
}

Supervised supervise_with_runit(const Application& application, const OwnDirectory& directory) {
    const auto services = make_services("runit-services", application, directory);
    if (!services) return tl::unexpected(services.error());
    return keep({installed_program("runsvdir"), services->string()}, SIGHUP, application);
}

Supervised supervise_with_supervisord(const Application& application,
                                      const OwnDirectory& directory) {
    const auto folder = directory.fresh("supervisord");
    if (!folder) return tl::unexpected(folder.error());
    const fs::path path = *folder / "supervisord.conf";
    constexpr int fds_each = 3;
    constexpr int fds_more = 100;
    {
        std::ofstream file(path);
        file << "[supervisord]\nnodaemon = true\nlogfile = /dev/null\nlogfile_maxbytes = 0\n"
             << "pidfile = " << (*folder / "pid").string() << "\n"
             << "childlogdir = " << folder->string() << "\n"
             << "minfds = " << application.count * fds_each + fds_more << "\n"
             << "[program:c]\ncommand = " << application.program().string() << "\n"
             << "process_name = c%(process_num)d\nnumprocs = " << application.count << "\n"
             << "stdout_logfile = NONE\nstderr_logfile = NONE\n";
        if (application.heap_bytes > 0) file << "autorestart = true\nstartsecs = 0\n";
    }
    return keep({installed_program("supervisord"), "-c", path.string()}, SIGTERM, application);
}

}  // namespace

fs::path Application::program() const {
    const std::string path =
        component == Component::fails ? "/bin/false" : program_folder() + "/bench_component";
    std::error_code error;
    return fs::canonical(path, error);
}

std::vector<Subject> subjects() {
    std::vector<Subject> all{
        {.name = "harrier", .supervise = supervise_with_harrier, .clears_heaps = true},
        {.name = "bare-spawn",
         .supervise = supervise_bare,
         .is_program = false,
         .clears_heaps = true}};
    const std::array peers{
        std::pair{"supervisord",
                  Subject{.name = "supervisord", .supervise = supervise_with_supervisord}},
        std::pair{"s6-svscan", Subject{.name = "s6", .supervise = supervise_with_s6}},
        std::pair{"runsvdir", Subject{.name = "runit", .supervise = supervise_with_runit}}};
    for (const auto& [program, peer] : peers) {
        if (!installed_program(program).empty()) all.push_back(peer);
    }
    return all;
}

}  // namespace bench
