// Claims about places where /proc hides processes, is that of another pid namespace, or is missing:
// what is not seen is said, and nothing is concluded from it. The places are real ones, in mount
// and pid namespaces of their own.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "fabricator.hpp"
#include "foreign_files.hpp"
#include "reaper/holders.hpp"
#include "reaper/proc_file.hpp"

using namespace reaper_test;
using reaper::ProcView;

namespace {

enum class Place {
    hidden,   ///< /proc hides other users' processes from an ordinary user
    outer,    ///< a pid namespace of our own, below the one whose /proc this is
    inner,    ///< /proc is that of a pid namespace below ours, in which we are not
    own,      ///< a pid namespace of our own, with its /proc
    missing,  ///< an empty file system lies over /proc
};

struct Claim {
    Place place;
    ProcView view;
    const char* said;
};

constexpr Claim claims[] = {
    {Place::hidden, ProcView::not_hidden,
     "processes of other users are hidden from this one (hidepid)"},
    {Place::outer, ProcView::other_namespace,
     "/proc is that of another pid namespace, whose processes these are"},
    {Place::inner, ProcView::other_namespace,
     "/proc is that of another pid namespace, whose processes these are"},
    {Place::own, ProcView::pid_namespace, "processes outside of this pid namespace are not seen"},
    {Place::missing, ProcView::nobody, "/proc cannot be read: no process was looked into"},
};

/// The address sanitizer's search for leaks reads /proc/self; the thread sanitizer was not tried.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool needs_own_proc = true;
#else
constexpr bool needs_own_proc = false;
#endif

/// The claims about places in which programs can be run.
std::vector<Claim> claims_of_programs() {
    std::vector<Claim> found;
    for (const Claim& claim : claims) {
        const bool has_own = claim.place != Place::inner && claim.place != Place::missing;
        if (has_own || !needs_own_proc) found.push_back(claim);
    }
    return found;
}

constexpr int no_place = 90;
constexpr std::size_t file_bytes = 4096;

/// Mounts made from now on are seen by this process and its children alone.
bool keep_mounts() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool mount_proc(const char* options = nullptr) {
    return ::mount("proc", "/proc", "proc", 0, options) == 0;
}

/// Runs `look` as the first process of a new pid namespace.
int look_as_first(const std::function<int()>& look) {
    if (::unshare(CLONE_NEWPID) != 0) return no_place;
    return Child(look, Child::After::runs).join();
}

/// Runs `look` where the mounted /proc is that of a pid namespace with one process.
int look_from_outside(const std::function<int()>& look) {
    const Child maker([] {
        if (::unshare(CLONE_NEWPID) != 0) return no_place;
        static const Child first([] { return mount_proc() ? 0 : no_place; });
        return 0;
    });
    return look();
}

int look_from(Place place, const std::function<int()>& look) {
    if (!keep_mounts()) return no_place;
    switch (place) {
        case Place::hidden:
            return mount_proc("hidepid=2") ? look() : no_place;
        case Place::outer:
            return look_as_first(look);
        case Place::inner:
            return look_from_outside(look);
        case Place::own:
            return look_as_first([&] { return mount_proc() ? look() : no_place; });
        case Place::missing:
            return ::mount("none", "/proc", "tmpfs", 0, nullptr) == 0 ? look() : no_place;
    }
    return no_place;
}

std::string content_of(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
}

/// What `look` gives in such a place.
ProgramResult result_from(Place place, const std::function<ProgramResult()>& look) {
    const TestDirectory answers;
    ::chmod(answers.path().c_str(), 0777);
    Child there(
        [&] {
            return look_from(place, [&] {
                const ProgramResult result = look();
                answers.write("out", result.out);
                answers.write("err", result.err);
                return result.status;
            });
        },
        Child::After::runs);
    const int status = there.join();
    return {status, content_of(answers / "out"), content_of(answers / "err")};
}

/// Who looks: root, but where only others have something hidden from them.
uid_t looker(Place place) {
    return place == Place::hidden ? nobody : 0;
}

ProgramResult shminfo_from(Place place, const TestDirectory& directory,
                           const std::vector<std::string>& arguments) {
    return result_from(place, [&] { return shminfo(directory, arguments, looker(place)); });
}

ProgramResult shmclean_from(Place place, const TestDirectory& directory,
                            const std::vector<std::string>& arguments) {
    return result_from(place, [&] { return shmclean(directory, arguments, looker(place)); });
}

/// All files are the looker's own, and so is the directory.
void give_to_looker(Place place, const TestDirectory& directory) {
    REQUIRE(::chown(directory.path().c_str(), looker(place), looker(place)) == 0);
    for (const auto& name : directory.names())
        REQUIRE(::chown((directory / name).c_str(), looker(place), looker(place)) == 0);
}

/// Maps a file and keeps no descriptor of it.
int map_only(const TestDirectory& directory, const std::string& name) {
    const int fd = ::open((directory / name).c_str(), O_RDONLY | O_CLOEXEC);
    const void* at = ::mmap(nullptr, file_bytes, PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? 1 : 0;
}

/// What the library says of the holders: the view, the blind spots, whether it takes that for all.
ProgramResult find_holders(Place place, const TestDirectory& directory) {
    const uid_t user = looker(place);
    if (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0)
        return {no_place, {}, {}};
    const auto held = reaper::find_held_files(directory.open());
    if (!held) return {no_place, {}, {}};
    return {static_cast<int>(held->view), blind_spot_text(*held),
            held->is_complete() ? "complete" : "incomplete"};
}

const std::string browser_file = ".org.chromium.Chromium.AbCdEf";
const std::string segment = "fastrtps_0123456789abcdef";

}  // namespace

TEST_CASE("which processes are not seen is known, and said") {
    if (lacks_root()) return;
    const TestDirectory directory;
    for (const Claim& claim : claims) {
        CAPTURE(static_cast<int>(claim.place));
        const auto seen =
            result_from(claim.place, [&] { return find_holders(claim.place, directory); });
        CHECK(seen.status == static_cast<int>(claim.view));
        CHECK(contains(seen.out, claim.said));
        CHECK(seen.err == "incomplete");
    }
}

TEST_CASE("shminfo --holders says whom it could not see, and shows whom it could") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1", {.mode = 0644});
    const Child holder([&] { return map_only(directory, "heap-1"); });
    const std::string line = "held by:     " + std::to_string(holder.pid()) + " (";
    REQUIRE(contains(shminfo(directory, {"--holders"}).out, line));
    for (const Claim& claim : claims_of_programs()) {
        CAPTURE(static_cast<int>(claim.place));
        const auto text = shminfo_from(claim.place, directory, {"--holders"});
        CHECK(text.status == 0);
        CHECK(text.err.starts_with("shminfo: "));
        CHECK(contains(text.err, claim.said));
        // The /proc of the namespace above shows everybody, under pids that are not ours.
        const bool sees_it = claim.place == Place::outer;
        CHECK(contains(text.out, line) == sees_it);
        CHECK(contains(text.out, "held by:     nobody that was found") == !sees_it);
        const auto json = shminfo_from(claim.place, directory, {"--holders", "--json"});
        CHECK(json.status == 0);
        CHECK(contains(json.out, R"("sees_all_processes":false)"));
    }
}

TEST_CASE("what a process has that is not seen stays, and goes once the lease proves it free") {
    if (lacks_root()) return;
    for (const Claim& claim : claims_of_programs()) {
        CAPTURE(static_cast<int>(claim.place));
        const TestDirectory directory;
        directory.write(browser_file, std::string(file_bytes, 'x'), 0600);
        give_to_looker(claim.place, directory);
        {
            const Child holder([&] { return map_only(directory, browser_file); });
            const auto run = shmclean_from(claim.place, directory, {"--foreign"});
            CHECK(run.status == 0);
            CHECK(run.out.empty());
            const auto named = shmclean_from(claim.place, directory, {"--foreign", browser_file});
            CHECK(named.status == 1);
            const std::string why = claim.place == Place::outer
                                        ? "process " + std::to_string(holder.pid()) + " ("
                                        : "a process that cannot be seen";
            CHECK(contains(named.err, "refused: " + why));
            CHECK(directory.has(browser_file));
        }
        const auto run = shmclean_from(claim.place, directory, {"--foreign"});
        CHECK(run.status == 0);
        CHECK(run.out == "unlinking " + browser_file + "\n");
        CHECK(directory.names().empty());
    }
}

TEST_CASE("where no lease can be had either, nothing is proven, and that is said") {
    if (lacks_root()) return;
    for (const Claim& claim : claims_of_programs()) {
        CAPTURE(static_cast<int>(claim.place));
        const TestDirectory directory;
        const auto history = recorded("fastdds", "fast_datasharing");
        lay_down(directory, history, history.name, 0644);  // root's, and nobody has it
        ::chmod(directory.path().c_str(), 0777);
        const auto run = result_from(claim.place, [&] {
            return shmclean(directory, {"--foreign", "--all-users"}, nobody);
        });
        CHECK(run.status == 0);
        CHECK(run.out.empty());
        CHECK(contains(run.err, "that no process has it mapped or open is not proven ("));
        CHECK(contains(run.err, claim.said));
        CHECK(directory.has(history.name));
    }
}

TEST_CASE("who made a file may be somebody that is not seen: what has only a pid stays") {
    if (lacks_root()) return;
    for (const Claim& claim : claims_of_programs()) {
        CAPTURE(static_cast<int>(claim.place));
        const TestDirectory directory;
        const Child living([] { return 0; });
        const pid_t dead = Child([] { return 0; }, Child::After::ends).pid();
        lay_tensor(directory, living.pid());
        const std::string orphan = lay_tensor(directory, dead);
        directory.write("heap-1", redhawk_heap(living.pid()));
        directory.write("heap-2", redhawk_heap(dead));
        give_to_looker(claim.place, directory);
        const auto before = directory.names();
        const auto run = shmclean_from(claim.place, directory, {"--foreign"});
        CHECK(run.status == 0);
        CHECK(run.out.empty());
        CHECK(contains(run.err, orphan + ": left alone: "));
        CHECK(contains(run.err, "heap-2: left alone: its creator may run in another pid"));
        CHECK(directory.names() == before);
    }
}

TEST_CASE("who has a file locked may be somebody that is not seen: what has only a lock stays") {
    if (lacks_root()) return;
    for (const bool is_locked : {false, true}) {
        for (const Claim& claim : claims_of_programs()) {
            CAPTURE(is_locked);
            CAPTURE(static_cast<int>(claim.place));
            const TestDirectory directory;
            lay_down(directory, recorded("fastdds", "fastrtps_4"), segment);
            directory.write(segment + "_el", "", 0644);
            give_to_looker(claim.place, directory);
            const auto lock = directory.open().open_file(segment + "_el", O_RDONLY);
            REQUIRE(lock.has_value());
            if (is_locked) REQUIRE(::flock(lock->get(), LOCK_EX | LOCK_NB) == 0);
            const auto run = shmclean_from(claim.place, directory, {"--foreign"});
            CHECK(run.status == 0);
            CHECK(run.out.empty());
            if (!is_locked)
                CHECK(contains(run.err, "who locks " + segment + "_el cannot be seen from here"));
            CHECK(directory.names().size() == 2);
        }
    }
}

TEST_CASE("a heap of ours is judged by its lock, whatever /proc shows") {
    if (lacks_root()) return;
    for (const Claim& claim : claims_of_programs()) {
        CAPTURE(static_cast<int>(claim.place));
        const TestDirectory directory;
        const FabricatedHeap living(directory, "heap-1");
        const FabricatedHeap dead(directory, "heap-2", {}, Owner::is_dead);
        give_to_looker(claim.place, directory);
        const auto shown = shminfo_from(claim.place, directory, {});
        CHECK(shown.status == 0);
        CHECK(contains(section(shown.out, "heap-1"), "orphaned:    false"));
        CHECK(contains(section(shown.out, "heap-2"), "orphaned:    true"));
        const auto run = shmclean_from(claim.place, directory, {});
        CHECK(run.status == 0);
        CHECK(run.out == "unlinking heap-2\n");
        CHECK(run.err.empty());
        CHECK(directory.names() == std::vector<std::string>{"heap-1"});
    }
}
