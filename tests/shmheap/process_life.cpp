// Claims about the heap of a process: when it comes, when it goes, and what fork does to it.
#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "rounds.hpp"
#include "support.hpp"

using namespace heap_test;

namespace {

void use(const Folder& folder) {
    ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
}

std::string heap_of(pid_t pid) {
    return "heap-" + std::to_string(pid);
}

Spoken live(const Folder& folder, const std::string& what) {
    return run_program(LIFE_PROGRAM, {what}, {"SHMHEAP_DIR=" + folder.path()});
}

}  // namespace

TEST_CASE("the heap of a process comes with the first allocation and goes at its normal exit") {
    const Folder folder;
    CHECK(in_child([&]() -> int {
              use(folder);
              if (!folder.names().empty()) return 1;
              if (shmheap::is_shared(&folder)) return 2;
              shmheap::deallocate(std::malloc(10));
              if (!folder.names().empty()) return 3;
              void* block = shmheap::allocate(100);
              if (block == nullptr || !shmheap::is_shared(block)) return 4;
              if (folder.names() != std::vector{heap_of(::getpid())}) return 5;
              const auto heap = shmheap::process_heap();
              if (!heap || (*heap)->name() != heap_of(::getpid())) return 6;
              if (!(*heap)->contains(block)) return 7;
              std::exit(0);
          }) == exited(0));
    CHECK(folder.names().empty());
}

TEST_CASE("asking for the process's heap creates it, too, and every call gives the same one") {
    const Folder folder;
    CHECK(in_child([&] {
              use(folder);
              const auto heap = shmheap::process_heap();
              if (!heap || folder.names().size() != 1) return 1;
              const auto again = shmheap::process_heap();
              return again && *again == *heap ? 0 : 2;
          }) == exited(0));
}

TEST_CASE("threads that allocate first all at once get one heap") {
    const Folder folder;
    CHECK(in_child([&] {
              use(folder);
              {
                  std::vector<std::jthread> threads;
                  threads.reserve(16);
                  for (int each = 0; each < 16; ++each)
                      threads.emplace_back([] { shmheap::deallocate(shmheap::allocate(100)); });
              }
              return folder.names().size() == 1 ? 0 : 1;
          }) == exited(0));
}

TEST_CASE("the heap goes when main returns while other threads allocate") {
    for (int round = 0; round < rounds(30); ++round) {
        const Folder folder;
        const Spoken spoken = live(folder, "threads");
        REQUIRE_MESSAGE(spoken.ended == exited(0), spoken.errors);
        REQUIRE(folder.names().empty());
    }
}

TEST_CASE("after the exit handler calls still work on what exists, and create no heap") {
    const Folder folder;
    for (const char* what : {"exit-with-heap", "exit-without-heap", "static-object"}) {
        CAPTURE(what);
        const Spoken spoken = live(folder, what);
        CHECK_MESSAGE(spoken.ended == exited(0), spoken.errors);
        CHECK(folder.names().empty());
    }
}

TEST_CASE("the library stays when it is unloaded, and its heap goes at exit") {
    const Folder folder;
    const Spoken spoken =
        run_program(LOADER_PROGRAM, {SHMHEAP_LIBRARY}, {"SHMHEAP_DIR=" + folder.path()});
    CHECK_MESSAGE(spoken.ended == exited(0), spoken.errors);
    CHECK(folder.names().empty());
}

TEST_CASE("_exit, quick_exit, abort and exec leave the heap to the cleaner") {
    const Folder folder;
    std::function<void()> end;
    SUBCASE("_exit") {
        end = [] { ::_exit(0); };
    }
    SUBCASE("quick_exit") {
        end = [] { std::quick_exit(0); };
    }
    SUBCASE("abort") {
        end = [] { std::abort(); };
    }
    SUBCASE("exec") {
        end = [] { ::execl("/bin/true", "true", nullptr); };
    }
    Child owner([&] {
        use(folder);
        if (shmheap::allocate(100) == nullptr) return 1;
        end();
        return 2;
    });
    const std::string name = heap_of(owner.pid());
    const Ended ended = owner.wait();
    CHECK((ended == exited(0) || ended == killed_by(SIGABRT)));
    CHECK(folder.names() == std::vector{name});
    CHECK(clean(folder, name) == shmheap::CleanResult::removed);
    CHECK(folder.names().empty());
}

TEST_CASE("exit in a forked child leaves its parent's heap alone") {
    const Folder folder;
    CHECK(in_child([&]() -> int {
              use(folder);
              void* block = shmheap::allocate(100);
              if (in_child([]() -> int { std::exit(7); }) != exited(7)) return 1;
              if (folder.names() != std::vector{heap_of(::getpid())}) return 2;
              if (clean(folder, heap_of(::getpid())) != shmheap::CleanResult::alive) return 3;
              shmheap::deallocate(block);
              std::exit(0);
          }) == exited(0));
    CHECK(folder.names().empty());
}

TEST_CASE("a forked child's first allocation makes a heap of its own, which goes with it") {
    const Folder folder;
    CHECK(in_child([&] {
              use(folder);
              void* block = shmheap::allocate(100);
              const std::string parent = heap_of(::getpid());
              const Ended child = in_child([&]() -> int {
                  if (shmheap::is_shared(block)) return 1;
                  void* own = shmheap::allocate(100);
                  if (own == nullptr || !shmheap::is_shared(own)) return 2;
                  const auto heap = shmheap::process_heap();
                  if (!heap || (*heap)->name() != heap_of(::getpid())) return 3;
                  if (folder.names().size() != 2) return 4;
                  if ((*heap)->stats().blocks_live != 1) return 5;
                  shmheap::deallocate(own);
                  std::exit(0);
              });
              if (child != exited(0)) return child.status;
              return folder.names() == std::vector{parent} ? 0 : 6;
          }) == exited(0));
}

TEST_CASE("in a forked child inherited blocks stay readable, and freeing them does nothing") {
    const Folder folder;
    const auto heap = make_heap(folder);
    constexpr std::size_t bytes = 100'000;
    std::vector<void*> blocks;
    for (const std::size_t size : {100UL, 5'000UL, bytes, 3'000'000UL})
        blocks.push_back(heap->allocate(size));
    stamp(blocks[2], bytes, 5);
    CHECK(in_child([&] {
              if (!bears(blocks[2], bytes, 5)) return 1;
              for (void* block : blocks) {
                  shmheap::deallocate(block);
                  shmheap::deallocate(block);  // would end the owner
              }
              return bears(blocks[2], bytes, 5) ? 0 : 2;
          }) == exited(0));
    CHECK(heap->stats().blocks_live == 4);
    CHECK(bears(blocks[2], bytes, 5));
    for (void* block : blocks)
        shmheap::deallocate(block);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("in a forked child the inherited handles say ECHILD and hurt nobody") {
    const Folder folder;
    const auto heap = make_heap(folder);
    auto client = attach(*heap);
    void* block = heap->allocate(1'000);
    stamp(block, 1'000, 3);
    const auto held = heap->issue(block, 0, 1'000, client->slot());
    const auto issued = heap->issue(block, 0, 1'000, client->slot());
    REQUIRE((held && issued));
    const auto bytes = client->accept(*held);
    REQUIRE(bytes);
    CHECK(in_child([&] {
              const auto refused = [](const auto& result) {
                  return !result && result.error().code == ECHILD;
              };
              errno = 0;
              if (heap->allocate(100) != nullptr || errno != ECHILD) return 1;
              if (heap->allocate_aligned(100, 4096) != nullptr || errno != ECHILD) return 2;
              if (!refused(heap->issue(block, 0, 10, client->slot()))) return 3;
              if (!refused(heap->revoke(*issued))) return 4;
              if (!refused(heap->collect())) return 5;
              if (!refused(heap->collect_client(client->slot()))) return 6;
              if (!refused(client->accept(*issued))) return 7;
              if (!refused(client->release(*held))) return 8;
              if (heap->stats().blocks_live != 1) return 9;
              (void)heap->leases_of(client->slot());
              heap->await_release(client->slot(), 1'000'000'000'000);
              client.reset();  // detaches nobody
              return bears(bytes->data(), 1'000, 3) ? 0 : 10;
          }) == exited(0));
    CHECK(heap->stats().leases_live == 2);
    CHECK(heap->stats().clients == 1);
    CHECK(client->accept(*issued));
    CHECK(client->release(*held));
    CHECK(client->release(*issued));
    shmheap::deallocate(block);
    CHECK(heap->collect() == 2);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("a heap outlives the fork of its owner that exits first, and dies with its owner") {
    const Folder folder;
    const Event born;
    const Event go_on;
    Child owner([&]() -> int {
        const auto heap = make_heap(folder);
        const Child lasting([] { return ::pause(); });
        born.tell();
        (void)go_on.wait();
        ::_exit(0);  // the forked child lives on, and holds no lock
    });
    const std::string name = heap_of(owner.pid());
    REQUIRE(born.wait());
    CHECK(clean(folder, name) == shmheap::CleanResult::alive);
    go_on.tell();
    CHECK(owner.wait() == exited(0));
    CHECK(clean(folder, name) == shmheap::CleanResult::removed);
}

TEST_CASE("children forked while threads allocate make their own heaps and never hang") {
    if (!malloc_survives_fork()) return;
    const Folder folder;
    CHECK(in_child([&] {
              use(folder);
              std::atomic<bool> done{false};
              std::vector<std::jthread> threads;
              threads.reserve(3);
              for (int each = 0; each < 3; ++each) {
                  threads.emplace_back([&] {
                      while (!done) {
                          std::jthread([] { shmheap::deallocate(shmheap::allocate(300)); }).join();
                          shmheap::deallocate(shmheap::allocate(100'000));
                          (void)(*shmheap::process_heap())->collect();
                      }
                  });
              }
              int wrong = 0;
              for (int round = 0; round < rounds(100) && wrong == 0; ++round) {
                  const Ended child = in_child([] {
                      ::alarm(20);
                      void* block = shmheap::allocate(1'000);
                      if (block == nullptr) return 1;
                      std::memset(block, 1, 1'000);
                      shmheap::deallocate(block);
                      const auto heap = shmheap::process_heap();
                      return heap && (*heap)->stats().blocks_live == 0 ? 0 : 2;
                  });
                  wrong = child == exited(0) ? 0 : 1 + child.signal;
              }
              done = true;
              return wrong;
          }) == exited(0));
}

TEST_CASE("a child forked while another thread locks inherits no lock") {
    const Folder folder;
    const auto heap = make_heap(folder);
    std::atomic<bool> done{false};
    std::jthread attaching([&] {
        while (!done)
            (void)attach(*heap);
    });
    std::vector<std::unique_ptr<Child>> children;
    children.reserve(static_cast<std::size_t>(rounds(200)));
    for (int each = 0; each < rounds(200); ++each)
        children.push_back(std::make_unique<Child>([] { return ::pause(); }));
    done = true;
    attaching.join();
    CHECK(heap->stats().clients == 0);
}

TEST_CASE("a forked child may end its parent's heap that has a helper thread, and never hangs") {
    const Folder folder;
    auto options = options_in(folder);
    options.background = true;
    auto heap = shmheap::Heap::create(options);
    REQUIRE(heap);
    // Only a helper that waits for work could be waited for: it was there to give memory back.
    shmheap::deallocate((*heap)->allocate(4 * mib));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while ((*heap)->stats().heap_size != 0 && std::chrono::steady_clock::now() < deadline)
        ::sched_yield();
    REQUIRE((*heap)->stats().heap_size == 0);
    const Event ended;
    Child child([&] {
        heap->reset();
        ended.tell();
        return 0;
    });
    CHECK(ended.wait());
    CHECK(child.wait() == exited(0));
}
