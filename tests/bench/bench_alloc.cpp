// What a block costs: harrier's heap beside private allocators and beside Boost.Interprocess, from
// a pair of calls to a block that goes to another process. The work is done by alloc_worker, a
// process for each subject and workload, so that all start alike and each can have its own malloc.
#include <string>
#include <vector>

#include "alloc/workload.hpp"
#include "harness/program.hpp"
#include "harness/worker.hpp"

namespace {

struct Subject {
    const char* name;
    const char* worker;       ///< its name in alloc_worker
    const char* preload;      ///< a library, or nullptr
    bool hands_over = false;  ///< to another process
};

const std::vector<Subject>& subjects() {
    static const std::vector<Subject> all{
        {.name = "harrier", .worker = "harrier", .preload = nullptr, .hands_over = true},
        {.name = "glibc", .worker = "malloc", .preload = nullptr},
#ifdef MIMALLOC_LIBRARY
        {.name = "mimalloc", .worker = "malloc", .preload = MIMALLOC_LIBRARY},
#endif
#ifdef JEMALLOC_LIBRARY
        {.name = "jemalloc", .worker = "malloc", .preload = JEMALLOC_LIBRARY},
#endif
        {.name = "boost-rbtree", .worker = "boost-rbtree", .preload = nullptr, .hands_over = true},
        {.name = "null", .worker = "null", .preload = nullptr, .hands_over = true},
    };
    return all;
}

bool serves(const Subject& subject, bench::Kind kind) {
    const std::string_view name = subject.name;
    switch (kind) {
        case bench::Kind::lifo:
        case bench::Kind::touch:
        case bench::Kind::random:
        case bench::Kind::between_threads:
            return true;
        case bench::Kind::between_processes:
            return subject.hands_over;
        case bench::Kind::lease_alone:
            return name == "harrier";
        case bench::Kind::lease_across:
            return name == "harrier" || name == "null";
    }
    return false;
}

shmheap::Status measure_workload(const bench::WorkloadSpec& spec, const bench::Context& context,
                                 std::vector<bench::Row>& rows) {
    const auto directory = context.directory.fresh("heaps");
    if (!directory) return tl::unexpected(directory.error());
    std::vector<bench::Series> all;
    for (const Subject& subject : subjects()) {
        if (!serves(subject, spec.kind)) continue;
        bench::Child::Options worker{
            .command = {bench::program_folder() + "/alloc_worker", subject.worker,
                        std::string(spec.name)},
            .environment = {"SHMHEAP_DIR=" + directory->string()},
        };
        if (subject.preload != nullptr) {
            worker.environment.push_back(std::string("LD_PRELOAD=") + subject.preload);
        }
        const bench::Series names{.workload = std::string(spec.name),
                                  .subject = subject.name,
                                  .unit = "ns",
                                  .measure = nullptr};
        auto series = bench::worker_series(names, worker);
        if (!series) return tl::unexpected(series.error());
        all.push_back(std::move(*series));
    }
    const auto measured = bench::medians(all, context.options.rounds);
    if (!measured) return tl::unexpected(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
    return {};
}

shmheap::Status measure_all(const bench::Context& context, std::vector<bench::Row>& rows) {
    for (const auto& spec : bench::workload_specs) {
        if (!context.options.wants(std::string(spec.name))) continue;
        const auto status = measure_workload(spec, context, rows);
        if (!status) return status;
    }
    return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
    return bench::run_program("alloc", measure_all, argument_count, arguments);
}
