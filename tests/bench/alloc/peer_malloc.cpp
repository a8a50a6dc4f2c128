// Whatever malloc this process has: that of glibc, or the one that was preloaded.
#include <cstdlib>

#include "alloc/local_workloads.hpp"
#include "alloc/once_workloads.hpp"

namespace bench {
namespace {

struct Malloc {
    void* allocate(std::size_t bytes) { return std::malloc(bytes); }
    void deallocate(void* block) { std::free(block); }
};

Malloc& process_malloc() {
    static Malloc instance;
    return instance;
}

}  // namespace

std::unique_ptr<Workload> make_malloc(const WorkloadSpec& spec) {
    return make_local_workload(spec, process_malloc());
}

std::optional<double> measure_malloc_once(const OnceSpec& spec) {
    return measure_once(spec, process_malloc);
}

}  // namespace bench
