// The component that bench_supervisor has started:
//     bench_component FIFO [BYTES]
// allocates that much in its heap, if any, then writes its pid into the FIFO as four bytes and
// waits to be ended. Supervisors whose services have no arguments of their own say both in the
// environment, which goes before (s6 passes the name of the service).
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include "shmheap/heap.hpp"

int main(int argument_count, char** arguments) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // no benchmark that was killed leaves it behind
    const char* path = std::getenv("BENCH_FIFO");
    const char* size = std::getenv("BENCH_HEAP_BYTES");
    if (path == nullptr) {
        path = argument_count > 1 ? arguments[1] : nullptr;
        size = argument_count > 2 ? arguments[2] : nullptr;
    }
    if (path == nullptr) return 2;
    const std::size_t bytes = size == nullptr ? 0 : std::strtoull(size, nullptr, 10);
    if (bytes > 0) {
        void* block = shmheap::allocate(bytes);
        if (block == nullptr) return 1;
        std::memset(block, 1, bytes);
    }
    const int fifo = open(path, O_WRONLY | O_CLOEXEC);
    const pid_t pid = getpid();
    if (write(fifo, &pid, sizeof(pid)) != sizeof(pid)) return 1;
    for (;;)
        pause();
}
