/* Exchanges its program for itself for ever, so that it is found within execve(2) more often than
 * not. Says by a line in the file named by its argument that it has begun. */
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

int main(int count, char** arguments, char** environment) {
    if (count > 1) {
        const int ready = open(arguments[1], O_WRONLY);
        if (ready < 0 || write(ready, "x\n", 2) != 2) return 1;
        close(ready);
    }
    char* again[] = {arguments[0], NULL};
    execve("/proc/self/exe", again, environment);
    return 1;
}
