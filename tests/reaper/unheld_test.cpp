// Claims about the kernel's own answer to whether anybody has a file, and about what comes of it
// when others open the file just then.
#include "reaper/unheld.hpp"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>

#include "foreign_files.hpp"
#include "reaper/scan.hpp"
#include "support.hpp"

using namespace reaper_test;
using reaper::Unheld;
using reaper::UnheldProof;

namespace {

struct stat status_of(const TestDirectory& directory, const std::string& name) {
    struct stat status {};
    REQUIRE(::lstat((directory / name).c_str(), &status) == 0);
    return status;
}

void redirect(int stream, const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(file, stream);
}

/// Runs shmclean --foreign over `directory`; what it says goes to two files.
int clean_into(const TestDirectory& directory, const std::string& output) {
    redirect(STDOUT_FILENO, output + ".out");
    redirect(STDERR_FILENO, output + ".err");
    ::execl(SHMCLEAN_PROGRAM, "shmclean", "--dir", directory.path().c_str(), "--foreign", nullptr);
    return 127;
}

std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

/// The file whose lease give_up() drops.
int leased_file = -1;

void give_up(int /*signal*/) {
    ::close(leased_file);
}

volatile std::sig_atomic_t signals = 0;

void count_signal(int /*signal*/) {
    signals = signals + 1;
}

/// Keeps a lease on the file until somebody opens it, or for ever.
void take_lease(const TestDirectory& directory, const std::string& name, void (*on_opener)(int)) {
    struct sigaction action {};
    action.sa_handler = on_opener;
    ::sigaction(SIGIO, &action, nullptr);
    leased_file = ::open((directory / name).c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(::fcntl(leased_file, F_SETLEASE, F_WRLCK) == 0);
}

}  // namespace

TEST_CASE("who looks waits for a cleaner that has the file for a moment, if told to") {
    const TestDirectory directory;
    directory.write("file", "x");
    const shmheap::os::ShmDirectory& opened = directory.open();
    reaper::FileRecord record;
    take_lease(directory, "file", give_up);
    reaper::Scanner hasty(opened);
    REQUIRE(hasty.look({"file", DT_REG}, record));
    CHECK(record.verdict == reaper::Verdict::unreadable);
    CHECK(contains(record.reason, "keeps a lease on it"));
    take_lease(directory, "file", give_up);
    reaper::Scanner patient(opened);
    patient.wait_for_what_passes();
    REQUIRE(patient.look({"file", DT_REG}, record));
    CHECK(record.verdict == reaper::Verdict::other);
    ::signal(SIGIO, SIG_DFL);
}

TEST_CASE("a lease that is kept keeps neither tool waiting, and both say what they did not see") {
    const TestDirectory directory;
    directory.write("heap-1", "x");
    take_lease(directory, "heap-1", SIG_IGN);
    const auto shown = shminfo(directory);
    CHECK(shown.status == 1);
    CHECK(contains(shown.err, "1 file(s) cannot be read: a process keeps a lease on it"));
    const auto cleaned = shmclean(directory, {"--dry-run"});
    CHECK(cleaned.status == 1);
    CHECK(contains(cleaned.err, "heap-1: cannot be looked at: a process keeps a lease on it"));
    ::close(leased_file);
    ::signal(SIGIO, SIG_DFL);
}

TEST_CASE("a file is proven unheld, or somebody has it, or it is not the one that was meant") {
    const TestDirectory directory;
    directory.write("file", "x");
    directory.write("other", "x");
    const auto status = status_of(directory, "file");
    CHECK(UnheldProof(directory.open(), "file", status).answer() == Unheld::proven);
    CHECK(UnheldProof(directory.open(), "other", status).answer() == Unheld::unknown);
    CHECK(UnheldProof(directory.open(), "missing", status).answer() == Unheld::unknown);
    const auto opened = directory.open().open_file("file", O_RDONLY);
    CHECK(UnheldProof(directory.open(), "file", status).answer() == Unheld::disproven);
    CHECK(reaper::find_unheld(directory.open(), "file", status) == Unheld::disproven);
}

TEST_CASE("a proof stands until somebody opens the file, who keeps others from having one") {
    const TestDirectory directory;
    directory.write("file", "x");
    const auto status = status_of(directory, "file");
    const UnheldProof proof(directory.open(), "file", status);
    REQUIRE(proof.answer() == Unheld::proven);
    CHECK(proof.stands());
    const Child opener([&] {
        const auto opened = directory.open().open_file("file", O_RDONLY);
        return !opened && opened.error().code == EWOULDBLOCK ? 0 : 1;
    });
    CHECK_FALSE(proof.stands());
    // Another cleaner finds the lease, and takes it for somebody who has the file.
    CHECK(UnheldProof(directory.open(), "file", status).answer() == Unheld::disproven);
}

TEST_CASE("no lease outlasts its proof, whoever else keeps the descriptor") {
    const TestDirectory directory;
    directory.write("file", "x");
    std::optional<Child> keeper;
    ::signal(SIGIO, count_signal);
    {
        const UnheldProof proof(directory.open(), "file", status_of(directory, "file"));
        REQUIRE(proof.answer() == Unheld::proven);
        keeper.emplace([] { return 0; });  // and lives on
    }
    CHECK(directory.open().open_file("file", O_RDONLY).has_value());
    CHECK(signals == 0);
    ::signal(SIGIO, SIG_DFL);
}

TEST_CASE("two cleaners of foreign files leave none to each other, and each is told of once") {
    if (lacks_root()) return;
    constexpr int rounds = 8;
    constexpr int files = 40;
    const TestDirectory outputs;
    const pid_t dead = Child([] { return 0; }, Child::After::ends).pid();
    for (int round = 0; round < rounds; ++round) {
        const TestDirectory directory;
        std::vector<std::string> expected;
        for (int file = 0; file < files; ++file) {
            expected.push_back("unlinking " + lay_tensor(directory, dead, 0, file));
        }
        {
            Child one([&] { return clean_into(directory, outputs / "1"); }, Child::After::runs);
            Child two([&] { return clean_into(directory, outputs / "2"); }, Child::After::runs);
            CHECK(one.join() == 0);
            CHECK(two.join() == 0);
        }
        CHECK(directory.names().empty());
        auto told = lines_of(outputs / "1.out");
        for (const auto& line : lines_of(outputs / "2.out"))
            told.push_back(line);
        for (const auto* errors : {"1.err", "2.err"})
            for (const auto& line : lines_of(outputs / errors))
                CHECK_MESSAGE(contains(line, ": removed: "), line);
        std::sort(told.begin(), told.end());
        std::sort(expected.begin(), expected.end());
        CHECK(told == expected);
    }
}
