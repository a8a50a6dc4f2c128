// Boost.Interprocess: managed_shared_memory with its default algorithm, rbtree_best_fit.
#include <unistd.h>

#include <boost/interprocess/managed_shared_memory.hpp>
#include <new>
#include <string>

#include "alloc/handover.hpp"
#include "alloc/local_workloads.hpp"
#include "alloc/once_workloads.hpp"

namespace bench {
namespace {

namespace interprocess = boost::interprocess;

constexpr std::size_t segment_size = std::size_t{1024} * 1024 * 1024;

/// The segment loses its name as soon as it is mapped, so that nothing of it stays behind; the
/// other process is forked and has the mapping.
class BoostRbtree {
public:
    BoostRbtree()
        : name_("harrier-bench-" + std::to_string(getpid())),
          segment_(interprocess::create_only, name_.c_str(), segment_size) {
        interprocess::shared_memory_object::remove(name_.c_str());
    }

    void* allocate(std::size_t bytes) { return segment_.allocate(bytes, std::nothrow); }
    void deallocate(void* block) { segment_.deallocate(block); }

private:
    std::string name_;
    interprocess::managed_shared_memory segment_;
};

BoostRbtree& segment() {
    static BoostRbtree instance;
    return instance;
}

/// The receiver frees, since any process may.
struct BoostHandover {
    using Message = void*;

    struct Notice {};

    class Sender {
    public:
        explicit Sender(const WorkloadSpec& spec) : bytes_(spec.bytes) { segment(); }
        void open(const Notice& /*notice*/) {}
        Message send() {
            void* block = allocate_or_give_up(segment(), bytes_);
            write_word(block, 0);
            return block;
        }

    private:
        std::size_t bytes_;
    };

    class Receiver {
    public:
        Receiver(const Sender& /*sender*/, Notice& /*notice*/) {}
        void take(Message block) {
            (void)*static_cast<volatile std::uint64_t*>(block);
            segment().deallocate(block);
        }
    };
};

}  // namespace

std::unique_ptr<Workload> make_boost_rbtree(const WorkloadSpec& spec) {
    if (spec.kind == Kind::between_processes) {
        return std::make_unique<Handover<BoostHandover>>(spec);
    }
    return make_local_workload(spec, segment());
}

std::optional<double> measure_boost_rbtree_once(const OnceSpec& spec) {
    return measure_once(spec, segment);
}

}  // namespace bench
