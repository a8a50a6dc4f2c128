// iceoryx: the memory pools from which its publishers loan chunks, without publisher and daemon.
#include <sys/mman.h>

#include <cstring>
#include <iceoryx_posh/internal/mepoo/memory_manager.hpp>
#include <iceoryx_posh/mepoo/mepoo_config.hpp>
#include <new>

#include "alloc/local_workloads.hpp"
#include "alloc/once_workloads.hpp"

namespace bench {
namespace {

constexpr std::uint32_t smallest_chunk = 128;
constexpr std::uint32_t pool_count = 15;  ///< each twice as large as the one before: up to 2 MiB
constexpr std::uint32_t chunks_each = 1200;

iox::mepoo::MePooConfig pools() {
    iox::mepoo::MePooConfig config;
    for (std::uint32_t i = 0; i < pool_count; ++i)
        config.addMemPool({smallest_chunk << i, chunks_each});
    return config;
}

/// In front of each block, since the pools want their own handle back.
using Handle = iox::mepoo::ChunkManagement*;

class IceoryxPools {
public:
    IceoryxPools() : memory_(map(total())), allocator_(memory_, total()) {
        manager_.configureMemoryManager(pools(), allocator_, allocator_);
    }

    void* allocate(std::size_t bytes) {
        const auto settings = iox::mepoo::ChunkSettings::create(
            static_cast<std::uint32_t>(bytes + sizeof(Handle)), alignof(Handle));
        auto chunk = manager_.getChunk(settings.value());
        if (chunk.has_error()) return nullptr;
        auto* payload = static_cast<std::byte*>(chunk.value().getUserPayload());
        const Handle handle = chunk.value().release();
        std::memcpy(payload, &handle, sizeof handle);
        return payload + sizeof handle;
    }

    void deallocate(void* block) {
        Handle handle = nullptr;
        std::memcpy(&handle, static_cast<std::byte*>(block) - sizeof handle, sizeof handle);
        const iox::mepoo::SharedChunk last(handle);  // frees when it ends
    }

private:
    static std::uint64_t total() {
        return iox::mepoo::MemoryManager::requiredFullMemorySize(pools());
    }
    static void* map(std::uint64_t bytes) {
        void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (address == MAP_FAILED) give_up("map pools");
        return address;
    }

    void* memory_;
    iox::posix::Allocator allocator_;
    iox::mepoo::MemoryManager manager_;
};

IceoryxPools& iceoryx_pools() {
    static IceoryxPools instance;
    return instance;
}

}  // namespace

std::unique_ptr<Workload> make_iceoryx(const WorkloadSpec& spec) {
    return make_local_workload(spec, iceoryx_pools());
}

std::optional<double> measure_iceoryx_once(const OnceSpec& spec) {
    return measure_once(spec, iceoryx_pools);
}

}  // namespace bench
