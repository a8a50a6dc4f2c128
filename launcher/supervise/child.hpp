/// From harrier to a running program: clone, and what the child does before exec. The child shares
/// harrier's memory and stops it until exec or its end (CLONE_VM | CLONE_VFORK), so nothing is
/// copied however large harrier is, and errno comes back through a plain variable. It makes system
/// calls and nothing else.
///
/// It shares harrier's descriptor table too, until it takes a copy of the few lowest ones: the cost
/// of a start does not grow with the number of components. ChildLauncher owns the four descriptors
/// that a child's are made from, and the stack. Main thread only: the death signal of a child is
/// sent when the *thread* that made it ends.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

/// The strings as a list that ends with a null; they outlive it.
std::vector<const char*> pointers(const std::vector<std::string>& strings);

/// What is to be executed. Pointers live until launch() returns; lists end with a null.
struct ChildImage {
    const char* executable = nullptr;
    const char* const* arguments = nullptr;
    const char* const* environment = nullptr;
    const char* working_directory = nullptr;
    int output = -1;  ///< becomes stdout and stderr; anything, as long as it is open
    int ready = -1;   ///< becomes the descriptor ready_number, if it is open
    int ready_number = -1;
    int kept_lock = -1;  ///< becomes a descriptor from kept_lock_number on, if it is open; the
                         ///< child then lives on when harrier dies
    int cgroup = -1;     ///< directory of the control group that it is born in; -1: that of harrier
};

/// The descriptor of a lock that a program inherits, or the one above it. Shells use the lower ones
/// for redirections.
constexpr int kept_lock_number = 100;

struct Child {
    pid_t pid = -1;
    shmheap::os::UniqueFd pidfd;
    int error = 0;             ///< 0 when it executes; else it has ended and must be collected
    const char* doing = "";    ///< what failed with that error
    bool is_in_group = false;  ///< it was born in the control group that was asked for
};

class ChildLauncher {
public:
    /// `open_files` is the limit that children get: harrier raises its own.
    /// Errors: /dev/null cannot be opened, no memory for the stack.
    static shmheap::Result<ChildLauncher> create(const rlimit& open_files);

    /// Starts a child as the leader of a new process group, with /dev/null as stdin, no other
    /// descriptor than 0, 1, 2 and what the image says, no signal blocked and none ignored or
    /// handled, and, without a kept_lock, a SIGKILL waiting for it when harrier dies. Where the
    /// kernel does not let it be born in the group that is asked for, it is born in harrier's.
    /// Errors: clone(2) failed; there is no child.
    shmheap::Result<Child> launch(const ChildImage& image);

private:
    struct Slots {
        shmheap::os::UniqueFd null;    ///< becomes 0
        shmheap::os::UniqueFd output;  ///< the output of the child that is being made
        shmheap::os::UniqueFd ready;   ///< what it says by that it is ready
        shmheap::os::UniqueFd lock;    ///< what it holds while it lives
    };

    ChildLauncher(const rlimit& open_files, Slots slots, std::vector<std::byte> stack)
        : open_files_(open_files), slots_(std::move(slots)), stack_(std::move(stack)) {}

    rlimit open_files_;
    Slots slots_;
    std::vector<std::byte> stack_;  ///< the child's, free again whenever launch() returns
};

}  // namespace launcher
