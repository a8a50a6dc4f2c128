// Claims about Buffer and the allocators for the standard library's containers, in processes of
// their own, since they use the heap of the process.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <list>
#include <map>
#include <memory>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "shmheap/allocator.hpp"
#include "shmheap/buffer.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Allocator;
using shmheap::Buffer;
using shmheap::HybridAllocator;

namespace {

Ended with_heap(const Folder& folder, const std::function<int()>& body) {
    return in_child([&] {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        ::setenv("SHMHEAP_MAX_SIZE", "16MiB", 1);
        return body();
    });
}

std::uint64_t blocks_live() {
    return (*shmheap::process_heap())->stats().blocks_live;
}

template <template <class> class A>
int fill_containers() {
    {
        std::vector<int, A<int>> numbers;
        std::map<int, std::string, std::less<>, A<std::pair<const int, std::string>>> names;
        std::list<double, A<double>> values;
        std::unordered_map<int, int, std::hash<int>, std::equal_to<>, A<std::pair<const int, int>>>
            pairs;
        for (int each = 0; each < 10'000; ++each) {
            numbers.push_back(each);
            names[each] = std::to_string(each);
            values.push_back(each);
            pairs[each] = -each;
        }
        if (!shmheap::is_shared(numbers.data()) || !shmheap::is_shared(&values.back())) return 1;
        for (int each = 0; each < 10'000; ++each) {
            if (numbers[static_cast<std::size_t>(each)] != each || pairs[each] != -each) return 2;
            if (names[each] != std::to_string(each)) return 3;
        }
        auto copy = numbers;
        auto moved = std::move(numbers);
        if (copy != moved) return 4;
        const auto shared = std::allocate_shared<int>(A<int>(), 5);
        if (!shmheap::is_shared(shared.get()) || *shared != 5) return 5;
    }
    return blocks_live() == 0 ? 0 : 6;
}

static_assert(
    std::is_same_v<std::allocator_traits<Allocator<int>>::rebind_alloc<long>, Allocator<long>>);
static_assert(std::allocator_traits<Allocator<int>>::is_always_equal::value);
static_assert(std::allocator_traits<HybridAllocator<int>>::is_always_equal::value);

}  // namespace

TEST_CASE("the standard library's containers work in shared memory") {
    const Folder folder;
    CHECK(with_heap(folder, fill_containers<Allocator>) == exited(0));
    CHECK(with_heap(folder, fill_containers<HybridAllocator>) == exited(0));
    CHECK(Allocator<int>() == Allocator<int>(Allocator<long>()));
}

TEST_CASE("an allocator throws bad_alloc where the heap ends, and the hybrid one goes on") {
    const Folder folder;
    CHECK(with_heap(folder, [] {
              try {
                  std::vector<char, Allocator<char>> large(17 * mib);
                  return 1;
              } catch (const std::bad_alloc&) {
              }
              try {
                  (void)Allocator<long>().allocate(~std::size_t{0} / 4);
                  return 2;
              } catch (const std::bad_array_new_length&) {
              }
              std::vector<char, HybridAllocator<char>> large(17 * mib, 'x');
              return shmheap::is_shared(large.data()) ? 3 : 0;
          }) == exited(0));
}

TEST_CASE("a buffer is freed when its last copy goes, in whatever thread that is") {
    const Folder folder;
    CHECK(with_heap(folder, [] {
              auto buffer = Buffer::allocate(1'000);
              if (!buffer || !buffer->is_shared() || buffer->size() != 1'000) return 1;
              stamp(buffer->data(), 1'000, 1);
              Buffer copy = *buffer;
              *buffer = Buffer();
              if (*buffer || blocks_live() != 1) return 2;
              if (!bears(copy.data(), 1'000, 1)) return 3;
              std::jthread([moved = std::move(copy)] {}).join();
              return blocks_live() == 0 ? 0 : 4;
          }) == exited(0));
}

TEST_CASE("threads may copy one buffer at once, the first time too, and the last copy frees it") {
    const Folder folder;
    CHECK(with_heap(folder, [] {
              for (int round = 0; round < 1'000; ++round) {
                  auto buffer = Buffer::allocate(1'000);
                  if (!buffer) return 1;
                  stamp(buffer->data(), 1'000, 1);
                  std::atomic<int> wrong = 0;
                  {
                      const auto copy_and_read = [&wrong, &original = std::as_const(*buffer)] {
                          const Buffer copy = original;
                          const Buffer of_copy = copy;
                          if (!bears(of_copy.data(), 1'000, 1)) ++wrong;
                      };
                      const std::jthread one(copy_and_read);
                      const std::jthread two(copy_and_read);
                  }
                  if (wrong != 0) return 2;
                  if (blocks_live() != 1) return 3;
                  *buffer = Buffer();
                  if (blocks_live() != 0) return 4;
              }
              return 0;
          }) == exited(0));
}

TEST_CASE("a borrowed buffer and its copies free nothing, and an assigned one frees what it had") {
    const Folder folder;
    CHECK(with_heap(folder, [] {
              void* block = shmheap::allocate(100);
              {
                  const Buffer borrowed = Buffer::borrow({static_cast<std::byte*>(block), 100});
                  Buffer other = borrowed;
                  auto own = Buffer::allocate(100);
                  if (!own || blocks_live() != 2) return 1;
                  other = *own;
                  *own = borrowed;
                  if (blocks_live() != 2) return 2;
                  other = std::move(*own);
                  if (blocks_live() != 1 || other.data() != block) return 3;
              }
              if (blocks_live() != 1) return 4;
              shmheap::deallocate(block);
              return blocks_live() == 0 ? 0 : 5;
          }) == exited(0));
}

TEST_CASE("a buffer is private where the heap has no room, and one of a certain heap is refused") {
    const Folder folder;
    CHECK(with_heap(folder, [&] {
              const auto large = Buffer::allocate(17 * mib);
              if (!large || large->is_shared()) return 1;
              stamp(large->data(), large->size(), 1);
              const auto heap = make_heap(folder, 4 * mib);
              const auto refused = Buffer::allocate(*heap, 5 * mib);
              if (refused || refused.error().code != ENOMEM) return 2;
              const auto small = Buffer::allocate(*heap, 100);
              return small && heap->contains(small->data()) ? 0 : 3;
          }) == exited(0));
}
