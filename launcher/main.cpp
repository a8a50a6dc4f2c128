/// harrier: launches the processes of an application from YAML files and supervises them. This
/// file reads the command line, loads the files and hands over; exit status 0, 1 or 2 (ExitStatus).
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/load.hpp"
#include "launcher/config/units.hpp"
#include "launcher/control/detach.hpp"
#include "launcher/control/handover.hpp"
#include "launcher/control/inheritance.hpp"
#include "launcher/control/instance.hpp"
#include "launcher/control/print.hpp"
#include "launcher/control/verbs.hpp"
#include "launcher/observe/console.hpp"
#include "launcher/supervise/stop_schedule.hpp"
#include "os/unique_fd.hpp"

namespace launcher {
namespace {

/// Whoever started us may have closed some of the descriptors 0, 1, 2. The next one opened, such as
/// the event loop's, would get the number, and what is meant for people would be written into it.
void occupy_standard_descriptors() {
    int fd = -1;
    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) close(fd);
}

/// Says what is wrong, one mistake a line.
std::optional<Application> load_or_say(const std::vector<std::string>& files, Console& console) {
    auto application = load(files, process_environment);
    if (application) return std::move(*application);
    for (const Diagnostic& diagnostic : application.error())
        console.say_plainly(diagnostic.text());
    return std::nullopt;
}

/// The verb run.
struct RunOptions {
    std::vector<std::string> files;
    bool detaches = false;
    std::string wait;  // "true" without a time
    std::string log;
    bool tells_listening = false;
    int handed_over = -1;
};

/// For CLI11, which shows what is returned when it is not empty.
std::string check_wait(const std::string& text) {
    const auto duration = parse_duration(text);
    return duration || text == "true" ? std::string() : duration.error();
}

void add_run_options(CLI::App& verb, RunOptions& options) {
    auto* detach = verb.add_flag("--detach", options.detaches,
                                 "run in the background; returns when harrier can be asked");
    verb.add_flag("--wait", options.wait,
                  "return when each component is ready; --wait=30s: fail if it takes longer")
        ->check(check_wait)
        ->needs(detach);
    verb.add_option("--log", options.log,
                    "for what harrier says then (default: harrier-APPLICATION.log)")
        ->needs(detach);
    verb.add_flag("--tell-listening", options.tells_listening)->group("");  // run_detached()
    verb.add_option("--handed-over", options.handed_over)->group("");       // Upgrader
}

/// Goes on where another program of this process was.
ExitStatus go_on(const RunOptions& options, asio::io_context& io, Console& console) {
    auto inheritance = Inheritance::take(options.handed_over);
    if (inheritance) return run_instance(std::move(*inheritance), options.files, io, console);
    for (const std::string& each : inheritance.error())
        console.say(each);
    return ExitStatus::usage;
}

ExitStatus run(const RunOptions& options, asio::io_context& io, Console& console) {
    if (options.handed_over >= 0) return go_on(options, io, console);
    shmheap::os::UniqueFd listening;
    if (options.tells_listening && fcntl(detached_listening_fd, F_SETFD, FD_CLOEXEC) == 0)
        listening.reset(detached_listening_fd);
    auto application = load_or_say(options.files, console);
    if (!application) return ExitStatus::usage;
    if (!options.detaches)
        return run_instance(std::move(*application), options.files, io, console,
                            std::move(listening));
    DetachOptions detach{.log = options.log, .waits = !options.wait.empty()};
    if (const auto timeout = parse_duration(options.wait); timeout && detach.waits)
        detach.deadline = after(Clock::now(), *timeout);
    return run_detached(*application, options.files, detach);
}

ExitStatus validate(const std::vector<std::string>& files, Console& console) {
    const auto application = load_or_say(files, console);
    if (!application) return ExitStatus::usage;
    const std::size_t count = application->components.size();
    const bool has_arrived = write_out(application->name + ": " + std::to_string(count) +
                                       (count == 1 ? " component\n" : " components\n"));
    return has_arrived ? ExitStatus::done : ExitStatus::failed;
}

/// Shows the help or the version, or what is wrong with the command line.
ExitStatus show(const CLI::App& program, const CLI::ParseError& error) {
    std::ostringstream asked_for;
    if (program.exit(error, asked_for) != 0) return ExitStatus::usage;
    return write_out(asked_for.str()) ? ExitStatus::done : ExitStatus::failed;
}

/// What follows "--" is the command to launch, as it is: no option of ours, and no list in
/// brackets. Takes it off.
std::vector<std::string> take_command(int& argument_count, char** arguments) {
    std::vector<std::string> command;
    if (argument_count < 2 || std::string_view(arguments[1]) != "launch") return command;
    char** const end = arguments + argument_count;
    char** const mark = std::find(arguments, end, std::string_view("--"));
    if (mark == end) return command;
    command.assign(mark + 1, end);
    argument_count = static_cast<int>(mark - arguments);
    return command;
}

int dispatch(int argument_count, char** arguments, asio::io_context& io, Console& console) {
    CLI::App program("Launches the processes of an application and supervises them.", "harrier");
    program.set_version_flag("--version", "harrier " HARRIER_VERSION);
    program.require_subcommand(1);
    RunOptions run_options;
    auto& files = run_options.files;
    auto* run_verb = program.add_subcommand("run", "run in the foreground until all has ended");
    auto* validate_verb = program.add_subcommand("validate", "check the files, start nothing");
    for (auto* verb : {run_verb, validate_verb})
        verb->add_option("FILE", files, "YAML descriptions; later ones override earlier ones")
            ->required();
    add_run_options(*run_verb, run_options);
    Verbs verbs(program);
    const auto command = take_command(argument_count, arguments);
    try {
        program.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
        return static_cast<int>(show(program, error));
    }
    if (const auto status = verbs.run(command)) return *status;
    return static_cast<int>(run_verb->parsed() ? run(run_options, io, console)
                                               : validate(files, console));
}

}  // namespace
}  // namespace launcher

int main(int argument_count, char** arguments) {
    namespace asio = boost::asio;
    launcher::occupy_standard_descriptors();
    if (argument_count == 2 && std::string_view(arguments[1]) == launcher::check_option)
        return launcher::answer_check(HARRIER_VERSION);
    asio::io_context io(1);  // one thread
    launcher::Console console(io.get_executor());
    int status = static_cast<int>(launcher::ExitStatus::failed);
    try {
        status = launcher::dispatch(argument_count, arguments, io, console);
    } catch (const std::exception& error) {
        console.say(error.what());
    }
    console.finish();
    return status;
}
