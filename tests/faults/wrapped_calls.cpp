// The system calls of shmheap as the linker redirects them (--wrap): each asks whether it is to
// fail, and is made if not. A descriptor is closed in any case, as Linux does when close fails.
// The names are the linker's, which is why they begin with underscores.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>

#include <cerrno>
#include <cstdarg>
#include <type_traits>

#include "injector.hpp"

namespace {

/// The real call, unless it is to fail: then `failed` with errno.
template <class Value, class... Parameters>
Value attempt_or(std::type_identity_t<Value> failed, const char* call, Value (*real)(Parameters...),
                 std::type_identity_t<Parameters>... arguments) {
    if (const int code = fault_test::failure_of(call); code != 0) {
        errno = code;
        return failed;
    }
    return real(arguments...);
}

template <class Value, class... Parameters>
Value attempt(const char* call, Value (*real)(Parameters...),
              std::type_identity_t<Parameters>... arguments) {
    return attempt_or<Value, Parameters...>(-1, call, real, arguments...);
}

}  // namespace

extern "C" {

// ---- files

int __real_open(const char* path, int flags, ...);
int __real_openat(int directory, const char* path, int flags, ...);
int __real_fcntl(int fd, int command, ...);
int __real_close(int fd);
int __real_closedir(DIR* stream);
int __real_fallocate(int fd, int mode, off_t offset, off_t length);
int __real_fchmod(int fd, mode_t mode);
int __real_flock(int fd, int operation);
int __real_fstat(int fd, struct stat* status);
int __real_stat(const char* path, struct stat* status);
int __real_lstat(const char* path, struct stat* status);
int __real_fstatat(int directory, const char* path, struct stat* status, int flags);
int __real_fstatvfs(int fd, struct statvfs* space);
int __real_ftruncate(int fd, off_t size);
int __real_linkat(int from, const char* old_path, int to, const char* new_path, int flags);
off_t __real_lseek(int fd, off_t offset, int whence);
int __real_mkdir(const char* path, mode_t mode);
int __real_renameat(int from, const char* old_path, int to, const char* new_path);
int __real_unlink(const char* path);
int __real_unlinkat(int directory, const char* path, int flags);
ssize_t __real_pread(int fd, void* buffer, size_t bytes, off_t offset);
ssize_t __real_read(int fd, void* buffer, size_t bytes);
ssize_t __real_write(int fd, const void* buffer, size_t bytes);
ssize_t __real_getrandom(void* buffer, size_t bytes, unsigned flags);
int __real_getrlimit(int resource, struct rlimit* limit);
DIR* __real_fdopendir(int fd);
dirent* __real_readdir(DIR* stream);

int __wrap_open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    if (const int code = fault_test::failure_of("open"); code != 0) return errno = code, -1;
    return __real_open(path, flags, mode);
}
int __wrap_openat(int directory, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    if (const int code = fault_test::failure_of("openat"); code != 0) return errno = code, -1;
    return __real_openat(directory, path, flags, mode);
}
int __wrap_fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void* argument = va_arg(rest, void*);
    va_end(rest);
    if (const int code = fault_test::failure_of("fcntl"); code != 0) return errno = code, -1;
    return __real_fcntl(fd, command, argument);
}
int __wrap_close(int fd) {
    const int closed = __real_close(fd);
    const int code = fault_test::failure_of("close");
    return code != 0 ? (errno = code, -1) : closed;
}
int __wrap_closedir(DIR* stream) {
    const int closed = __real_closedir(stream);
    const int code = fault_test::failure_of("closedir");
    return code != 0 ? (errno = code, -1) : closed;
}
int __wrap_fallocate(int fd, int mode, off_t offset, off_t length) {
    return attempt("fallocate", __real_fallocate, fd, mode, offset, length);
}
int __wrap_fchmod(int fd, mode_t mode) {
    return attempt("fchmod", __real_fchmod, fd, mode);
}
int __wrap_flock(int fd, int operation) {
    return attempt("flock", __real_flock, fd, operation);
}
int __wrap_fstat(int fd, struct stat* status) {
    return attempt("fstat", __real_fstat, fd, status);
}
int __wrap_stat(const char* path, struct stat* status) {
    return attempt("stat", __real_stat, path, status);
}
int __wrap_lstat(const char* path, struct stat* status) {
    return attempt("lstat", __real_lstat, path, status);
}
int __wrap_fstatat(int directory, const char* path, struct stat* status, int flags) {
    return attempt("fstatat", __real_fstatat, directory, path, status, flags);
}
int __wrap_fstatvfs(int fd, struct statvfs* space) {
    return attempt("fstatvfs", __real_fstatvfs, fd, space);
}
int __wrap_ftruncate(int fd, off_t size) {
    return attempt("ftruncate", __real_ftruncate, fd, size);
}
int __wrap_linkat(int from, const char* old_path, int to, const char* new_path, int flags) {
    return attempt("linkat", __real_linkat, from, old_path, to, new_path, flags);
}
int __wrap_mkdir(const char* path, mode_t mode) {
    return attempt("mkdir", __real_mkdir, path, mode);
}
int __wrap_renameat(int from, const char* old_path, int to, const char* new_path) {
    return attempt("renameat", __real_renameat, from, old_path, to, new_path);
}
int __wrap_unlink(const char* path) {
    return attempt("unlink", __real_unlink, path);
}
int __wrap_unlinkat(int directory, const char* path, int flags) {
    return attempt("unlinkat", __real_unlinkat, directory, path, flags);
}
off_t __wrap_lseek(int fd, off_t offset, int whence) {
    return attempt("lseek", __real_lseek, fd, offset, whence);
}
ssize_t __wrap_pread(int fd, void* buffer, size_t bytes, off_t offset) {
    return attempt("pread", __real_pread, fd, buffer, bytes, offset);
}
ssize_t __wrap_read(int fd, void* buffer, size_t bytes) {
    return attempt("read", __real_read, fd, buffer, bytes);
}
ssize_t __wrap_write(int fd, const void* buffer, size_t bytes) {
    return attempt("write", __real_write, fd, buffer, bytes);
}
ssize_t __wrap_getrandom(void* buffer, size_t bytes, unsigned flags) {
    return attempt("getrandom", __real_getrandom, buffer, bytes, flags);
}
int __wrap_getrlimit(int resource, struct rlimit* limit) {
    return attempt("getrlimit", __real_getrlimit, resource, limit);
}
DIR* __wrap_fdopendir(int fd) {
    return attempt_or(nullptr, "fdopendir", __real_fdopendir, fd);
}
dirent* __wrap_readdir(DIR* stream) {
    return attempt_or(nullptr, "readdir", __real_readdir, stream);
}

// ---- memory

void* __real_mmap(void* address, size_t bytes, int access, int flags, int fd, off_t offset);
int __real_madvise(void* address, size_t bytes, int advice);
long __real_syscall(long number, ...);

void* __wrap_mmap(void* address, size_t bytes, int access, int flags, int fd, off_t offset) {
    return attempt_or(MAP_FAILED, "mmap", __real_mmap, address, bytes, access, flags, fd, offset);
}
int __wrap_madvise(void* address, size_t bytes, int advice) {
    return attempt("madvise", __real_madvise, address, bytes, advice);
}
/// All of shmheap's are futex calls, of six arguments.
long __wrap_syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    long arguments[6];
    for (long& each : arguments)
        each = va_arg(rest, long);
    va_end(rest);
    if (const int code = fault_test::failure_of("syscall"); code != 0) return errno = code, -1;
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                          arguments[4], arguments[5]);
}

// ---- sockets and waiting

int __real_socket(int family, int type, int protocol);
int __real_bind(int fd, const sockaddr* address, socklen_t bytes);
int __real_listen(int fd, int backlog);
int __real_accept4(int fd, sockaddr* address, socklen_t* bytes, int flags);
int __real_connect(int fd, const sockaddr* address, socklen_t bytes);
int __real_setsockopt(int fd, int level, int option, const void* value, socklen_t bytes);
ssize_t __real_sendmsg(int fd, const msghdr* message, int flags);
ssize_t __real_recvmsg(int fd, msghdr* message, int flags);
int __real_epoll_create1(int flags);
int __real_epoll_ctl(int fd, int operation, int subject, epoll_event* event);
int __real_eventfd(unsigned value, int flags);
int __real_inotify_init1(int flags);
int __real_inotify_add_watch(int fd, const char* path, uint32_t mask);
int __real_poll(pollfd* descriptors, nfds_t count, int timeout);
int __real_ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask);
int __real_timerfd_create(int clock, int flags);
int __real_timerfd_settime(int fd, int flags, const itimerspec* next, itimerspec* before);
int __real_sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t* set);

int __wrap_socket(int family, int type, int protocol) {
    return attempt("socket", __real_socket, family, type, protocol);
}
int __wrap_bind(int fd, const sockaddr* address, socklen_t bytes) {
    return attempt("bind", __real_bind, fd, address, bytes);
}
int __wrap_listen(int fd, int backlog) {
    return attempt("listen", __real_listen, fd, backlog);
}
int __wrap_accept4(int fd, sockaddr* address, socklen_t* bytes, int flags) {
    return attempt("accept4", __real_accept4, fd, address, bytes, flags);
}
int __wrap_connect(int fd, const sockaddr* address, socklen_t bytes) {
    return attempt("connect", __real_connect, fd, address, bytes);
}
int __wrap_setsockopt(int fd, int level, int option, const void* value, socklen_t bytes) {
    return attempt("setsockopt", __real_setsockopt, fd, level, option, value, bytes);
}
ssize_t __wrap_sendmsg(int fd, const msghdr* message, int flags) {
    return attempt("sendmsg", __real_sendmsg, fd, message, flags);
}
ssize_t __wrap_recvmsg(int fd, msghdr* message, int flags) {
    return attempt("recvmsg", __real_recvmsg, fd, message, flags);
}
int __wrap_epoll_create1(int flags) {
    return attempt("epoll_create1", __real_epoll_create1, flags);
}
int __wrap_epoll_ctl(int fd, int operation, int subject, epoll_event* event) {
    return attempt("epoll_ctl", __real_epoll_ctl, fd, operation, subject, event);
}
int __wrap_eventfd(unsigned value, int flags) {
    return attempt("eventfd", __real_eventfd, value, flags);
}
int __wrap_inotify_init1(int flags) {
    return attempt("inotify_init1", __real_inotify_init1, flags);
}
int __wrap_inotify_add_watch(int fd, const char* path, uint32_t mask) {
    return attempt("inotify_add_watch", __real_inotify_add_watch, fd, path, mask);
}
int __wrap_poll(pollfd* descriptors, nfds_t count, int timeout) {
    return attempt("poll", __real_poll, descriptors, count, timeout);
}
int __wrap_ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    return attempt("ppoll", __real_ppoll, descriptors, count, timeout, mask);
}
int __wrap_timerfd_create(int clock, int flags) {
    return attempt("timerfd_create", __real_timerfd_create, clock, flags);
}
int __wrap_timerfd_settime(int fd, int flags, const itimerspec* next, itimerspec* before) {
    return attempt("timerfd_settime", __real_timerfd_settime, fd, flags, next, before);
}
int __wrap_sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t* set) {
    return attempt("sched_getaffinity", __real_sched_getaffinity, pid, bytes, set);
}

}  // extern "C"
