// References of any content: each step of the input changes some bytes of a reference that was
// issued and lets client and owner use it. Nothing is accepted beyond the file, and once the client
// has gone every lease and every block is back.
#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "target.hpp"

namespace {

using shmheap::Reference;

constexpr std::size_t block_bytes = 1'000;
constexpr int steps_max = 64;

struct Scene {
    Scene() {
        shmheap::HeapOptions options;
        options.directory = folder.path();
        options.size_max = std::uint64_t{4} << 20;
        auto made = shmheap::Heap::create(options);
        fuzz::require(made.has_value(), "a heap can be made");
        heap = std::move(*made);
    }

    fuzz::Folder folder;
    std::unique_ptr<shmheap::Heap> heap;
};

/// Overwrites bytes of the reference as the input says.
Reference changed(Reference reference, fuzz::Input& input) {
    std::array<std::byte, sizeof(Reference)> bytes{};
    std::memcpy(bytes.data(), &reference, sizeof reference);
    for (int change = input.take<std::uint8_t>() % 4; change > 0; --change) {
        const std::size_t place = input.take<std::uint8_t>() % bytes.size();
        bytes[place] = input.take<std::byte>();
    }
    std::memcpy(&reference, bytes.data(), sizeof reference);
    return reference;
}

void step(Scene& scene, shmheap::Client& client, Reference& last, fuzz::Input& input) {
    enum class Deed : std::uint8_t { issue, accept, release, revoke, collect, count };
    const auto deed =
        static_cast<Deed>(input.take<std::uint8_t>() % static_cast<std::uint8_t>(Deed::count));
    const Reference reference = changed(last, input);
    switch (deed) {
        case Deed::issue: {
            void* block = scene.heap->allocate(block_bytes);
            const auto issued = scene.heap->issue(block, 0, block_bytes, client.slot());
            if (issued) last = *issued;
            shmheap::deallocate(block);
            return;
        }
        case Deed::accept:
            if (const auto bytes = client.accept(reference); bytes && !bytes->empty()) {
                volatile std::byte ends = bytes->front() | bytes->back();
                (void)ends;
            }
            return;
        case Deed::release:
            return (void)client.release(reference);
        case Deed::revoke:
            return (void)scene.heap->revoke(reference);
        case Deed::collect:
            return (void)scene.heap->collect();
        case Deed::count:
            return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Scene scene;
    fuzz::Input input(data, size);
    {
        const auto client = shmheap::Client::attach(scene.heap->name(), scene.folder.path());
        fuzz::require(client.has_value(), "a client can attach");
        Reference last{};
        for (int each = 0; each < steps_max && !input.empty(); ++each)
            step(scene, **client, last, input);
    }
    (void)scene.heap->collect();
    const auto stats = scene.heap->stats();
    fuzz::require(stats.leases_live == 0, "every lease of a client that has gone is back");
    fuzz::require(stats.blocks_live == 0, "every block is back");
    return 0;
}
