// The component that bench_supervisor has started:
//     bench_component FIFO [BYTES]
// allocates that much in its heap, if any, then writes its pid into the FIFO as four bytes and
// waits to be ended.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "shmheap/heap.hpp"

int main(int argument_count, char** arguments) {
    if (argument_count < 2) return 2;
    if (argument_count > 2) {
        const auto bytes = static_cast<std::size_t>(std::strtoull(arguments[2], nullptr, 10));
        void* block = shmheap::allocate(bytes);
        if (block == nullptr) return 1;
        std::memset(block, 1, bytes);
    }
    const int fifo = open(arguments[1], O_WRONLY | O_CLOEXEC);
    const pid_t pid = getpid();
    if (write(fifo, &pid, sizeof(pid)) != sizeof(pid)) return 1;
    for (;;)
        pause();
}
