// What a block costs: harrier's heap beside private allocators and beside Boost.Interprocess, from
// a pair of calls to a block that goes to another process. The work is done by alloc_worker, a
// process for each subject and workload, so that all start alike and each can have its own malloc.
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "alloc/once_workload.hpp"
#include "alloc/workload.hpp"
#include "harness/program.hpp"
#include "harness/worker.hpp"

namespace {

struct Subject {
    const char* name;
    const char* worker;             ///< its name in alloc_worker
    const char* preload = nullptr;  ///< a library
    const char* setting = nullptr;  ///< NAME=VALUE in its environment; only for once-workloads
    bool hands_over = false;        ///< to another process
};

const std::vector<Subject>& subjects() {
    static const std::vector<Subject> all{
        {.name = "harrier", .worker = "harrier", .hands_over = true},
        {.name = "harrier on-grow", .worker = "harrier", .setting = "SHMHEAP_PREFAULT=on-grow"},
        {.name = "harrier prefault background",
         .worker = "harrier",
         .setting = "SHMHEAP_PREFAULT=background"},
        {.name = "glibc", .worker = "malloc"},
#ifdef MIMALLOC_LIBRARY
        {.name = "mimalloc", .worker = "malloc", .preload = MIMALLOC_LIBRARY},
#endif
#ifdef JEMALLOC_LIBRARY
        {.name = "jemalloc", .worker = "malloc", .preload = JEMALLOC_LIBRARY},
#endif
        {.name = "boost-rbtree", .worker = "boost-rbtree", .hands_over = true},
#ifdef WITH_ICEORYX
        {.name = "iceoryx", .worker = "iceoryx"},
#endif
        {.name = "null", .worker = "null", .hands_over = true},
    };
    return all;
}

bool serves(const Subject& subject, bench::Kind kind) {
    if (subject.setting != nullptr) return false;
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

bool serves(const Subject& subject, bench::OnceKind kind) {
    if (std::string_view(subject.name) == "null") return false;
    const bool is_harrier = std::string_view(subject.worker) == "harrier";
    switch (kind) {
        case bench::OnceKind::cold_start:
        case bench::OnceKind::first_pass:
            return true;
        case bench::OnceKind::first_read:
            return is_harrier;
        case bench::OnceKind::footprint:
        case bench::OnceKind::left_over:
            return subject.setting == nullptr;
    }
    return false;
}

bench::Child::Options worker_of(const Subject& subject, std::string_view workload,
                                const std::filesystem::path& directory) {
    bench::Child::Options worker{
        .command = {bench::program_folder() + "/alloc_worker", subject.worker,
                    std::string(workload)},
        .environment = {"SHMHEAP_DIR=" + directory.string()},
    };
    if (subject.preload != nullptr) {
        worker.environment.push_back(std::string("LD_PRELOAD=") + subject.preload);
    }
    if (subject.setting != nullptr) worker.environment.emplace_back(subject.setting);
    return worker;
}

/// Spec is a WorkloadSpec or a OnceSpec.
template <class Spec>
shmheap::Status measure_workload(const Spec& spec, const bench::Context& context,
                                 std::vector<bench::Row>& rows) {
    const auto directory = context.directory.fresh("heaps");
    if (!directory) return tl::unexpected(directory.error());
    std::vector<bench::Series> all;
    for (const Subject& subject : subjects()) {
        if (!serves(subject, spec.kind)) continue;
        const auto worker = worker_of(subject, spec.name, *directory);
        const bench::Series names{.workload = std::string(spec.name),
                                  .subject = subject.name,
                                  .unit = std::string(spec.unit),
                                  .measure = nullptr};
        if constexpr (std::is_same_v<Spec, bench::OnceSpec>) {
            all.push_back(bench::fresh_worker_series(names, worker));
        } else {
            auto series = bench::worker_series(names, worker);
            if (!series) return tl::unexpected(series.error());
            all.push_back(std::move(*series));
        }
    }
    const auto measured = bench::medians(all, context.options.rounds);
    if (!measured) return tl::unexpected(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
    return {};
}

template <class Specs>
shmheap::Status measure_wanted(const Specs& specs, const bench::Context& context,
                               std::vector<bench::Row>& rows) {
    for (const auto& spec : specs) {
        if (!context.options.wants(std::string(spec.name))) continue;
        const auto status = measure_workload(spec, context, rows);
        if (!status) return status;
    }
    return {};
}

shmheap::Status measure_all(const bench::Context& context, std::vector<bench::Row>& rows) {
    const auto status = measure_wanted(bench::workload_specs, context, rows);
    return status ? measure_wanted(bench::once_specs, context, rows) : status;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return bench::run_program("alloc", measure_all, argument_count, arguments);
}
