// Whatever malloc this process has: that of glibc, or the one that was preloaded.
#include <cstdlib>

#include "alloc/local_workloads.hpp"

namespace bench {
namespace {

struct Malloc {
    void* allocate(std::size_t bytes) { return std::malloc(bytes); }
    void deallocate(void* block) { std::free(block); }
};

}  // namespace

std::unique_ptr<Workload> make_malloc(const WorkloadSpec& spec) {
    static Malloc malloc;
    return make_local_workload(spec, malloc);
}

}  // namespace bench
