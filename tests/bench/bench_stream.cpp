// What handing a block to another process costs by a stream, beside the least that a queue can be
// that waits in the same way.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/program.hpp"
#include "harness/worker.hpp"
#include "stream/workload.hpp"

namespace {

#ifdef WITH_ICEORYX
/// iceoryx's daemon, with memory for every message that may be under way. Its files have fixed
/// names in /dev/shm and /tmp, so there can be one on a machine. It removes them at its end if
/// nobody who used it was killed: `iceoryx_mgmt`, `root` and `roudi*` stay behind after an
/// interrupted run.
class Roudi {
public:
    static shmheap::Result<Roudi> start(const std::filesystem::path& directory) {
        const auto configuration = directory / "roudi.toml";
        std::ofstream file(configuration);
        file << "[general]\nversion = 1\n[[segment]]\n";
        for (const std::size_t bytes : {bench::kib, 64 * bench::kib, bench::kib * bench::kib})
            file << "[[segment.mempool]]\nsize = " << bytes << "\ncount = 600\n";
        file.close();
        auto child =
            bench::Child::start({.command = {ROUDI, "--config-file", configuration.string(),
                                             "--monitoring-mode", "off"},
                                 .quiet = true});
        if (!child) return tl::unexpected(child.error());
        return Roudi(std::move(*child));
    }
    ~Roudi() {
        if (!child_) return;
        child_->signal(SIGTERM);
        child_->wait();
    }
    Roudi(Roudi&& other) noexcept : child_(std::exchange(other.child_, std::nullopt)) {}
    Roudi& operator=(Roudi&&) = delete;

private:
    explicit Roudi(bench::Child child) : child_(std::move(child)) {}
    std::optional<bench::Child> child_;
};
#endif

/// The least that can be, waiting in the same way, and a peer of our kind.
std::vector<const char*> subjects_of(const bench::StreamSpec& spec) {
    std::vector<const char*> subjects = {
        "harrier", spec.waiting == bench::Waiting::polls ? "raw-spin" : "raw-futex"};
#ifdef WITH_ICEORYX
    if (spec.waiting == bench::Waiting::polls) subjects.push_back("iceoryx");
#endif
    return subjects;
}

shmheap::Status measure_workload(const bench::StreamSpec& spec, const bench::Context& context,
                                 std::vector<bench::Row>& rows) {
    const auto directory = context.directory.fresh("heaps");
    if (!directory) return tl::unexpected(directory.error());
#ifdef WITH_ICEORYX
    std::optional<Roudi> roudi;  // ends after the workers
    if (spec.waiting == bench::Waiting::polls) {
        auto started = Roudi::start(context.directory.path());
        if (!started) return tl::unexpected(started.error());
        roudi.emplace(std::move(*started));
    }
#endif
    std::vector<bench::Series> all;
    for (const char* subject : subjects_of(spec)) {
        const bench::Series names{
            .workload = std::string(spec.name),
            .subject = subject,
            .unit = bench::is_there_and_back(spec.traffic) ? "µs" : "messages/s",
            .measure = nullptr};
        auto series =
            bench::worker_series(names, {.command = {bench::program_folder() + "/stream_worker",
                                                     subject, std::string(spec.name)},
                                         .environment = {"SHMHEAP_DIR=" + directory->string()}});
        if (!series) return tl::unexpected(series.error());
        all.push_back(std::move(*series));
    }
    const auto measured = bench::medians(all, context.options.rounds);
    if (!measured) return tl::unexpected(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
    return {};
}

shmheap::Status measure_all(const bench::Context& context, std::vector<bench::Row>& rows) {
    for (const auto& spec : bench::stream_specs) {
        if (!context.options.wants(std::string(spec.name))) continue;
        const auto status = measure_workload(spec, context, rows);
        if (!status) return status;
    }
    return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
    return bench::run_program("stream", measure_all, argument_count, arguments);
}
