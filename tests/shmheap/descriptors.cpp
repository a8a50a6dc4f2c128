// Claims about processes that close descriptors they do not know, and about heaps whose name
// somebody else removes.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "file/cleaner.hpp"
#include "file/inspect.hpp"
#include "os/shm_directory.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Reference;

namespace {

/// Closes everything but the standard streams, and lets strangers' files take the numbers.
void lose_descriptors(const std::string& stranger) {
    ::close_range(3, ~0U, 0);
    const int fd = ::open(stranger.c_str(), O_RDWR | O_CREAT, 0600);
    for (int each = 0; each < 20; ++each)
        (void)::dup(fd);
}

shmheap::Holders holders_of(const Folder& folder, const std::string& name) {
    const UniqueFd file(::open((folder / name).c_str(), O_RDONLY | O_CLOEXEC));
    return shmheap::find_holders(file.get()).value();
}

bool is_alive(const Folder& folder, const std::string& name) {
    const auto directory = shmheap::os::ShmDirectory::open(folder.path());
    return shmheap::clean(*directory, name) == shmheap::CleanResult::alive;
}

/// A value that a forked child shares with its parent.
template <class T>
T& shared_value() {
    void* memory =
        ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    return *new (memory) T{};
}

}  // namespace

TEST_CASE("an owner whose descriptors were closed keeps its lock, grows, collects and issues") {
    const Folder folder;
    CHECK(in_child([&] {
              const auto heap = make_heap(folder);
              const auto client = attach(*heap);
              lose_descriptors(folder / "stranger");
              if (!is_alive(folder, heap->name())) return 1;
              if (holders_of(folder, heap->name()).count() != 2) return 2;
              void* block = heap->allocate(20 * mib);
              if (block == nullptr || heap->lost_its_name()) return 3;
              stamp(block, 20 * mib, 1);
              const auto reference = heap->issue(block, 0, 20 * mib, client->slot());
              if (!reference) return 4;
              const auto bytes = client->accept(*reference);
              if (!bytes || !bears(bytes->data(), 20 * mib, 1)) return 5;
              if (!client->owner_lives() || !client->release(*reference)) return 6;
              if (heap->collect() != 1 || heap->stats().clients != 1) return 7;
              shmheap::deallocate(block);
              if (!heap->collect() || heap->stats().heap_size != 0) return 8;
              return std::filesystem::file_size(folder / "stranger") == 0 ? 0 : 9;
          }) == exited(0));
    CHECK(folder.names() == std::vector<std::string>{"stranger"});
}

TEST_CASE(
    "a client whose descriptors were closed keeps its slot and accepts what the heap grew by") {
    const Folder folder;
    const auto heap = make_heap(folder);
    auto& slot = shared_value<std::uint32_t>();
    auto& reference = shared_value<Reference>();
    const Event attached;
    const Event issued;
    const Event accepted;
    Child child([&] {
        const auto client = attach(*heap);
        slot = client->slot();
        attached.tell();
        if (!issued.wait()) return 1;
        lose_descriptors(folder / "stranger");
        const auto bytes = client->accept(reference);
        if (!bytes || !bears(bytes->data(), 20 * mib, 1)) return 2;
        if (!client->owner_lives()) return 3;
        if (holders_of(folder, heap->name()).clients != 1) return 4;
        return 0;
    });
    REQUIRE(attached.wait());
    void* block = heap->allocate(20 * mib);
    stamp(block, 20 * mib, 1);
    reference = *heap->issue(block, 0, 20 * mib, slot);
    issued.tell();
    CHECK(child.wait() == exited(0));
    CHECK(heap->collect() == 1);
}

TEST_CASE("a process that is out of descriptors does not take its heap for lost") {
    const Folder folder;
    CHECK(in_child([&] {
              const auto heap = make_heap(folder);
              ::close_range(3, ~0U, 0);
              rlimit files{};
              ::getrlimit(RLIMIT_NOFILE, &files);
              const rlimit none{3, files.rlim_max};
              ::setrlimit(RLIMIT_NOFILE, &none);
              if (heap->allocate(100) != nullptr || errno != ENOMEM) return 1;
              if (heap->lost_its_name()) return 2;
              ::setrlimit(RLIMIT_NOFILE, &files);
              return heap->allocate(100) != nullptr && !heap->lost_its_name() ? 0 : 3;
          }) == exited(0));
}

TEST_CASE("a heap whose name is removed is replaced, and its blocks live on until they are freed") {
    const Folder folder;
    const Spoken spoken = speaking_child([&]() -> int {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        void* old_block = shmheap::allocate(50'000);
        stamp(old_block, 50'000, 1);
        auto* old_heap = *shmheap::process_heap();
        if (::unlink((folder / old_heap->name()).c_str()) != 0) return 1;
        if (!old_heap->collect() || !old_heap->lost_its_name()) return 2;
        void* block = shmheap::allocate(50'000);
        auto* heap = *shmheap::process_heap();
        if (heap == old_heap || !heap->contains(block)) return 3;
        if (folder.names() != std::vector{"heap-" + std::to_string(::getpid())}) return 4;
        if (!is_alive(folder, heap->name())) return 5;
        if (!shmheap::is_shared(old_block) || !bears(old_block, 50'000, 1)) return 6;
        shmheap::deallocate(old_block);
        shmheap::deallocate(block);
        if (old_heap->stats().blocks_live != 0 || heap->stats().blocks_live != 0) return 7;
        std::exit(0);
    });
    CHECK(spoken.ended == exited(0));
    CHECK(spoken.errors.find("a new heap replaces it") != std::string::npos);
    CHECK(folder.names().empty());
}

TEST_CASE("a process whose heap loses its name again and again has one each time") {
    const Folder folder;
    const Spoken spoken = speaking_child([&]() -> int {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        ::setenv("SHMHEAP_MAX_SIZE", "4MiB", 1);
        for (int loss = 0; loss < 150; ++loss) {
            void* block = shmheap::allocate(100);
            if (!shmheap::is_shared(block)) return 1;
            shmheap::deallocate(block);
            const auto heap = shmheap::process_heap();
            if (!heap || ::unlink((folder / (*heap)->name()).c_str()) != 0) return 2;
            if (!(*heap)->collect() || !(*heap)->lost_its_name()) return 3;
        }
        return 0;
    });
    CHECK(spoken.ended == exited(0));
}

TEST_CASE("the loss of the name is noticed when the heap has to grow, too") {
    const Folder folder;
    CHECK(in_child([&]() -> int {
              ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
              (void)shmheap::allocate(100);
              auto* old_heap = *shmheap::process_heap();
              if (::unlink((folder / old_heap->name()).c_str()) != 0) return 1;
              void* block = shmheap::allocate(10 * mib);
              if (block == nullptr || old_heap->contains(block)) return 2;
              return folder.names().size() == 1 ? 0 : 3;
          }) == exited(0));
}

TEST_CASE("clients of a heap that lost its name read on, and know that its owner lives") {
    const Folder folder;
    const auto heap = make_heap(folder);
    const auto client = attach(*heap);
    void* block = heap->allocate(1'000);
    stamp(block, 1'000, 1);
    const auto reference = heap->issue(block, 0, 1'000, client->slot());
    REQUIRE(reference);
    REQUIRE(::unlink((folder / heap->name()).c_str()) == 0);
    REQUIRE(heap->collect());
    CHECK(client->owner_lives());
    const auto bytes = client->accept(*reference);
    REQUIRE(bytes);
    CHECK(bears(bytes->data(), 1'000, 1));
    CHECK(client->release(*reference));
    CHECK(heap->collect() == 1);
    const auto gone = shmheap::Client::attach(heap->name(), folder.path());
    CHECK((!gone && gone.error().code == ENOENT));
}

TEST_CASE("a client of a heap that lost its name gets its first lease") {
    const Folder folder;
    const auto heap = make_heap(folder);
    void* block = heap->allocate(64);
    const auto client = attach(*heap);
    std::filesystem::remove(folder / heap->name());
    const auto reference = heap->issue(block, 0, 64, client->slot());
    REQUIRE_MESSAGE(reference.has_value(), reference.error().message());
    CHECK(client->accept(*reference));
}

TEST_CASE("a process that is out of descriptors at exit takes its heap with it") {
    const Folder folder;
    const auto ended = in_child([&] {
        const rlimit few = {64, 64};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0) return 1;
        const auto heap = make_heap(folder);
        while (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
        }
        return 0;
    });
    CHECK(ended == exited(0));
    CHECK(folder.names().empty());
}

TEST_CASE("a heap in a relative directory goes although the process went elsewhere") {
    const Folder folder;
    const auto ended = in_child([&] {
        if (::chdir(folder.path().c_str()) != 0) return 1;
        shmheap::HeapOptions options = options_in(folder);
        options.directory = ".";
        const auto heap = shmheap::Heap::create(options);
        return heap && ::chdir("/") == 0 ? 0 : 2;
    });
    CHECK(ended == exited(0));
    CHECK(folder.names().empty());
}
