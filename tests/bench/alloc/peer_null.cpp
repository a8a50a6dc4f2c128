// No allocator at all: always the same block. What is left is the floor of a workload.
#include <sys/mman.h>

#include "alloc/handover.hpp"
#include "alloc/local_workloads.hpp"

namespace bench {
namespace {

/// Shared with the processes that are forked.
void* fixed_block() {
    static void* const block = mmap(nullptr, block_size_max, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (block == MAP_FAILED) give_up("map block");
    return block;
}

struct Null {
    void* block = fixed_block();
    void* allocate(std::size_t /*bytes*/) { return block; }
    void deallocate(void* used) { (void)keep(used); }
};

struct NullHandover {
    using Message = void*;

    struct Notice {};

    class Sender {
    public:
        explicit Sender(const WorkloadSpec& spec) : writes_(spec.kind != Kind::lease_across) {}
        void open(const Notice& /*notice*/) {}
        Message send() {
            if (writes_) write_word(null_.block, 0);
            return null_.block;
        }

    private:
        bool writes_;
        Null null_;
    };

    class Receiver {
    public:
        Receiver(const Sender& /*sender*/, Notice& /*notice*/) {}
        void take(Message block) { (void)*static_cast<volatile std::uint64_t*>(block); }
    };
};

}  // namespace

std::unique_ptr<Workload> make_null(const WorkloadSpec& spec) {
    static Null null;
    if (spec.kind == Kind::between_processes || spec.kind == Kind::lease_across) {
        return std::make_unique<Handover<NullHandover>>(spec);
    }
    return make_local_workload(spec, null);
}

}  // namespace bench
