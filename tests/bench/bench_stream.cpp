// What handing a block to another process costs by a stream, beside the least that a queue can be
// that waits in the same way.
#include <string>
#include <vector>

#include "harness/program.hpp"
#include "harness/worker.hpp"
#include "stream/workload.hpp"

namespace {

shmheap::Status measure_workload(const bench::StreamSpec& spec, const bench::Context& context,
                                 std::vector<bench::Row>& rows) {
    std::vector<bench::Series> all;
    const auto directory = context.directory.fresh("heaps");
    if (!directory) return tl::unexpected(directory.error());
    const char* peer = spec.waiting == bench::Waiting::polls ? "raw-spin" : "raw-futex";
    for (const char* subject : {"harrier", peer}) {
        const bench::Series names{
            .workload = std::string(spec.name),
            .subject = subject,
            .unit = spec.traffic == bench::Traffic::round_trip ? "µs" : "messages/s",
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
