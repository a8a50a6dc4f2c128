// Claims about forwarding at the level of clients: B holds a lease, lends it to C, and C's claim
// keeps the block when B is done with it, or gone. All in this process.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <random>
#include <vector>

#include "client_core.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Client;
using shmheap::Received;
using shmheap::Reference;

namespace {

constexpr std::size_t claimed_bytes = 5'000;

/// A's heap with one block, which only leases keep, and two clients.
struct Three {
    Three() {
        block = heap->allocate(claimed_bytes);
        stamp(block, claimed_bytes, 7);
        const auto issued = heap->issue(block, 0, claimed_bytes, b->slot());
        REQUIRE(issued);
        reference = *issued;
        shmheap::deallocate(block);
        auto accepted = Received::accept(b, reference);
        REQUIRE(accepted);
        held_by_b = *accepted;
    }

    void lend() const {
        shmheap::detail::core_of(*b).lend(reference, shmheap::client_index(c->slot()));
    }
    [[nodiscard]] Received claim() const {
        auto claimed = Received::claim(c, reference);
        REQUIRE_MESSAGE(claimed.has_value(), claimed.error().message());
        return *claimed;
    }
    /// As of a look at everything.
    [[nodiscard]] std::uint64_t blocks_live() const {
        REQUIRE(heap->collect());
        return heap->stats().blocks_live;
    }

    Folder folder;
    std::unique_ptr<shmheap::Heap> heap = make_heap(folder);
    std::shared_ptr<Client> b = attach(*heap);
    std::shared_ptr<Client> c = attach(*heap);
    void* block = nullptr;
    Reference reference{};
    Received held_by_b;
};

int code_of(const shmheap::Result<Received>& result) {
    return result ? 0 : result.error().code;
}

/// What a client may write, in a mapping of our own.
class Area {
public:
    Area(const Folder& folder, const shmheap::Heap& heap, const Client& client) {
        const UniqueFd fd(::open((folder / heap.name()).c_str(), O_RDWR | O_CLOEXEC));
        const auto offset = shmheap::client_area_offset +
                            shmheap::client_index(client.slot()) * shmheap::client_area_stride;
        void* mapped = ::mmap(nullptr, shmheap::client_area_stride, PROT_READ | PROT_WRITE,
                              MAP_SHARED, fd.get(), static_cast<off_t>(offset));
        REQUIRE(mapped != MAP_FAILED);
        begin_ = static_cast<std::byte*>(mapped);
    }
    ~Area() { ::munmap(begin_, shmheap::client_area_stride); }
    Area(const Area&) = delete;
    Area& operator=(const Area&) = delete;

    [[nodiscard]] shmheap::ClientSlot& slot() const {
        return *reinterpret_cast<shmheap::ClientSlot*>(begin_);
    }
    [[nodiscard]] shmheap::ClaimSlot& claim(std::uint32_t place) const {
        return reinterpret_cast<shmheap::ClaimSlot*>(begin_ + shmheap::claims_offset)[place];
    }
    [[nodiscard]] shmheap::LaneSlot& lane_slot(std::uint32_t place) const {
        return reinterpret_cast<shmheap::LaneSlot*>(begin_ + shmheap::lane_offset)[place];
    }

private:
    std::byte* begin_ = nullptr;
};

}  // namespace

TEST_CASE("a block that was lent stays after the lender's lease, until the claim ends") {
    Three three;
    three.lend();
    Received claimed = three.claim();
    CHECK(bears(claimed.bytes().data(), claimed_bytes, 7));
    three.held_by_b = {};
    CHECK(three.blocks_live() == 1);
    CHECK(three.heap->stats().leases_live == 1);
    CHECK(bears(claimed.bytes().data(), claimed_bytes, 7));
    claimed = {};
    CHECK(three.blocks_live() == 0);
    CHECK(three.heap->stats().leases_live == 0);
}

TEST_CASE("a claim that ends before the lender's lease leaves that as it is") {
    Three three;
    three.lend();
    { const Received claimed = three.claim(); }
    CHECK(three.blocks_live() == 1);
    three.held_by_b = {};
    CHECK(three.blocks_live() == 0);
}

TEST_CASE("a block that was lent stays when the lender is gone with its lease") {
    Three three;
    three.lend();
    Received claimed = three.claim();
    const Received again = three.claim();
    // The lease is never let go: as if B were killed.
    Area(three.folder, *three.heap, *three.b).slot().tenancy.fetch_add(1);
    CHECK(three.blocks_live() == 1);
    CHECK(three.heap->stats().leases_live == 2);
    claimed = {};
    CHECK(three.blocks_live() == 1);
    CHECK(bears(again.bytes().data(), claimed_bytes, 7));
}

TEST_CASE("what its lender does not hold cannot be claimed") {
    Three three;
    three.lend();
    Reference other = three.reference;
    other.generation += 1;
    CHECK(code_of(Received::claim(three.c, other)) == ESTALE);
    other = three.reference;
    other.lane_slot += 1;
    CHECK(code_of(Received::claim(three.c, other)) == ESTALE);
    other = three.reference;
    other.lane_slot = shmheap::lane_slot_count;
    CHECK(code_of(Received::claim(three.c, other)) == EPROTO);
    other = three.reference;
    other.client = shmheap::client_handle(shmheap::client_slot_count, 1);
    CHECK(code_of(Received::claim(three.c, other)) == EPROTO);
    other = three.reference;
    other.length = std::uint64_t{1} << 62;
    CHECK(code_of(Received::claim(three.c, other)) == EPROTO);
    other = three.reference;
    other.heap[0] ^= 1;
    CHECK(code_of(Received::claim(three.c, other)) == EXDEV);
    three.held_by_b = {};
    CHECK(code_of(Received::claim(three.c, three.reference)) == ESTALE);
    CHECK(three.blocks_live() == 0);
    CHECK(code_of(Received::claim(three.c, three.reference)) == ESTALE);
}

TEST_CASE("a claim of what was not lent holds no block") {
    Three three;
    const Received claimed = three.claim();
    three.held_by_b = {};
    CHECK(three.blocks_live() == 0);
}

TEST_CASE("a lease that is said to be lent to places where nobody is costs no memory") {
    Three three;
    const Area of_b(three.folder, *three.heap, *three.b);
    of_b.lane_slot(three.reference.lane_slot).lent_to = ~std::uint64_t{0};
    Received claimed = three.claim();
    const std::uint64_t before = committed_bytes(three.folder / three.heap->name());
    three.held_by_b = {};
    CHECK(three.blocks_live() == 1);
    CHECK(committed_bytes(three.folder / three.heap->name()) == before);
    claimed = {};
    CHECK(three.blocks_live() == 0);
}

TEST_CASE("the place of a client that is gone is cleared by the next one") {
    Three three;
    three.lend();
    shmheap::detail::ClaimTicket lost;
    REQUIRE(shmheap::detail::core_of(*three.c).claim(three.reference, lost));
    three.c = attach(*three.heap);  // at another place, while the first is still there
    three.c.reset();
    three.c = attach(*three.heap);
    three.held_by_b = {};
    CHECK(three.blocks_live() == 0);
}

TEST_CASE("what a client left behind keeps no block, whether the owner or a successor finds it") {
    for (const bool succeeded : {false, true}) {
        Three three;
        three.lend();
        shmheap::detail::ClaimTicket lost;
        REQUIRE(shmheap::detail::core_of(*three.c).claim(three.reference, lost));
        three.c.reset();  // leaves its claim behind, as a killed one does
        if (succeeded) three.c = attach(*three.heap);
        three.held_by_b = {};
        CHECK(three.blocks_live() == 0);
        if (!succeeded) three.c = attach(*three.heap);
        const Area area(three.folder, *three.heap, *three.c);
        CHECK(shmheap::claim_state(area.claim(0).word) == shmheap::ClaimState::free);
        CHECK(shmheap::claim_generation(area.claim(0).word) != lost.generation);
    }
}

TEST_CASE("whatever a client left in its claims, its successor finds every place free and anew") {
    Three three;
    constexpr std::uint64_t foreseen = 12;
    {
        const Area area(three.folder, *three.heap, *three.c);
        area.slot().claims_used.store(0);
        for (std::uint32_t place = 0; place < shmheap::claim_slot_count; ++place) {
            const auto state = static_cast<shmheap::ClaimState>(place % 4);
            area.claim(place).word.store(shmheap::claim_word(foreseen, state));
        }
    }
    three.c.reset();
    three.c = attach(*three.heap);
    const Area area(three.folder, *three.heap, *three.c);
    for (std::uint32_t place = 0; place < shmheap::claim_slot_count; ++place) {
        const std::uint64_t word = area.claim(place).word;
        CHECK(shmheap::claim_state(word) == shmheap::ClaimState::free);
        CHECK(shmheap::claim_generation(word) > foreseen + 1);
    }
}

TEST_CASE("an owner hears of a claim that it adopted while the client withdrew it") {
    Three three;
    three.lend();
    const std::uint32_t before = Area(three.folder, *three.heap, *three.c).slot().releases;
    three.held_by_b = {};
    CHECK(code_of(Received::claim(three.c, three.reference)) == ESTALE);
    CHECK(Area(three.folder, *three.heap, *three.c).slot().releases == before + 1);
}

TEST_CASE("a client has 256 claims; without one left the bytes can be copied while they are lent") {
    Three three;
    three.lend();
    std::vector<Received> claims;
    for (std::uint32_t each = 0; each < shmheap::claim_slot_count; ++each)
        claims.push_back(three.claim());
    CHECK(code_of(Received::claim(three.c, three.reference)) == EAGAIN);
    auto& core = shmheap::detail::core_of(*three.c);
    const auto copy = core.copy_lent(three.reference);
    REQUIRE(copy);
    CHECK(bears(copy->data(), copy->size(), 7));
    three.held_by_b = {};
    CHECK(three.blocks_live() == 1);
    CHECK(three.heap->stats().leases_live == shmheap::claim_slot_count);
    CHECK(!core.copy_lent(three.reference));
    claims.clear();
    CHECK(three.blocks_live() == 0);
    CHECK(code_of(Received::claim(three.c, three.reference)) == ESTALE);
}

TEST_CASE("whatever a client writes into its claims, others keep what they have, and it ends") {
    std::mt19937_64 random(printed_seed("hostile claims"));
    Three three;
    const auto hostile = attach(*three.heap);
    const Area area(three.folder, *three.heap, *hostile);
    const Area lender(three.folder, *three.heap, *three.b);
    three.lend();
    const Received claimed = three.claim();
    for (int round = 0; round < 300; ++round) {
        for (std::uint32_t place = 0; place < shmheap::claim_slot_count; ++place) {
            shmheap::ClaimSlot& slot = area.claim(place);
            slot.word.store(random() % 3 == 0 ? random() : random() % 64);
            slot.source.store(random() % 2 == 0 ? random() : random() % 3);
            slot.source_generation.store(random() % 2 == 0 ? random() : random() % 400);
        }
        area.slot().claims_used.store(static_cast<std::uint32_t>(random()));
        void* block = three.heap->allocate(claimed_bytes);
        stamp(block, claimed_bytes, static_cast<std::uint64_t>(round));
        const auto issued = three.heap->issue(block, 0, claimed_bytes, three.b->slot());
        REQUIRE(issued);
        shmheap::deallocate(block);
        REQUIRE(Received::accept(three.b, *issued));  // and ended at once, lent to anybody
        lender.lane_slot(issued->lane_slot).lent_to.store(random());
        REQUIRE(three.heap->collect());
        if (round == 150) three.held_by_b = {};
        REQUIRE(bears(claimed.bytes().data(), claimed_bytes, 7));
    }
    // Its own end is the end of all that it pinned.
    area.slot().tenancy.fetch_add(1);
    CHECK(three.blocks_live() == 1);
    CHECK(three.heap->stats().leases_live == 1);
}
