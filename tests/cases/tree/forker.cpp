/// A component that is a tree of processes, which prints "grown" when all of them are there and
/// have told so:
///
///     forker COUNT [deaf]         deaf: none of them takes notice of SIGTERM
///
/// The leader has branches of 24 leaves. By turns a branch stays as it is, begins a session of its
/// own, or hands its leaves over to whoever takes orphans, by forking twice.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr int leaves_per_branch = 24;

enum class Kind { plain, session, orphans };

[[noreturn]] void wait_to_be_ended(int told) {
    if (write(told, ".", 1) != 1) _exit(1);
    for (;;)
        pause();
}

pid_t fork_or_end() {
    const pid_t child = fork();
    if (child < 0) {
        std::perror("forker: fork");
        _exit(1);
    }
    return child;
}

void grow_leaf(Kind kind, int told) {
    const pid_t child = fork_or_end();
    if (child > 0) {
        if (kind == Kind::orphans) waitpid(child, nullptr, 0);
        return;
    }
    if (kind == Kind::orphans && fork_or_end() > 0) _exit(0);
    wait_to_be_ended(told);
}

[[noreturn]] void be_branch(Kind kind, int leaves, int told) {
    if (kind == Kind::session) setsid();
    for (int leaf = 0; leaf < leaves; ++leaf)
        grow_leaf(kind, told);
    wait_to_be_ended(told);
}

}  // namespace

int main(int argument_count, char** arguments) {
    const int count = argument_count > 1 ? std::atoi(arguments[1]) : 0;
    if (count < 1) return 2;
    if (argument_count > 2 && std::string_view(arguments[2]) == "deaf")
        std::signal(SIGTERM, SIG_IGN);  // inherited
    int ends[2];
    if (pipe(ends) != 0) return 1;
    int left = count - 1;
    for (int branch = 0; left > 0; ++branch) {
        const int leaves = left > leaves_per_branch ? leaves_per_branch : left - 1;
        left -= leaves + 1;
        if (fork_or_end() == 0) be_branch(static_cast<Kind>(branch % 3), leaves, ends[1]);
    }
    for (int told = 1; told < count; ++told) {
        char byte = 0;
        if (read(ends[0], &byte, 1) != 1) return 1;
    }
    std::puts("grown");
    std::fflush(stdout);
    for (;;)
        pause();
}
