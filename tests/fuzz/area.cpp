// A client's own area (slot, lane, ring) with any content while its owner works: the input is a
// list of steps, each of which writes a word there, or lets owner or consumer do something. The
// owner goes on, and a block that an honest client holds stays.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <optional>

#include "shmheap/client.hpp"
#include "stream_pair.hpp"

namespace {

constexpr int steps_max = 200;
constexpr std::size_t words_in_area = shmheap::client_area_stride / sizeof(std::uint64_t);

/// The honest client, which holds one block throughout, and the place of the other one.
struct Scene {
    Scene() {
        auto attached = shmheap::Client::attach(place.heap->name(), place.folder.path());
        fuzz::require(attached.has_value(), "a client can attach");
        honest = std::move(*attached);
        void* block = place.heap->allocate(1'000);
        std::memset(block, 0x5A, 1'000);
        const auto reference = place.heap->issue(block, 0, 1'000, honest->slot());
        fuzz::require(reference.has_value(), "a lease can be issued");
        const auto bytes = honest->accept(*reference);
        fuzz::require(bytes.has_value(), "and accepted");
        held = *bytes;
        shmheap::deallocate(block);
        // The other client takes the next free slot.
        const std::uint32_t index = shmheap::client_index(honest->slot()) + 1;
        const int fd =
            ::open((place.folder.path() + "/" + place.heap->name()).c_str(), O_RDWR | O_CLOEXEC);
        void* mapped = ::mmap(
            nullptr, shmheap::client_area_stride, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
            static_cast<off_t>(shmheap::client_area_offset + index * shmheap::client_area_stride));
        fuzz::require(mapped != MAP_FAILED, "an area can be mapped");
        ::close(fd);
        area = static_cast<std::uint64_t*>(mapped);
    }

    void require_honest_client_unharmed() const {
        for (const std::byte each : held)
            fuzz::require(each == std::byte{0x5A}, "a held block keeps its content");
    }

    fuzz::Place place;
    std::shared_ptr<shmheap::Client> honest;
    std::span<const std::byte> held;
    std::uint64_t* area = nullptr;
};

/// Most words of an area are padding; the input chooses among those that mean something more often.
std::size_t word_of(std::uint16_t choice) {
    const std::size_t line = choice % 4 == 0 ? choice / 4 % words_in_area : (choice / 4) * 8;
    return line % words_in_area;
}

void step(Scene& scene, shmheap::Producer& producer, std::optional<shmheap::Consumer>& consumer,
          fuzz::Input& input) {
    enum class Deed : std::uint8_t { write, send, receive, attend, collect, count };
    const auto deed =
        static_cast<Deed>(input.take<std::uint8_t>() % static_cast<std::uint8_t>(Deed::count));
    switch (deed) {
        case Deed::write: {
            const std::size_t word = word_of(input.take<std::uint16_t>());
            const bool is_small = input.take<std::uint8_t>() % 2 == 0;
            const std::uint64_t value =
                is_small ? input.take<std::uint8_t>() : input.take<std::uint64_t>();
            std::atomic_ref(scene.area[word]).store(value, std::memory_order_relaxed);
            return;
        }
        case Deed::send:
            return fuzz::send_some(producer, *scene.place.heap, 500);
        case Deed::receive:
            if (consumer) (void)consumer->receive(fuzz::at_once);
            return;
        case Deed::attend:
            return (void)producer.attend();
        case Deed::collect:
            return (void)scene.place.heap->collect();
        case Deed::count:
            return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Scene scene;
    fuzz::Input input(data, size);
    {
        auto producer = scene.place.listen();
        auto consumer = fuzz::connected(scene.place, producer);
        for (int each = 0; each < steps_max && !input.empty(); ++each)
            step(scene, producer, consumer, input);
        consumer.reset();
        (void)producer.attend();
    }
    (void)scene.place.heap->collect();
    const auto stats = scene.place.heap->stats();
    fuzz::require(stats.leases_live == 1, "but for the honest client's, every lease is back");
    fuzz::require(stats.blocks_live == 1, "but for the honest client's, every block is back");
    scene.require_honest_client_unharmed();
    return 0;
}
