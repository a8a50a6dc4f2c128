// What cannot be seen is said, and never passes for "there is none".
#include <dirent.h>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fabricator.hpp"
#include "reaper/clean_evidence.hpp"
#include "reaper/unread_files.hpp"

using namespace reaper_test;

namespace {

/// Looks at a heap where no further descriptor is to be had.
int look_without_descriptors(const TestDirectory& directory) {
    const rlimit none{3, 3};
    if (::setrlimit(RLIMIT_NOFILE, &none) != 0) return 2;
    reaper::Scanner scanner(directory.open());
    reaper::FileRecord record;
    if (!scanner.look({"heap-1", DT_REG}, record)) return 3;
    reaper::UnreadFiles unread;
    unread.note(record);
    const bool tells = unread.has_failures() && unread.complaints().size() == 1 &&
                       contains(unread.complaints().front(), "Too many open files");
    return record.verdict == reaper::Verdict::unreadable && tells ? 0 : 1;
}

}  // namespace

TEST_CASE("a condition is not false for want of rights: status 1, and what was not seen") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 0755);
    const FabricatedHeap dead(directory, "heap-1", {.mode = 0600}, Owner::is_dead);
    CHECK(shminfo(directory, {"--check", "orphaned>0"}).status == 3);
    const auto blind = shminfo(directory, {"--check", "orphaned>0"}, nobody);
    CHECK(blind.status == 1);
    CHECK(contains(blind.err, "1 heap(s) cannot be read by this user"));
    const auto other = shminfo(directory, {"--check", "size=0"}, nobody);
    CHECK(other.status == 0);
    CHECK(shminfo(directory, {"--check", "unreadable>0"}, nobody).status == 3);
}

TEST_CASE("deleted files of processes that cannot be seen make a condition undecided") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 0755);
    const auto blind = shminfo(directory, {"--check", "deleted>1000000"}, nobody);
    CHECK(blind.status == 1);
    CHECK(contains(blind.err, "not readable"));
}

TEST_CASE("metrics count every file, and what cannot be read as such") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 0755);
    directory.write("notes", "x");
    const FabricatedHeap dead(directory, "heap-1", {.mode = 0600}, Owner::is_dead);
    CHECK(contains(shminfo(directory, {"--metrics"}).out, "shmheap_files{verdict=\"other\"} 1\n"));
    CHECK(contains(shminfo(directory, {"--metrics"}, nobody).out,
                   "shmheap_files{verdict=\"unreadable\"} 2\n"));
}

TEST_CASE("want of descriptors is told as what it is" * doctest::skip(!may_lack_descriptors)) {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    CHECK(Child([&] { return look_without_descriptors(directory); }, Child::After::ends).join() ==
          0);
}

TEST_CASE("why the processes could not be looked through is told with the remedy") {
    reaper::HeldFiles nothing;
    nothing.view = reaper::ProcView::unknown;
    nothing.lack = EMFILE;
    CHECK(reaper::blind_spot_text(nothing) ==
          "the processes could not be looked through (\"Too many open files\"); raise the limit of "
          "open files (ulimit -n); it is not known whether processes are hidden");
}

TEST_CASE("a name that cannot be looked at is not done, even with --force") {
    const TestDirectory directory;
    const std::string name(300, 'x');
    const auto result = shmclean(directory, {"--force", name});
    CHECK(result.status == 1);
    CHECK(contains(result.err, "File name too long"));
}

TEST_CASE("a removal with --all-users is logged with its evidence") {
    const TestDirectory directory;
    const FabricatedHeap dead(directory, "heap-1", {}, Owner::is_dead);
    const auto result = shmclean(directory, {"--all-users"});
    CHECK(result.out == "unlinking heap-1\n");
    CHECK(contains(result.err, "heap-1: removed: heap of "));
    CHECK(contains(result.err, "its owner's lock is free"));
}

TEST_CASE("what has another name, or a holder that is not seen, returns later") {
    using reaper::Unheld;
    reaper::FileRecord record;
    record.status.st_ino = 7;
    record.status.st_nlink = 1;
    record.status.st_blocks = 16;
    const reaper::HeldFiles nobody_holds;
    CHECK(returns_text(count_returns(record, nobody_holds, Unheld::unknown)) ==
          "8192 bytes return now");
    CHECK(returns_text(count_returns(record, nobody_holds, Unheld::disproven)) ==
          "0 bytes return now, 8192 when its holder exits, as far as can be seen (a process that "
          "cannot be seen has it)");
    reaper::HeldFiles blind;
    blind.unreadable = 3;
    CHECK(returns_text(count_returns(record, blind, Unheld::proven)) == "8192 bytes return now");
    CHECK(contains(returns_text(count_returns(record, blind, Unheld::unknown)),
                   "8192 bytes return now, as far as can be seen (3 processes not readable"));
    record.status.st_nlink = 3;
    reaper::HeldFiles held;
    held.by_inode[7].holders.push_back({.pid = 811, .name = "sink", .maps = true});
    CHECK(returns_text(count_returns(record, held, Unheld::unknown)) ==
          "0 bytes return now, 8192 when its 1 holder exits and its 2 other names are gone");
}

TEST_CASE("streams are shown alone, or with all else as JSON") {
    const TestDirectory directory;
    for (const char* view : {"--holders", "--deleted", "--clients", "--blocks"}) {
        const auto refused = shminfo(directory, {"--connections", view});
        CHECK(refused.status == 2);
        CHECK(contains(refused.err, "--json"));
        CHECK(shminfo(directory, {"--json", "--connections", view}).status == 0);
    }
}
