// Claims about clients that do what they must not: they cannot write into the payload, and nothing
// that they write into their own area, or make of a reference, hurts the owner or other clients.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>

#include "rounds.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Reference;

namespace {

using Name = std::array<char, 64>;

Name name_of(const shmheap::Heap& heap) {
    Name name{};
    heap.name().copy(name.data(), name.size() - 1);
    return name;
}

/// A client in a process that was forked before the heap was born, and so inherited nothing of it.
/// It attaches and accepts one lease; `deed` is what it then does with the bytes.
class Stranger {
public:
    explicit Stranger(const std::function<int(std::span<const std::byte>)>& deed)
        : child_([&] { return act(deed); }) {}

    Ended receive(shmheap::Heap& heap, const void* block, std::size_t bytes) {
        REQUIRE(names_.send(name_of(heap)));
        std::uint32_t slot = 0;
        REQUIRE(slots_.receive(slot));
        const auto reference = heap.issue(block, 0, bytes, slot);
        REQUIRE(reference);
        REQUIRE(leases_.send(*reference));
        return child_.wait();
    }

    Folder folder;

private:
    int act(const std::function<int(std::span<const std::byte>)>& deed) const {
        Name name{};
        if (!names_.receive(name)) return 90;
        const auto client = shmheap::Client::attach(name.data(), folder.path());
        Reference reference;
        if (!client || !slots_.send((*client)->slot()) || !leases_.receive(reference)) return 91;
        const auto bytes = (*client)->accept(reference);
        return bytes ? deed(*bytes) : 92;
    }

    Channel names_;
    Channel slots_;
    Channel leases_;
    Child child_;
};

Ended let_stranger(const std::function<int(std::span<const std::byte>)>& deed) {
    Stranger stranger(deed);
    const auto heap = make_heap(stranger.folder);
    void* block = heap->allocate(10'000);
    stamp(block, 10'000, 1);
    const Ended ended = stranger.receive(*heap, block, 10'000);
    CHECK(bears(block, 10'000, 1));
    return ended;
}

/// Descriptors of this process that lead to a heap.
std::vector<int> heap_descriptors() {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (target.find("/heap-") != std::string::npos)
            found.push_back(std::stoi(entry.path().filename()));
    }
    return found;
}

}  // namespace

TEST_CASE("a client that writes into the payload is ended by the kernel") {
    CHECK(let_stranger([](std::span<const std::byte> bytes) {
              *const_cast<volatile std::byte*>(bytes.data()) = std::byte{1};
              return 0;
          }) == killed_by(SIGSEGV));
}

TEST_CASE("a client cannot make its mapping of the payload writable, nor map it for writing") {
    CHECK(let_stranger([](std::span<const std::byte> bytes) {
              auto* data = const_cast<std::byte*>(bytes.data());
              const auto page = reinterpret_cast<std::uintptr_t>(data) % 4096;
              if (::mprotect(data - page, 4096, PROT_READ | PROT_WRITE) == 0) return 1;
              if (errno != EACCES) return 2;
              const auto descriptors = heap_descriptors();
              if (descriptors.empty()) return 3;
              for (const int fd : descriptors) {
                  void* mapped =
                      ::mmap(nullptr, 4096, PROT_WRITE, MAP_SHARED, fd, shmheap::payload_offset);
                  if (mapped != MAP_FAILED || errno != EACCES) return 4;
                  if (::pwrite(fd, "x", 1, shmheap::payload_offset) >= 0) return 5;
                  if (::ftruncate(fd, 0) == 0) return 6;
              }
              return 0;
          }) == exited(0));
}

TEST_CASE("no bytes of a reference crash a client or its owner, or touch other leases") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const auto client = attach(*heap);
    const auto bystander = attach(*heap);
    void* block = heap->allocate(1'000);
    const auto kept = heap->issue(block, 0, 1'000, bystander->slot());
    REQUIRE((kept && bystander->accept(*kept)));
    std::mt19937 random(printed_seed("references"));
    const auto random_byte = [&] { return static_cast<unsigned char>(random()); };
    for (int round = 0; round < rounds(20'000); ++round) {
        const auto good = heap->issue(block, 0, 1'000, client->slot());
        REQUIRE(good);
        std::array<unsigned char, sizeof(Reference)> bytes{};
        std::memcpy(bytes.data(), &*good, sizeof *good);
        for (auto change = random() % 4; change > 0; --change)
            bytes[random() % bytes.size()] = random_byte();
        if (random() % 8 == 0) std::generate(bytes.begin(), bytes.end(), random_byte);
        Reference wrong;
        std::memcpy(&wrong, bytes.data(), sizeof wrong);
        if (const auto view = client->accept(wrong)) {
            // Whatever was accepted can be read: it lies within the file.
            if (!view->empty()) {
                volatile std::byte last = view->back();
                (void)last;
            }
            (void)heap->revoke(wrong);
            REQUIRE(client->release(wrong));
        } else {
            (void)client->release(wrong);
            (void)heap->revoke(wrong);
            (void)heap->revoke(*good);
        }
    }
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 1);
    CHECK(bystander->release(*kept));
    CHECK(heap->collect() == 1);
}

namespace {

/// The words of one client's own area, slot and lane, as that client may write them.
class OwnArea {
public:
    OwnArea(const std::string& path, std::uint32_t slot) {
        const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        const auto offset =
            shmheap::client_area_offset + shmheap::client_index(slot) * shmheap::client_area_stride;
        void* mapped = ::mmap(nullptr, shmheap::client_area_stride, PROT_READ | PROT_WRITE,
                              MAP_SHARED, file.get(), static_cast<off_t>(offset));
        REQUIRE(mapped != MAP_FAILED);
        words_ = static_cast<std::uint64_t*>(mapped);
    }
    ~OwnArea() { ::munmap(words_, shmheap::client_area_stride); }
    OwnArea(const OwnArea&) = delete;
    OwnArea& operator=(const OwnArea&) = delete;

    void scribble(std::mt19937_64& random) {
        const bool in_lane = random() % 4 != 0;
        const std::size_t lane = shmheap::lane_offset / sizeof(std::uint64_t);
        const std::size_t word = in_lane ? lane + random() % shmheap::lane_slot_count * 8
                                         : random() % (sizeof(shmheap::ClientSlot) / 8);
        // Small numbers are words that could be right: any state, any early generation.
        const std::uint64_t value = random() % 2 == 0 ? random() % 64 : random();
        std::atomic_ref(words_[word]).store(value, std::memory_order_relaxed);
    }

private:
    std::uint64_t* words_ = nullptr;
};

}  // namespace

TEST_CASE("whatever a client writes into its own area, the owner runs on and others lose nothing") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const auto bystander = attach(*heap);
    void* lasting = heap->allocate(1'000);
    stamp(lasting, 1'000, 1);
    const auto kept = heap->issue(lasting, 0, 1'000, bystander->slot());
    REQUIRE(kept);
    const auto view = bystander->accept(*kept);
    REQUIRE(view);
    const auto seed = printed_seed("scribbles");
    const Channel slots;
    Child scribbler([&]() -> int {
        const auto client = attach(*heap);
        OwnArea area(folder / heap->name(), client->slot());
        slots.send(client->slot());
        std::mt19937_64 random(seed);
        while (true)
            area.scribble(random);
    });
    std::uint32_t slot = 0;
    REQUIRE(slots.receive(slot));
    std::mt19937 random(seed);
    for (int round = 0; round < rounds(100'000); ++round) {
        void* block = heap->allocate(random() % 5'000);
        // The tenancy changes all the time, so the owner is asked for each that it could be.
        const auto other = static_cast<std::uint32_t>(random() % 64 << 8);
        const std::uint32_t tenant = random() % 2 == 0 ? slot : slot ^ other;
        const auto reference = heap->issue(block, 0, 1, tenant);
        if (reference && random() % 2 == 0) (void)heap->revoke(*reference);
        if (random() % 16 == 0) (void)heap->collect_client(slot);
        if (random() % 64 == 0) heap->await_release(slot, 1'000);
        shmheap::deallocate(block);
    }
    CHECK(scribbler.kill(SIGKILL) == killed_by(SIGKILL));
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 1);
    CHECK(heap->stats().blocks_live == 1);
    CHECK(bears(view->data(), 1'000, 1));
    CHECK(bystander->release(*kept));
    CHECK(heap->collect() == 1);
    // The slot serves the next client as if nothing had been.
    const auto next = attach(*heap);
    CHECK(shmheap::client_index(next->slot()) == shmheap::client_index(slot));
    const auto again = heap->issue(lasting, 0, 1'000, next->slot());
    REQUIRE(again);
    CHECK(next->accept(*again));
    CHECK(next->release(*again));
    CHECK(heap->collect() == 1);
}

TEST_CASE("what is no regular file cannot be attached, and says EPROTO") {
    const Folder folder;
    std::filesystem::create_directory(folder / "directory");
    std::filesystem::create_symlink("elsewhere", folder / "link");
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    for (const char* name : {"directory", "link", "fifo"}) {
        CAPTURE(name);
        const auto client = shmheap::Client::attach(name, folder.path());
        REQUIRE_FALSE(client);
        CHECK(client.error().code == EPROTO);
    }
}
