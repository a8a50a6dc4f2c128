// Writes its pid and a number that grows, a line at a time, each with one write(2), so that whoever
// reads them sees which are lost, doubled or torn. A millisecond passes between two lines.
//
//     teller
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

int main() {
    for (long number = 1;; ++number) {
        char line[64];
        const int size = std::snprintf(line, sizeof line, "%d %ld.\n", getpid(), number);
        while (write(STDOUT_FILENO, line, static_cast<size_t>(size)) < 0) {
            if (errno != EINTR) return 1;
        }
        const timespec pause{.tv_sec = 0, .tv_nsec = 1'000'000};
        nanosleep(&pause, nullptr);
    }
}
