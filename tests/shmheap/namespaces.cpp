// Processes of the same pid in different pid namespaces share a directory: both heaps live.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>

#include "file/inspect.hpp"
#include "os/process_id.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::CleanResult;

namespace {

/// What an owner in a pid namespace of its own says of itself.
struct Birth {
    std::array<char, 64> name{};
    pid_t pid = 0;
    std::uint64_t start_ticks = 0;
    std::uint64_t pid_namespace = 0;
};

/// The first process of a new pid namespace, which owns a heap until it is killed; it goes with
/// the process that made the namespace.
int own_heap_as_first_process(const Folder& folder, const Channel& births) {
    if (::unshare(CLONE_NEWPID) != 0) return 50;
    Child first([&] {
        const auto heap = make_heap(folder);
        void* block = heap->allocate(100);
        Birth birth;
        heap->name().copy(birth.name.data(), birth.name.size() - 1);
        const auto self = shmheap::os::own_process_id();
        birth.pid = self.pid;
        birth.start_ticks = self.start_ticks;
        birth.pid_namespace = self.pid_namespace;
        births.send(birth);
        ::pause();
        shmheap::deallocate(block);
        return 0;
    });
    return first.wait().status;
}

struct Namespace {
    explicit Namespace(const Folder& folder)
        : maker([&] { return own_heap_as_first_process(folder, births); }) {
        REQUIRE(births.receive(birth));
    }
    [[nodiscard]] std::string name() const { return birth.name.data(); }

    Channel births;
    Child maker;
    Birth birth;
};

/// Waits for the kernel to drop the owner's lock: the killer is not its parent, so that nothing
/// else tells.
void await_death(const Folder& folder, const std::string& name) {
    const UniqueFd file(::open((folder / name).c_str(), O_RDONLY | O_CLOEXEC));
    while (shmheap::find_holders(file.get())->owner)
        ::sched_yield();
}

}  // namespace

TEST_CASE("heaps of the same pid in two pid namespaces live side by side") {
    if (!is_root()) return;
    const Folder folder;
    auto one = std::make_unique<Namespace>(folder);
    const Namespace other(folder);
    CHECK(one->birth.pid == 1);
    CHECK(other.birth.pid == 1);
    CHECK(one->name() == "heap-1");
    CHECK(other.name() == "heap-1." + std::to_string(other.birth.pid_namespace));
    CHECK(one->birth.pid_namespace != other.birth.pid_namespace);
    // Not that of the process which has pid 1 in the namespace that /proc belongs to.
    CHECK(one->birth.start_ticks != shmheap::os::process_start_ticks(1).value());

    CHECK(clean(folder, one->name()) == CleanResult::alive);
    CHECK(clean(folder, other.name()) == CleanResult::alive);
    const std::string dead = one->name();
    one.reset();
    await_death(folder, dead);
    CHECK(clean(folder, dead) == CleanResult::removed);
    CHECK(clean(folder, other.name()) == CleanResult::alive);
    CHECK(folder.names() == std::vector{other.name()});
}

TEST_CASE("a heap can be attached from another pid namespace, and its owner be known to live") {
    if (!is_root()) return;
    const Folder folder;
    auto space = std::make_unique<Namespace>(folder);
    const auto client = shmheap::Client::attach(space->name(), folder.path());
    REQUIRE(client);
    CHECK((*client)->owner_lives());
    space.reset();
    await_death(folder, "heap-1");
    CHECK_FALSE((*client)->owner_lives());
}
