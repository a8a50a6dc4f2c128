#include "supervisor/logs.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "harness/child.hpp"
#include "harness/load.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr unsigned long line_count = 2'000'000;  ///< 128 MB
constexpr std::size_t line_bytes = 64;
constexpr std::size_t number_digits = 15;

/// A way from the component's stdout into files below a folder.
struct Subject {
    const char* name;
    /// What is to be executed; may prepare the folder.
    std::function<std::vector<std::string>(const fs::path& folder)> command;
};

std::string writer() {
    return program_folder() + "/line_writer " + std::to_string(line_count);
}

std::vector<std::string> shell(const std::string& script) {
    return {"/bin/sh", "-c", script};
}

Subject harrier(const std::string& logging) {
    return {"harrier", [logging](const fs::path& folder) {
                std::ofstream(folder / "app.yaml")
                    << "name: bench-" << getpid() << "\ncomponents:\n  a:\n    command: ["
                    << program_folder() << "/line_writer, \"" << line_count
                    << "\"]\n    logging: {path: log" << logging << "}\n";
                return std::vector<std::string>{program_folder() + "/harrier", "run",
                                                (folder / "app.yaml").string()};
            }};
}

/// `script` is a pipeline's end, for the folder in which it is executed.
Subject pipeline(const char* name, const std::string& script) {
    return {name, [script](const fs::path& folder) {
                return shell("cd " + folder.string() + " && " + writer() + script);
            }};
}

/// svlogd takes its limits from a file.
Subject svlogd(const std::string& limits) {
    return {"runit", [limits](const fs::path& folder) {
                fs::create_directory(folder / "logs");
                std::ofstream(folder / "logs/config") << limits;
                return shell("cd " + folder.string() + " && " + writer() + " | svlogd logs");
            }};
}

/// It does not end with its program, so the program ends it.
Subject supervisord() {
    return {
        "supervisord", [](const fs::path& folder) {
            const fs::path path = folder / "supervisord.conf";
            std::ofstream(path) << "[supervisord]\nnodaemon = true\nlogfile = /dev/null\n"
                                << "logfile_maxbytes = 0\npidfile = " << (folder / "pid").string()
                                << "\n"
                                << "[program:a]\ncommand = /bin/sh -c \"" << writer()
                                << "; kill $PPID\"\n"
                                << "startsecs = 0\nautorestart = false\nstderr_logfile = NONE\n"
                                << "stdout_logfile_maxbytes = 0\n"
                                << "stdout_logfile = " << (folder / "log").string() << "\n";
            return std::vector<std::string>{installed_program("supervisord"), "-c", path.string()};
        }};
}

/// Every line once, whole, and in order within each file: the sum of the numbers does for the rest.
shmheap::Status check_lines(const fs::path& folder) {
    unsigned long seen = 0;
    unsigned long sum = 0;
    std::string block(line_bytes * 4096, '\0');
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (!entry.is_regular_file() || (name[0] != 'l' && name[0] != '@' && name != "current"))
            continue;
        std::ifstream file(entry.path(), std::ios::binary);
        unsigned long next = 0;
        while (file.read(block.data(), static_cast<std::streamsize>(block.size())) ||
               file.gcount() > 0) {
            const auto count = static_cast<std::size_t>(file.gcount());
            if (count % line_bytes != 0) return shmheap::fail(EBADMSG, "find whole lines in", name);
            for (std::size_t at = 0; at < count; at += line_bytes) {
                const unsigned long number = std::stoul(block.substr(at, number_digits));
                const bool is_next = next == 0 || number == next;
                if (!is_next || block[at + line_bytes - 1] != '\n')
                    return shmheap::fail(EBADMSG, "find every line in", name);
                next = number + 1;
                sum += number;
                ++seen;
            }
        }
    }
    if (seen == line_count && sum == line_count * (line_count - 1) / 2) return {};
    return shmheap::fail(EBADMSG, "find every line in", folder.string());
}

shmheap::Result<Sample> measure(const Subject& subject, const OwnDirectory& directory) {
    const auto folder = directory.fresh("logs");
    if (!folder) return tl::unexpected(folder.error());
    const auto command = subject.command(*folder);
    const MachineWatch watch;
    const auto start = Clock::now();
    auto child = Child::start({.command = command,
                               .environment = {"XDG_RUNTIME_DIR=" + directory.path().string()},
                               .quiet = true});
    if (!child) return tl::unexpected(child.error());
    const int status = child->wait();
    const Seconds took = Clock::now() - start;
    if (status != 0) return shmheap::fail(ECHILD, "log with", subject.name);
    const bool disturbed = watch.disturbed();
    const auto checked = check_lines(*folder);
    if (!checked) return tl::unexpected(checked.error());
    return Sample{.value = static_cast<double>(line_count) / took.count(), .disturbed = disturbed};
}

struct Workload {
    const char* name;
    std::vector<Subject> subjects;
};

std::vector<Workload> workloads() {
    Workload captured{"log-captured-lines",
                      {harrier(", mode: captured"), pipeline("bare-loop", " | cat >log")}};
    Workload rotated{"log-rotated-lines",
                     {harrier(", rotation: {max_size: 16000000B, max_files: 100}")}};
    if (!installed_program("supervisord").empty()) captured.subjects.push_back(supervisord());
    if (!installed_program("s6-log").empty()) {
        captured.subjects.push_back(pipeline("s6", " | s6-log n20 s268435455 ./logs"));
        rotated.subjects.push_back(pipeline("s6", " | s6-log n100 s16000000 ./logs"));
    }
    if (!installed_program("svlogd").empty()) {
        captured.subjects.push_back(svlogd("s999999999\nn20\n"));
        rotated.subjects.push_back(svlogd("s16000000\nn100\n"));
    }
    Workload direct{"log-direct-lines", {harrier(""), pipeline("bare-loop", " >log")}};
    return {std::move(captured), std::move(rotated), std::move(direct)};
}

}  // namespace

shmheap::Status measure_logs(const Context& context, std::vector<Row>& rows) {
    for (const Workload& workload : workloads()) {
        if (!context.options.wants(workload.name)) continue;
        std::vector<Series> all;
        for (const Subject& subject : workload.subjects) {
            all.push_back({workload.name, subject.name, "per s",
                           [&subject, &context] { return measure(subject, context.directory); }});
        }
        const auto measured = medians(all, context.options.rounds);
        if (!measured) return tl::unexpected(measured.error());
        rows.insert(rows.end(), measured->begin(), measured->end());
    }
    return {};
}

}  // namespace bench
