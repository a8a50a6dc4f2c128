// A process whose life the tests watch. The first argument says what it does with the heap of the
// process (SHMHEAP_DIR says where); the exit status is 0 when everything was as it should be, else
// the number of the claim that was not.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

#include "shmheap/heap.hpp"

namespace {

enum class Late { nothing, with_heap, without_heap };
Late late_check = Late::nothing;

/// main() returns while these threads allocate and free.
int return_while_threads_allocate() {
    static std::atomic<int> busy{0};
    constexpr int thread_count = 4;
    for (int each = 0; each < thread_count; ++each) {
        std::thread([] {
            for (std::size_t round = 0;; ++round) {
                void* blocks[] = {shmheap::allocate(round % 70'000), shmheap::allocate(100)};
                if (round == 100) ++busy;
                for (void* block : blocks)
                    shmheap::deallocate(block);
            }
        }).detach();
    }
    while (busy < thread_count)
        ::sched_yield();
    return 0;
}

bool directory_is_empty() {
    return std::filesystem::is_empty(std::getenv("SHMHEAP_DIR"));
}

/// After the library's exit handler, which runs before this one.
[[gnu::destructor(101)]] void check_late() {
    if (late_check == Late::nothing) return;
    if (!directory_is_empty()) ::_exit(10);
    void* block = shmheap::allocate_hybrid(100);
    if (block == nullptr) ::_exit(11);
    std::memset(block, 1, 100);
    if (shmheap::is_shared(block) != (late_check == Late::with_heap)) ::_exit(12);
    shmheap::deallocate(block);
    if (late_check == Late::without_heap) {
        if (shmheap::allocate(100) != nullptr || errno != ECANCELED) ::_exit(13);
        if (shmheap::process_heap().has_value()) ::_exit(14);
    }
    if (!directory_is_empty()) ::_exit(15);
}

int exit_with_heap() {
    late_check = Late::with_heap;
    void* block = shmheap::allocate(100);
    shmheap::deallocate(shmheap::allocate(100));
    return block != nullptr && !directory_is_empty() ? 0 : 1;
}

int exit_without_heap() {
    late_check = Late::without_heap;
    return directory_is_empty() ? 0 : 1;
}

/// A static object that still holds a block when the process ends.
struct Holder {
    ~Holder() { shmheap::deallocate(block); }
    void* block = nullptr;
};

int hold_in_static_object() {
    static Holder holder;
    holder.block = shmheap::allocate(100);
    thread_local Holder of_thread;
    of_thread.block = shmheap::allocate(5'000);
    std::thread([] {
        thread_local Holder of_other;
        of_other.block = shmheap::allocate(50'000);
    }).join();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    const std::string_view what = count > 1 ? words[1] : "";
    if (what == "threads") return return_while_threads_allocate();
    if (what == "exit-with-heap") return exit_with_heap();
    if (what == "exit-without-heap") return exit_without_heap();
    if (what == "static-object") return hold_in_static_object();
    return 98;
}
