#include "launcher/supervise/child.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <span>

#include "os/error.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;

constexpr std::size_t stack_bytes = std::size_t{64} << 10;
constexpr std::size_t stack_alignment = 16;
constexpr int exit_status_not_executed = 127;

/// What the child needs to know and says back; it lives in launch(), which waits.
struct Briefing {
    const ChildImage* image = nullptr;
    const rlimit* open_files = nullptr;
    pid_t parent = 0;
    int null = -1;
    int output = -1;
    int ready = -1;          // -1 when the image has none
    int lock = -1;           // likewise
    int error = 0;           // said back
    const char* doing = "";  // said back
};

// The kernel's own struct sigaction, all zero: SIG_DFL, no flags, nothing blocked.
constexpr std::array<std::uint64_t, 4> default_action = {};
constexpr std::size_t kernel_signal_set_bytes = 8;

/// System calls are made directly: the wrappers of libc, and those that sanitizers put around
/// them, keep notes in memory that is harrier's.
template <class... Arguments>
long call(long number, Arguments... arguments) {
    return syscall(number, arguments...);
}

/// One step of the child; false when it failed, with what and why said back.
bool step(Briefing& briefing, const char* doing, long result) {
    if (result >= 0) return true;
    briefing.error = errno;
    briefing.doing = doing;
    return false;
}

/// A session of its own for who is to be kept: when harrier dies, the groups of its session are
/// orphaned, and one in which somebody is stopped is sent a SIGHUP.
bool make_process_group(Briefing& briefing) {
    return step(briefing, "make a process group for",
                briefing.lock >= 0 ? call(SYS_setsid) : call(SYS_setpgid, 0, 0));
}

/// Dies with its parent, and at once when the parent has died already; unless it is to be kept.
bool die_with_parent(Briefing& briefing) {
    if (briefing.lock >= 0) return true;
    if (!step(briefing, "set death signal of",
              call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L)))
        return false;
    if (call(SYS_getppid) == briefing.parent) return true;
    briefing.error = ESRCH;
    briefing.doing = "find the parent of";
    return false;
}

/// Closes the descriptors from `first` to before `end`.
bool close_between(Briefing& briefing, int first, int end) {
    return first == end || step(briefing, "close descriptors for",
                                call(SYS_close_range, static_cast<unsigned>(first),
                                     static_cast<unsigned>(end) - 1, 0U));
}

int lock_number(const ChildImage& image) {
    return image.ready_number == kept_lock_number ? kept_lock_number + 1 : kept_lock_number;
}

/// Both descriptors out of each other's way before either is given its number.
bool pass_ready_and_lock(Briefing& briefing) {
    const int ready = briefing.image->ready_number;
    const int lock = lock_number(*briefing.image);
    const int above = std::max({ready, lock, briefing.ready, briefing.lock}) + 1;
    const long ready_aside = call(SYS_fcntl, briefing.ready, F_DUPFD, above);
    const long lock_aside = call(SYS_fcntl, briefing.lock, F_DUPFD, above);
    return step(briefing, "pass the ready descriptor to", ready_aside) &&
           step(briefing, "pass the lock to", lock_aside) &&
           step(briefing, "pass the ready descriptor to", call(SYS_dup3, ready_aside, ready, 0)) &&
           step(briefing, "pass the lock to", call(SYS_dup3, lock_aside, lock, 0)) &&
           close_between(briefing, 3, std::min(ready, lock)) &&
           close_between(briefing, std::min(ready, lock) + 1, std::max(ready, lock)) &&
           step(briefing, "close descriptors for",
                call(SYS_close_range, static_cast<unsigned>(std::max(ready, lock)) + 1, ~0U, 0U));
}

/// Above 2 the child keeps its ready descriptor and its lock, if it has them. One of them alone may
/// bear its number already, by chance, which dup3(2) refuses.
bool close_all_but_passed(Briefing& briefing) {
    if (briefing.ready >= 0 && briefing.lock >= 0) return pass_ready_and_lock(briefing);
    const bool is_lock = briefing.lock >= 0;
    const int passed = is_lock ? briefing.lock : briefing.ready;
    if (passed < 0)
        return step(briefing, "close descriptors for", call(SYS_close_range, 3U, ~0U, 0U));
    const int number = is_lock ? lock_number(*briefing.image) : briefing.image->ready_number;
    const long moved =
        passed == number ? call(SYS_fcntl, number, F_SETFD, 0) : call(SYS_dup3, passed, number, 0);
    return step(briefing, is_lock ? "pass the lock to" : "pass the ready descriptor to", moved) &&
           close_between(briefing, 3, number) &&
           step(briefing, "close descriptors for",
                call(SYS_close_range, static_cast<unsigned>(number) + 1, ~0U, 0U));
}

/// The copy of the descriptor table ends right above what is needed from it.
bool take_descriptors(Briefing& briefing) {
    const auto above = static_cast<unsigned>(std::max(
                           {briefing.null, briefing.output, briefing.ready, briefing.lock})) +
                       1;
    return step(briefing, "close descriptors for",
                call(SYS_close_range, above, ~0U, CLOSE_RANGE_UNSHARE)) &&
           step(briefing, "redirect stdin of", call(SYS_dup3, briefing.null, 0, 0)) &&
           step(briefing, "redirect stdout of", call(SYS_dup3, briefing.output, 1, 0)) &&
           step(briefing, "redirect stderr of", call(SYS_dup3, briefing.output, 2, 0)) &&
           close_all_but_passed(briefing);
}

/// First the handlers, which are harrier's and would run in its memory, then the mask. SIGKILL and
/// SIGSTOP refuse, rightly.
bool restore_signals(Briefing& briefing) {
    for (int number = 1; number < NSIG; ++number)
        call(SYS_rt_sigaction, number, default_action.data(), 0L, kernel_signal_set_bytes);
    constexpr std::uint64_t nothing = 0;
    return step(briefing, "restore the signal mask of",
                call(SYS_rt_sigprocmask, SIG_SETMASK, &nothing, 0L, kernel_signal_set_bytes));
}

int child_main(void* argument) {
    Briefing& briefing = *static_cast<Briefing*>(argument);
    const ChildImage& image = *briefing.image;
    const bool is_ready = take_descriptors(briefing) && make_process_group(briefing) &&
                          die_with_parent(briefing) &&
                          step(briefing, "limit the open files of",
                               call(SYS_prlimit64, 0, RLIMIT_NOFILE, briefing.open_files, 0L)) &&
                          step(briefing, "change to the working directory of",
                               call(SYS_chdir, image.working_directory)) &&
                          restore_signals(briefing);
    if (is_ready)
        step(briefing, "execute",
             call(SYS_execve, image.executable, image.arguments, image.environment));
    call(SYS_exit_group, exit_status_not_executed);
    return exit_status_not_executed;
}

constexpr std::uint64_t clone_flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD;

#if defined(__x86_64__) || defined(__aarch64__)
/// clone3(2) for a child that runs `main` on the stack given; libc has no wrapper of it. The child
/// never comes back from the call in the middle: its stack holds nothing to come back to.
long clone_onto_stack(clone_args& arguments, int (*main)(void*), void* argument) {
#if defined(__x86_64__)
    long result = SYS_clone3;
    asm volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "mov %[argument], %%rdi\n\t"
        "call *%[main]\n\t"
        "ud2\n"
        "1:"
        : "+a"(result)
        : "D"(&arguments), "S"(sizeof arguments), [main] "r"(main), [argument] "r"(argument)
        : "rcx", "r11", "memory", "cc");
    return result;
#else
    register long result asm("x0") = reinterpret_cast<long>(&arguments);
    register long size asm("x1") = sizeof arguments;
    register long number asm("x8") = SYS_clone3;
    asm volatile(
        "svc #0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, #0\n\t"
        "mov x0, %[argument]\n\t"
        "blr %[main]\n\t"
        "brk #0\n"
        "1:"
        : "+r"(result)
        : "r"(size), "r"(number), [main] "r"(main), [argument] "r"(argument)
        : "x30", "memory", "cc");
    return result;
#endif
}

/// As clone(2) says it: -1 and errno.
pid_t clone_into_group(int cgroup, std::span<std::byte> stack, Briefing& briefing, int& pidfd) {
    clone_args arguments{};
    arguments.flags = clone_flags | CLONE_INTO_CGROUP;
    arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    arguments.stack = reinterpret_cast<std::uint64_t>(stack.data());
    arguments.stack_size = stack.size();
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
    const long result = clone_onto_stack(arguments, child_main, &briefing);
    if (result >= 0) return static_cast<pid_t>(result);
    errno = static_cast<int>(-result);
    return -1;
}
#else
pid_t clone_into_group(int, std::span<std::byte>, Briefing&, int&) {
    errno = ENOSYS;
    return -1;
}
#endif

/// In the group that the image names, or where that cannot be in harrier's. -1 and errno.
pid_t clone_child(std::span<std::byte> stack, Briefing& briefing, int& pidfd, bool& is_in_group) {
    if (briefing.image->cgroup >= 0) {
        const pid_t pid = clone_into_group(briefing.image->cgroup, stack, briefing, pidfd);
        is_in_group = pid >= 0;
        if (is_in_group) return pid;
    }
    return clone(child_main, stack.data() + stack.size(), static_cast<int>(clone_flags) | SIGCHLD,
                 &briefing, &pidfd);
}

/// Between here and exec no handler of harrier's may run in the child.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace

std::vector<const char*> pointers(const std::vector<std::string>& strings) {
    std::vector<const char*> result;
    result.reserve(strings.size() + 1);
    for (const std::string& string : strings)
        result.push_back(string.c_str());
    result.push_back(nullptr);
    return result;
}

Result<ChildLauncher> ChildLauncher::create(const rlimit& open_files) {
    Slots slots;
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return shmheap::os::error("open", "/dev/null");
    // Above 2, whatever harrier was started with: the child's 0, 1 and 2 are written over.
    slots.null.reset(fcntl(null.get(), F_DUPFD_CLOEXEC, 3));
    slots.output.reset(fcntl(null.get(), F_DUPFD_CLOEXEC, 3));
    slots.ready.reset(fcntl(null.get(), F_DUPFD_CLOEXEC, 3));
    slots.lock.reset(fcntl(null.get(), F_DUPFD_CLOEXEC, 3));
    if (!slots.null || !slots.output || !slots.ready || !slots.lock)
        return shmheap::os::error("duplicate", "/dev/null");
    return ChildLauncher(open_files, std::move(slots), std::vector<std::byte>(stack_bytes));
}

Result<Child> ChildLauncher::launch(const ChildImage& image) {
    if (dup3(image.output, slots_.output.get(), O_CLOEXEC) < 0)
        return shmheap::os::error("duplicate output for", image.executable);
    if (image.ready >= 0 && dup3(image.ready, slots_.ready.get(), O_CLOEXEC) < 0)
        return shmheap::os::error("duplicate ready descriptor for", image.executable);
    if (image.kept_lock >= 0 && dup3(image.kept_lock, slots_.lock.get(), O_CLOEXEC) < 0)
        return shmheap::os::error("duplicate lock for", image.executable);
    Briefing briefing{.image = &image,
                      .open_files = &open_files_,
                      .parent = getpid(),
                      .null = slots_.null.get(),
                      .output = slots_.output.get(),
                      .ready = image.ready >= 0 ? slots_.ready.get() : -1,
                      .lock = image.kept_lock >= 0 ? slots_.lock.get() : -1};
    const std::size_t excess =
        reinterpret_cast<std::uintptr_t>(stack_.data() + stack_.size()) % stack_alignment;
    int pidfd = -1;
    pid_t pid = -1;
    Child child;
    {
        const SignalsBlocked blocked;
        pid = clone_child(std::span(stack_).first(stack_.size() - excess), briefing, pidfd,
                          child.is_in_group);
    }
    const int clone_error = pid < 0 ? errno : 0;
    // The slots keep their numbers, but not somebody's log file or pipe open.
    dup3(slots_.null.get(), slots_.output.get(), O_CLOEXEC);
    if (image.ready >= 0) dup3(slots_.null.get(), slots_.ready.get(), O_CLOEXEC);
    if (image.kept_lock >= 0) dup3(slots_.null.get(), slots_.lock.get(), O_CLOEXEC);
    if (pid < 0) return shmheap::fail(clone_error, "clone for", image.executable);
    child.pid = pid;
    child.pidfd.reset(pidfd);
    child.error = briefing.error;
    child.doing = briefing.doing;
    return child;
}

}  // namespace launcher
