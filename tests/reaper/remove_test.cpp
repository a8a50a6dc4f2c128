// decide_removal(): the table in reaper/remove.hpp; remove_file() on files that change meanwhile.
#include "reaper/remove.hpp"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "fabricator.hpp"

namespace {

using namespace reaper_test;
using namespace reaper;

constexpr RemovalRequest everything{};
constexpr RemovalRequest everything_forced{.force = true};
constexpr RemovalRequest named{.named = true};
constexpr RemovalRequest named_forced{.named = true, .force = true};

FileRecord look(Scanner& scanner, const std::string& name) {
    FileRecord record;
    REQUIRE(scanner.look({name, DT_UNKNOWN}, record));
    return record;
}

TEST_CASE("an orphaned heap is removed whatever was asked") {
    for (const auto& request : {everything, everything_forced, named, named_forced})
        CHECK(decide_removal(Verdict::orphaned, request) == Decision::remove);
}

TEST_CASE("a heap of unknown state goes with force, named or not, and never without") {
    CHECK(decide_removal(Verdict::foreign, everything) == Decision::leave);
    CHECK(decide_removal(Verdict::foreign, everything_forced) == Decision::remove);
    CHECK(decide_removal(Verdict::foreign, named) == Decision::refuse);
    CHECK(decide_removal(Verdict::foreign, named_forced) == Decision::remove);
}

TEST_CASE("what lives, what is damaged and what is no heap goes only when named, with force") {
    for (const auto verdict :
         {Verdict::live, Verdict::damaged, Verdict::other, Verdict::unreadable}) {
        CHECK(decide_removal(verdict, everything) == Decision::leave);
        CHECK(decide_removal(verdict, everything_forced) == Decision::leave);
        CHECK(decide_removal(verdict, named) == Decision::refuse);
        CHECK(decide_removal(verdict, named_forced) == Decision::remove);
    }
}

TEST_CASE("a name that was given to another file after it was judged is left alone") {
    const TestDirectory directory;
    Scanner scanner(directory.open());
    directory.write("something", "old");
    const auto judged = look(scanner, "something");
    const shmheap::os::UniqueFd keeps_inode(
        directory.open().open_file("something", O_RDONLY)->release());
    REQUIRE(directory.open().unlink("something"));
    directory.write("something", "new");
    CHECK(remove_file(scanner, judged, true).value() == Removal::gone);
    CHECK(directory.has("something"));
}

TEST_CASE("a heap that was orphaned when judged and is another's live heap by now is left alone") {
    const TestDirectory directory;
    Scanner scanner(directory.open());
    FileRecord judged;
    {
        const FabricatedHeap old(directory, "heap-1", {}, Owner::is_dead);
        judged = look(scanner, "heap-1");
        REQUIRE(judged.verdict == Verdict::orphaned);
        REQUIRE(directory.open().unlink("heap-1"));
    }
    const FabricatedHeap heap(directory, "heap-1");
    CHECK(remove_file(scanner, judged, false).value() == Removal::gone);
    CHECK(remove_file(scanner, judged, true).value() == Removal::gone);
    CHECK(directory.has("heap-1"));
}

TEST_CASE("an orphan that another cleaner holds the lock of is not fought over") {
    const TestDirectory directory;
    Scanner scanner(directory.open());
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto judged = look(scanner, "heap-1");
    const auto cleaner = directory.open().open_file("heap-1", O_RDWR);
    REQUIRE(shmheap::os::try_lock(cleaner->get(), shmheap::os::owner_lock_byte));
    CHECK(remove_file(scanner, judged, false).value() == Removal::alive);
    CHECK(directory.has("heap-1"));
}

/// A REDHAWK heap, orphaned when it was judged, of which `creator` is the creator by now.
struct ChangedRedhawkHeap {
    ChangedRedhawkHeap() {
        directory.write("heap-1", redhawk_heap(Child([] { return 0; }, Child::After::ends).pid()));
        judged = look(scanner, "heap-1");
        REQUIRE(judged.verdict == Verdict::orphaned);
        file = std::move(*directory.open().open_file("heap-1", O_RDWR));
    }

    void write_creator(pid_t pid) const {
        const std::string now = redhawk_heap(pid);
        REQUIRE(::pwrite(file.get(), now.data(), now.size(), 0) ==
                static_cast<ssize_t>(now.size()));
    }

    TestDirectory directory;
    Scanner scanner{directory.open()};
    FileRecord judged;
    shmheap::os::UniqueFd file;
};

TEST_CASE("a REDHAWK heap whose creator came to life after it was judged stays, with force, too") {
    ChangedRedhawkHeap heap;
    const Child creator([&] {
        return ::mmap(nullptr, 1, PROT_READ, MAP_SHARED, heap.file.get(), 0) == MAP_FAILED ? 1 : 0;
    });
    heap.write_creator(creator.pid());
    CHECK(remove_file(heap.scanner, heap.judged, false).value() == Removal::alive);
    CHECK(remove_file(heap.scanner, heap.judged, true).value() == Removal::alive);
    CHECK(heap.directory.has("heap-1"));
}

TEST_CASE("a REDHAWK heap of which nothing is known any more after it was judged needs force") {
    const Child older([] { return 0; });
    ChangedRedhawkHeap heap;
    heap.write_creator(older.pid());
    CHECK(remove_file(heap.scanner, heap.judged, false).value() == Removal::undecided);
    CHECK(heap.directory.has("heap-1"));
    CHECK(remove_file(heap.scanner, heap.judged, true).value() == Removal::removed);
    CHECK_FALSE(heap.directory.has("heap-1"));
}

TEST_CASE("removing twice is no failure: somebody else was faster") {
    const TestDirectory directory;
    Scanner scanner(directory.open());
    const FabricatedHeap heap(directory, "heap-1", {}, Owner::is_dead);
    const auto judged = look(scanner, "heap-1");
    CHECK(remove_file(scanner, judged, false).value() == Removal::removed);
    CHECK(remove_file(scanner, judged, false).value() == Removal::gone);
}

}  // namespace
