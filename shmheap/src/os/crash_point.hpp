/// CRASH_POINT(name): a moment between two steps that other processes can tell apart, at which the
/// driver in tests/crash ends the process as by kill -9. There is one after each atomic operation
/// on shared memory and each system call of an operation on heaps; it is named after the step
/// before it, `..._begun` where there is none. A name stands once in all sources.
///
/// Libraries for use have none: the macro is empty unless HARRIER_CRASH_POINTS is defined, which
/// only the libraries are built with that the driver links.
#pragma once

#ifdef HARRIER_CRASH_POINTS

namespace shmheap::os {

using CrashPointObserver = void (*)(const char* name);

/// Whom to tell; set by the driver before it makes any process. It keeps errno.
inline constinit CrashPointObserver crash_point_reached = nullptr;

inline void reach_crash_point(const char* name) {
    if (crash_point_reached != nullptr) crash_point_reached(name);
}

}  // namespace shmheap::os

#define CRASH_POINT(name) ::shmheap::os::reach_crash_point(#name)

#else

#define CRASH_POINT(name) static_cast<void>(0)

#endif
