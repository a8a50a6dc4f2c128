/* What the tests of the C interface share: claims that are counted, a partner process at the other
 * end of a pair of sockets, and a directory of their own for the heaps, which must be empty in the
 * end. One thread. */
#ifndef CLAIMS_H
#define CLAIMS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

#define CHECK(claim) check((claim) != 0, #claim, __FILE__, __LINE__)

static inline void check(int holds, const char* claim, const char* file, int line) {
    if (holds) return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    if (failures < 100) ++failures;
}

/* What cannot go on without it. */
static inline void need(int holds, const char* what) {
    if (holds) return;
    perror(what);
    exit(101);
}

static inline void say(int channel, const void* data, size_t size) {
    need(write(channel, data, size) == (ssize_t)size, "write");
}

static inline void hear(int channel, void* data, size_t size) {
    need(recv(channel, data, size, MSG_WAITALL) == (ssize_t)size, "recv");
}

/* One step of the conversation, as a letter; what comes must be what was expected. */
static inline void say_step(int channel, char step) {
    say(channel, &step, 1);
}

static inline void await_step(int channel, char step) {
    char heard = 0;
    hear(channel, &heard, 1);
    if (heard == step) return;
    fprintf(stderr, "expected step %c, heard %c\n", step, heard);
    exit(101);
}

/* Forks off a process that ends with the status of `run` and with this process. */
static inline pid_t fork_partner(int (*run)(int channel), int* channel) {
    int channels[2];
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, channels) == 0, "socketpair");
    const pid_t parent = getpid();
    const pid_t partner = fork();
    need(partner >= 0, "fork");
    if (partner == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(101);
        close(channels[0]);
        exit(run(channels[1]));
    }
    close(channels[1]);
    *channel = channels[0];
    return partner;
}

/* Runs the test in one process more, so that the directory is empty and removed whatever happens
 * there. Returns the exit status for main. */
static inline int run_in_own_directory(int (*test)(void)) {
    char directory[] = "/dev/shm/harrier-c-api-XXXXXX";
    need(mkdtemp(directory) != NULL, "mkdtemp");
    const pid_t child = fork();
    need(child >= 0, "fork");
    if (child == 0) {
        setenv("SHMHEAP_DIR", directory, 1);
        exit(test());
    }
    int status = 0;
    need(waitpid(child, &status, 0) == child, "waitpid");
    if (rmdir(directory) != 0) {
        perror("something was left behind");
        return 102;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 103;
}

#endif
