/// Makes system calls of shmheap fail that this thread makes: the n-th one, whichever it is, or the
/// n-th and every later one of the same name. Needs nothing in the code under test: the linker
/// sends its calls to the wrappers in wrapped_calls.cpp (--wrap), which ask here. Calls of other
/// threads, of the C++ library and of tests that are not within an Injection are left alone.
#pragma once

#include <string>

namespace fault_test {

enum class Lasting { once, on };

/// As a code: the process is killed where the call would have been made.
constexpr int death = -1;

/// From its making until disarm() or its end, for this thread. One at a time.
class Injection {
public:
    /// `nth` counts from 1; the call then fails with `code` and is not made.
    Injection(int nth, int code, Lasting lasting);
    ~Injection() { disarm(); }
    Injection(const Injection&) = delete;
    Injection& operator=(const Injection&) = delete;

    void disarm();
    /// The name of the call that failed; empty when fewer than `nth` were made.
    [[nodiscard]] std::string failed_call() const;
};

/// For the wrappers: the error with which this call is to fail now, or 0.
int failure_of(const char* call);

}  // namespace fault_test
