"""Claims that every system call which libshmheap makes is made to fail by the tests of faults:

    unlisted_calls.py LIBRARY CALL...

Every function of C that the library needs must be one of the CALLs or among those below, which
make no system call or cannot fail. A new one is to be added to WRAPPED_CALLS (CMakeLists.txt) and
wrapped_calls.cpp, or here.
"""

import subprocess
import sys

# Computation, memory of the C library, locks, threads and messages; and munmap, which cannot fail
# for a range that is unmapped as a whole.
HARMLESS = set(
    """abort aligned_alloc bcmp clock_gettime fprintf fputc fputs free fwrite getenv getpid malloc
    memchr memcmp memcpy memmove memset munmap nanosleep pthread_atfork pthread_cond_clockwait
    pthread_cond_timedwait pthread_create pthread_join pthread_mutex_clocklock pthread_mutex_lock
    pthread_mutex_timedlock pthread_mutex_trylock pthread_mutex_unlock pthread_sigmask qsort
    sched_getcpu sched_yield
    secure_getenv sigfillset snprintf stderr strcmp strerror strlen strnlen strtol strtoul
    vsnprintf""".split()
)


def needed(library):
    """Names of C that the library takes from elsewhere; what begins with _ is the compiler's."""
    def symbols(option):
        output = subprocess.run(
            ["nm", option, "--format=just-symbols", library],
            check=True, capture_output=True, text=True).stdout
        return {line.strip() for line in output.splitlines() if line and not line.endswith(":")}

    names = symbols("--undefined-only") - symbols("--defined-only")
    return {name for name in names if not name.startswith("_")}


def main():
    library, *wrapped = sys.argv[1:]
    unlisted = sorted(needed(library) - set(wrapped) - HARMLESS)
    for name in unlisted:
        print(f"{name}: no test makes this call of shmheap fail; see unlisted_calls.py")
    return 1 if unlisted else 0


if __name__ == "__main__":
    sys.exit(main())
