/// Containment by control groups of version 2 (cgroups(7), and cgroup-v2 in the kernel's admin
/// guide), where they may be written: each component has a group of its own, in which its process
/// is born and which none of its descendants can leave by a double fork, setsid(2) or an empty
/// environment. Where they may not be written there is no containment, and the tree is found as
/// process_tree.hpp can. No controller is switched on, so nothing is limited or accounted.
///
///     <harrier's own group>/harrier-<application>-<uuid>/<component>
///
/// A group that was killed once is not used again. Newer kernels count the kills of a group
/// (kill_seq), and whoever is born into one with another count than his parent's dies at birth,
/// however long ago that kill was. The next start has a new group, <component> again or, while
/// somebody is still in the old one, <component>.2 and so on.
///
/// harrier holds an flock(2) on the upper one. Who finds one without a lock knows that its harrier
/// is dead, and may end what lives in it. Main thread only.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

/// One group. Removed from the file system when destroyed, unless somebody lives in it.
class Cgroup {
public:
    /// Makes it below `parent`. Errors: what mkdir(2) and open(2) say, EEXIST for one that exists.
    static shmheap::Result<Cgroup> make(int parent, const std::string& name);

    /// One that is there. Errors: what open(2) says.
    static shmheap::Result<Cgroup> open(int parent, const std::string& name);

    ~Cgroup();
    Cgroup(Cgroup&&) noexcept = default;
    Cgroup& operator=(Cgroup&&) = delete;

    /// The directory; lives as long as the group. For CLONE_INTO_CGROUP.
    [[nodiscard]] int fd() const { return directory_.get(); }

    /// Of its directory.
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Those that live in it, not in groups below it. Zombies are not among them.
    [[nodiscard]] std::vector<pid_t> processes() const;

    /// Whether no other process lives in it, and there is no group below it.
    [[nodiscard]] bool holds_nobody_but(pid_t pid) const;

    /// SIGKILL for all in it and below it, at once: nobody can fork out of it.
    void kill();

    /// Somebody else may have killed it, as an administrator can.
    void suspect_kill() { may_be_killed_ = true; }

    /// Whether nobody should be born in it any more.
    [[nodiscard]] bool may_be_killed() const { return may_be_killed_; }

    /// Whether nobody lives in it or below it. False when that cannot be found out.
    [[nodiscard]] bool is_empty() const;

    /// A descriptor for says_populated(). Errors: what open(2) says.
    [[nodiscard]] shmheap::Result<shmheap::os::UniqueFd> open_events() const;

    /// Whether anybody lives in a group or below it. A change after that is told by poll(2) on the
    /// descriptor, as POLLPRI.
    static bool says_populated(int events);

private:
    Cgroup(int parent, std::string name, shmheap::os::UniqueFd directory)
        : parent_(parent), name_(std::move(name)), directory_(std::move(directory)) {}

    int parent_;  ///< of the owner
    std::string name_;
    shmheap::os::UniqueFd directory_;
    bool may_be_killed_ = false;
};

/// The groups of one instance of an application.
class Containment {
public:
    /// nullptr where groups of version 2 are not mounted, may not be written, or cannot kill
    /// (before Linux 5.14), where a child that is born in a new group does not live (the group of
    /// harrier itself was killed once), and where HARRIER_CGROUP=disable says so. `instance` is its
    /// uuid; where a dead instance of that uuid left groups they are taken over.
    static std::unique_ptr<Containment> create(std::string_view application,
                                               std::string_view instance);

    /// Goes on with those of another program of this process, which held this lock. Never null.
    static std::unique_ptr<Containment> resume(std::string_view application,
                                               std::string_view instance,
                                               shmheap::os::UniqueFd lock);

    /// The descriptor that is locked.
    [[nodiscard]] int lock() const { return directory_.get(); }

    ~Containment();
    Containment(const Containment&) = delete;
    Containment& operator=(const Containment&) = delete;

    /// The group of a component, made at the first call, and again when it may have been killed:
    /// then the former one is gone, so call it when nobody refers to that any more. nullptr if that
    /// fails, for instance because there may be no more groups (cgroup.max.descendants).
    [[nodiscard]] Cgroup* of(const std::string& component);

    /// The group of a component that `pid` lives in already; nullptr when there is none.
    [[nodiscard]] Cgroup* take_over(const std::string& component, pid_t pid);

    /// The group of that name, which a component has already; nullptr when it is gone.
    [[nodiscard]] Cgroup* resume_group(const std::string& component, const std::string& name);

    /// Lets go of a component's group, if it has one; nobody refers to it any more.
    void forget(const std::string& component) { groups_.erase(component); }

    /// Ends all that lives in groups of dead instances of `application` that this user made below
    /// the group of this process, and removes them. Components in whose groups one of `spared`
    /// lives are left alone. Returns how many processes were ended.
    static std::size_t end_leftovers(std::string_view application,
                                     const std::vector<pid_t>& spared = {});

private:
    Containment(shmheap::os::UniqueFd base, std::string name, shmheap::os::UniqueFd directory)
        : base_(std::move(base)), name_(std::move(name)), directory_(std::move(directory)) {}

    shmheap::os::UniqueFd base_;  ///< harrier's own group
    std::string name_;
    shmheap::os::UniqueFd directory_;  ///< locked
    std::map<std::string, Cgroup, std::less<>> groups_;
};

}  // namespace launcher
