#include "launcher/control/instance.hpp"

#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "launcher/control/applier.hpp"
#include "launcher/control/inheritance.hpp"
#include "launcher/control/reader.hpp"
#include "launcher/control/server.hpp"
#include "launcher/control/socket.hpp"
#include "launcher/control/stop_signals.hpp"
#include "launcher/control/upgrader.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/observe/output.hpp"
#include "launcher/supervise/cgroup.hpp"
#include "launcher/supervise/environment.hpp"
#include "launcher/supervise/leftovers.hpp"
#include "launcher/supervise/old_heaps.hpp"
#include "launcher/supervise/process_host.hpp"
#include "launcher/supervise/run_directory.hpp"
#include "launcher/supervise/supervisor.hpp"
#include "launcher/supervise/survivors.hpp"
#include "os/error.hpp"
#include "reaper/reap.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;

constexpr std::chrono::milliseconds leftover_patience{2000};

/// 128 random bits, as 32 hexadecimal digits.
std::string make_uuid() {
    std::array<unsigned char, 16> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        std::abort();  // cannot happen below 256 bytes (getrandom(2)), and nothing could replace it
    std::string uuid;
    constexpr std::string_view digits = "0123456789abcdef";
    for (const unsigned char byte : bytes) {
        uuid += digits[byte >> 4];
        uuid += digits[byte & 15];
    }
    return uuid;
}

/// harrier needs three descriptors for each component; children get the limit it was given.
Result<rlimit> raise_open_files() {
    rlimit original{};
    if (getrlimit(RLIMIT_NOFILE, &original) != 0) return shmheap::os::error("read limit of files");
    rlimit raised = original;
    raised.rlim_cur = raised.rlim_max;
    setrlimit(RLIMIT_NOFILE, &raised);  // if not, fewer components fit, and spawning will say so
    return original;
}

std::string shm_directory() {
    const char* directory = std::getenv("SHMHEAP_DIR");
    return directory != nullptr && *directory != '\0' ? directory : "/dev/shm";
}

/// They are read again later, whatever the current directory is then.
std::vector<std::string> absolute_paths(const std::vector<std::string>& files) {
    std::vector<std::string> paths;
    paths.reserve(files.size());
    for (const std::string& file : files)
        paths.push_back(std::filesystem::absolute(file).string());
    return paths;
}

std::size_t longest_name(const Application& application) {
    std::size_t longest = 0;
    for (const Descriptor& descriptor : application.components)
        longest = std::max(longest, descriptor.name.size());
    return longest;
}

/// Before anything is started: ends the processes and removes the heaps of earlier instances of
/// this application, which the lock that we hold proves dead.
/// What is to live on is left as it is.
void clear_the_past(const Application& application, const RunDirectory& run_directory,
                    const Survivors& survivors, Console& console) {
    const auto emit = [&console](const Event& event) { console.emit(event); };
    const auto spared = tags_of(survivors);
    Leftovers leftovers =
        end_leftovers(application.name, run_directory.path(), leftover_patience, spared);
    leftovers.ended += Containment::end_leftovers(application.name, pids_of(survivors));
    leftovers.ended += KeptFiles(run_directory.path()).end_holders(names_of(survivors));
    if (survivors.empty()) run_directory.clear();
    if (leftovers.ended + leftovers.alive > 0) {
        Event event{.kind = EventKind::leftover};
        event.with("processes", std::to_string(leftovers.ended + leftovers.alive))
            .with("ended", std::to_string(leftovers.ended));
        emit(event);
    }
    sweep_old_heaps(
        {.application = application, .own_directory = shm_directory(), .spared = spared}, emit,
        [&console](const std::string& complaint) { console.say(complaint); });
}

Awaitable<void> run_to_end(Supervisor& supervisor, Reader& reader, Applier& applier, Server& server,
                           Summary& summary, asio::io_context& io) {
    summary = co_await supervisor.run();
    reader.close();
    co_await asio::post(io, use_awaitable);  // who waited for it has a turn to say so
    co_await server.close();
    co_await applier.finish();
    io.stop();
}

/// Something below us threw, which only a library does that is out of memory or broken. Unwinding
/// would take away what the other coroutines refer to; ending takes the components along, and the
/// next start clears what is left.
[[noreturn]] void end_at_once(const std::exception_ptr& failure, Console& console) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        console.say(error.what());
    } catch (...) {
        console.say("unknown failure");
    }
    console.finish();
    std::_Exit(static_cast<int>(ExitStatus::failed));
}

Shared make_shared_state(const Application& application, const std::string& uuid,
                         const std::string& run_directory, Host& host, const EventSink& emit) {
    return Shared{.host = host,
                  .emit = emit,
                  .reap =
                      [known = reaper::KnownTags()](const reaper::HeapSelection& selection,
                                                    std::chrono::milliseconds patience) mutable {
                          return reaper::reap(selection, patience, &known);
                      },
                  .instance_tag = application.name + '/' + uuid,
                  .run_directory = run_directory,
                  .shm_directory = shm_directory(),
                  .environment = inherited_environment(),
                  .random = Random(std::random_device{}())};
}

/// Whoever started us may go on: the socket listens, and the lock is held.
void tell_listening(UniqueFd listening) {
    // If not, he is no more.
    if (listening) (void)!write(listening.get(), "\n", 1);
}

/// How it begins: by itself, or where another program of this process was.
struct Beginning {
    const std::vector<std::string>& files;
    UniqueFd listening = {};             ///< told when the control socket listens, if there is one
    Inheritance* inheritance = nullptr;  ///< or null
};

/// What an instance has before it has components.
struct Foundation {
    std::string uuid = {};
    Survivors survivors = {};
    std::unique_ptr<Containment> containment = {};
    UniqueFd control = {};
};

Result<Foundation> lay_foundation(const Application& application, const RunDirectory& directory,
                                  Inheritance* inheritance, Console& console) {
    Foundation made;
    if (inheritance != nullptr) {
        made.uuid = inheritance->instance();
        made.containment = inheritance->containment(application.name);
        made.control = inheritance->control();
        return made;
    }
    auto found = find_survivors(application, directory.path(),
                                [&console](const Event& event) { console.emit(event); });
    if (!found) return tl::unexpected(found.error());
    made.survivors = std::move(*found);
    clear_the_past(application, directory, made.survivors, console);
    made.uuid = made.survivors.empty() ? make_uuid() : std::string(instance_of(made.survivors));
    made.containment = Containment::create(application.name, made.uuid);
    auto control = listen_for_control(directory.path());
    if (!control) return tl::unexpected(control.error());
    made.control = std::move(*control);
    return made;
}

/// What the components run on.
struct Ground {
    Beginning& beginning;
    Foundation& foundation;
    RunDirectory& directory;
    const rlimit& open_files;
    Reader& reader;
    asio::io_context& io;
    Console& console;
    StopSignals& signals;
    Output& output;
    Journal& journal;
    const EventSink& emit;
    ProcessHost& host;
};

/// From the first start to the last end.
Summary run_components(Application application, const Ground& on) {
    const Executor executor = on.io.get_executor();
    Inheritance* const inheritance = on.beginning.inheritance;
    const std::string name = application.name;
    if (inheritance != nullptr) inheritance->restore_output(application, on.output, on.console);
    Shared shared =
        make_shared_state(application, on.foundation.uuid, on.directory.path(), on.host, on.emit);
    Supervisor supervisor(executor, std::move(application), std::move(shared));
    if (inheritance != nullptr) inheritance->restore(supervisor, on.host);
    Applier applier(executor, supervisor, on.reader, {name, absolute_paths(on.beginning.files)},
                    on.emit);
    Upgrader upgrader(executor, {.supervisor = supervisor,
                                 .applier = applier,
                                 .reader = on.reader,
                                 .host = on.host,
                                 .directory = on.directory,
                                 .output = on.output,
                                 .console = on.console,
                                 .journal = on.journal,
                                 .application = name,
                                 .instance = on.foundation.uuid,
                                 .open_files = on.open_files,
                                 .control = on.foundation.control.get()});
    Board board(name, supervisor, applier, upgrader, on.journal, on.output, on.emit,
                shm_directory());
    Server server(executor, std::move(on.foundation.control), board);
    if (inheritance != nullptr) inheritance->tell(on.emit);
    if (inheritance != nullptr) inheritance->answer(server);
    on.signals.direct_to(supervisor, applier, on.emit);
    Summary summary;
    asio::co_spawn(on.io, run_to_end(supervisor, on.reader, applier, server, summary, on.io),
                   [&console = on.console](const std::exception_ptr& failure) {
                       if (failure) end_at_once(failure, console);
                   });
    on.io.run();
    on.output.finish();
    return summary;
}

/// The instance lock is held: start, supervise, stop.
ExitStatus supervise_all(Application application, Beginning beginning, RunDirectory& directory,
                         const rlimit& open_files, Reader& reader, asio::io_context& io,
                         Console& console) {
    StopSignals signals(io.get_executor());
    const auto give_up = [&console, &directory](const shmheap::Error& error) {
        console.say(error.message());
        directory.leave();  // there may be survivors, whom the next start looks for
        return ExitStatus::failed;
    };
    auto foundation = lay_foundation(application, directory, beginning.inheritance, console);
    if (!foundation) return give_up(foundation.error());
    Output output(io.get_executor(), console.output(), longest_name(application),
                  console.wants_colour());
    Journal journal;
    if (beginning.inheritance != nullptr) beginning.inheritance->restore(journal);
    const EventSink emit = [&console, &journal](const Event& event) {
        console.emit(event);
        journal.add(event, std::chrono::system_clock::now());
    };
    output.on_event(emit);
    output.keep_in(directory.path());
    auto host = ProcessHost::create(io.get_executor(), output, open_files,
                                    std::move(foundation->containment));
    if (!host) return give_up(host.error());
    (*host)->keep(directory.path(), std::move(foundation->survivors));
    tell_listening(std::move(beginning.listening));
    const Summary summary = run_components(std::move(application), {.beginning = beginning,
                                                                    .foundation = *foundation,
                                                                    .directory = directory,
                                                                    .open_files = open_files,
                                                                    .reader = reader,
                                                                    .io = io,
                                                                    .console = console,
                                                                    .signals = signals,
                                                                    .output = output,
                                                                    .journal = journal,
                                                                    .emit = emit,
                                                                    .host = **host});
    const bool is_done = summary.failed == 0 && !signals.cut_short_by_interrupt();
    return is_done ? ExitStatus::done : ExitStatus::failed;
}

/// From the instance lock to its end.
ExitStatus run_locked(Application application, Beginning beginning, Reader& reader,
                      asio::io_context& io, Console& console) {
    console.align(longest_name(application));
    // A broken stdout and a file that may not grow are errors of write(2); children get SIG_DFL.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    Inheritance* const inheritance = beginning.inheritance;
    const auto open_files =
        inheritance != nullptr ? Result<rlimit>(inheritance->open_files()) : raise_open_files();
    if (!open_files) {
        console.say(open_files.error().message());
        return ExitStatus::failed;
    }
    auto run_directory = inheritance != nullptr ? inheritance->run_directory(application.name)
                                                : RunDirectory::acquire(application.name);
    if (!run_directory) {
        const auto& error = run_directory.error();
        console.say(error.code == EBUSY
                        ? "application " + application.name + " is already running (pid " +
                              error.subject + ", " + run_directory_path(application.name) + ')'
                        : error.message());
        return ExitStatus::failed;
    }
    // From now on, whatever loses its parent below us becomes our child (and does not at init).
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
    try {
        return supervise_all(std::move(application), std::move(beginning), *run_directory,
                             *open_files, reader, io, console);
    } catch (...) {
        // As when it is killed: there may be survivors, whom the next start looks for.
        run_directory->leave();
        throw;
    }
}

ExitStatus run(Application application, Beginning beginning, asio::io_context& io,
               Console& console) {
    Reader reader(io.get_executor());
    const ExitStatus status =
        run_locked(std::move(application), std::move(beginning), reader, io, console);
    if (!reader.end()) {
        // What the thread refers to, the libraries' own included, is not to go under its feet.
        console.finish();
        std::_Exit(static_cast<int>(status));
    }
    return status;
}

}  // namespace

ExitStatus run_instance(Application application, const std::vector<std::string>& files,
                        asio::io_context& io, Console& console, UniqueFd listening) {
    return run(std::move(application), {.files = files, .listening = std::move(listening)}, io,
               console);
}

ExitStatus run_instance(Inheritance inheritance, const std::vector<std::string>& files,
                        asio::io_context& io, Console& console) {
    return run(inheritance.take_application(), {.files = files, .inheritance = &inheritance}, io,
               console);
}

}  // namespace launcher
