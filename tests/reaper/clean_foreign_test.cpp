// shmclean --foreign: what goes is dead by its framework's rule and held by nobody; what lives, is
// held, or cannot be judged stays, whatever it is called.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/json/parse.hpp>

#include "fabricator.hpp"
#include "foreign_files.hpp"
#include "reaper/clean_evidence.hpp"

using namespace reaper_test;
namespace json = boost::json;

namespace {

const std::string segment = "fastrtps_0123456789abcdef";

/// A tensor whose maker is dead.
std::string dead_tensor(const TestDirectory& directory) {
    const pid_t pid = Child([] { return 0; }, Child::After::ends).pid();
    return lay_tensor(directory, pid);
}

void lay_dead_segment(const TestDirectory& directory) {
    lay_down(directory, recorded("fastdds", "fastrtps_4"), segment);
    directory.write(segment + "_el", "", 0644);
}

int map_file(const TestDirectory& directory, const std::string& name) {
    const int fd = ::open((directory / name).c_str(), O_RDONLY | O_CLOEXEC);
    const void* at = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? 1 : 0;
}

/// shmclean on one file of /dev/shm, where programs put theirs that do not let themselves be told.
ProgramResult clean_real(const std::string& name) {
    return run_program({SHMCLEAN_PROGRAM, {"--dir", "/dev/shm", "--foreign", name}});
}

bool exists(const std::string& name) {
    return ::access(("/dev/shm/" + name).c_str(), F_OK) == 0;
}

TEST_CASE("the table of what other frameworks' files may go") {
    using reaper::judge_foreign;
    using reaper::Unheld;
    using reaper::foreign::Life;
    reaper::FileRecord record;
    record.status.st_ino = 7;
    record.foreign.emplace();
    reaper::HeldFiles nobody_holds;
    reaper::HeldFiles held;
    held.by_inode[7].holders.push_back({.pid = 811, .name = "sink", .maps = true});
    reaper::HeldFiles blind;
    blind.unreadable = 3;
    for (const Life life : {Life::dead, Life::alive, Life::unknown, Life::held}) {
        record.foreign->owner = life;
        const bool dead = life == Life::dead || life == Life::held;
        CHECK(judge_foreign(record, nobody_holds, Unheld::unknown).is_removable == dead);
        CHECK(judge_foreign(record, blind, Unheld::proven).is_removable == dead);
        CHECK_FALSE(judge_foreign(record, blind, Unheld::unknown).is_removable);
        CHECK_FALSE(judge_foreign(record, nobody_holds, Unheld::disproven).is_removable);
        for (const auto unheld : {Unheld::proven, Unheld::disproven, Unheld::unknown}) {
            CHECK_FALSE(judge_foreign(record, held, unheld).is_removable);
            CHECK(judge_foreign(record, held, unheld).is_in_use);
        }
    }
    CHECK(contains(judge_foreign(record, blind, Unheld::unknown).explanation, "3 processes"));
    record.foreign->owner = Life::dead;
    reaper::HeldFiles looked_at;
    auto& holders = looked_at.by_inode[7].holders;
    holders = {{.pid = 811, .name = "shmclean", .open = true},
               {.pid = 812, .name = "shminfo", .open = true}};
    CHECK(judge_foreign(record, looked_at, Unheld::proven).is_removable);
    CHECK(judge_foreign(record, looked_at, Unheld::unknown).is_in_use);
    CHECK(judge_foreign(record, looked_at, Unheld::disproven).is_in_use);
    reaper::foreign::Finding of_holders;
    of_holders.owner = Life::held;
    settle_by_holders(looked_at, record, of_holders);
    CHECK(of_holders.owner == Life::unknown);
    holders.back().maps = true;
    CHECK(judge_foreign(record, looked_at, Unheld::proven).is_in_use);
    record.foreign->held_file.emplace();
    record.foreign->held_file->st_ino = 8;
    held.by_inode[8] = held.by_inode[7];
    held.by_inode.erase(7);
    CHECK_FALSE(judge_foreign(record, held, Unheld::unknown).is_removable);
}

TEST_CASE("without --foreign nothing of other frameworks goes, with it what is dead does") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    lay_dead_segment(directory);
    CHECK(shmclean(directory).out.empty());
    CHECK(shmclean(directory, {"--force"}).out.empty());
    const auto planned = shmclean(directory, {"--foreign", "-n"});
    CHECK(contains(planned.out, "would unlink " + tensor + "\n"));
    CHECK(contains(planned.err, "would be removed: PyTorch tensor of 8064 bytes; process "));
    CHECK(directory.names().size() == 3);
    const auto only = shmclean(directory, {"--foreign=pytorch,boost"});
    CHECK(only.out == "unlinking " + tensor + "\n");
    CHECK(contains(only.err, "no process has it mapped or open; 8192 bytes return now"));
    const auto result = shmclean(directory, {"--foreign"});
    CHECK(result.status == 0);
    CHECK(result.out == "unlinking " + segment + "\nunlinking " + segment + "_el\n");
    CHECK(directory.names().empty());
}

TEST_CASE("frameworks that are given one by one all count") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    lay_dead_segment(directory);
    const auto result = shmclean(directory, {"--foreign=pytorch", "--foreign=fastdds"});
    CHECK(result.out ==
          "unlinking " + segment + "\nunlinking " + tensor + "\nunlinking " + segment + "_el\n");
    CHECK(shmclean(directory, {"--foreign=pytorch,all"}).status == 0);
}

TEST_CASE("a name that is given twice is removed once, and nothing else is said of it") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    const auto result = shmclean(directory, {"--foreign", tensor, tensor});
    CHECK(result.status == 0);
    CHECK(result.out == "unlinking " + tensor + "\n");
    CHECK_FALSE(contains(result.err, "left alone"));
}

TEST_CASE("what others are judged by goes last, so that a run leaves nothing half done") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto port = recorded("fastdds", "fastrtps_port7410");
    lay_down(directory, port);
    lay_down(directory, recorded("fastdds", "sem.fastrtps_port7410"));
    directory.write("fastrtps_port7410_el", "", 0644);
    CHECK(shmclean(directory, {"--foreign"}).out ==
          "unlinking fastrtps_port7410\nunlinking sem.fastrtps_port7410_mutex\n"
          "unlinking fastrtps_port7410_el\n");
}

TEST_CASE("a locked segment of Fast DDS stays, without a word") {
    const TestDirectory directory;
    lay_dead_segment(directory);
    const auto lock = directory.open().open_file(segment + "_el", O_RDONLY);
    REQUIRE(::flock(lock->get(), LOCK_EX | LOCK_NB) == 0);
    const auto result = shmclean(directory, {"--foreign"});
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    const auto named = shmclean(directory, {"--foreign", segment});
    CHECK(named.status == 1);
    CHECK(contains(named.err, "refused: " + segment + "_el is locked by process"));
    CHECK(directory.names().size() == 2);
}

TEST_CASE("what a process maps or has open stays, though its maker is dead") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    {
        const Child holder([&] { return map_file(directory, tensor); });
        CHECK(shmclean(directory, {"--foreign"}).out.empty());
        const auto named = shmclean(directory, {"--foreign", tensor});
        CHECK(named.status == 1);
        CHECK(contains(named.err, "process " + std::to_string(holder.pid())));
    }
    {
        const auto opened = directory.open().open_file(tensor, O_RDONLY);
        CHECK(shmclean(directory, {"--foreign"}).out.empty());
    }
    CHECK(directory.has(tensor));
    CHECK(shmclean(directory, {"--foreign"}).out == "unlinking " + tensor + "\n");
}

TEST_CASE("PostgreSQL: all segments of a server stay while somebody has its control segment") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const std::string control = "PostgreSQL.2066532232";
    for (const auto& file : recorded_files())
        if (file.framework == "postgresql") lay_down(directory, file);
    REQUIRE(directory.names().size() == 4);
    {
        const Child server([&] { return map_file(directory, control); });
        CHECK(shmclean(directory, {"--foreign"}).out.empty());
        CHECK(directory.names().size() == 4);
    }
    CHECK(shmclean(directory, {"--foreign"}).out.ends_with("unlinking " + control + "\n"));
    CHECK(directory.names().empty());
}

TEST_CASE("who owns the file can have it proven by the kernel without seeing every process") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    REQUIRE(::chown((directory / tensor).c_str(), nobody, nobody) == 0);
    ::chmod(directory.path().c_str(), 0777);
    {
        const Child holder([&] { return map_file(directory, tensor); });  // root's: not to be seen
        const auto result = shmclean(directory, {"--foreign", tensor}, nobody);
        CHECK(result.status == 1);
        CHECK(contains(result.err, "a process that cannot be seen has it mapped or open"));
        CHECK(directory.has(tensor));
    }
    CHECK(shmclean(directory, {"--foreign"}, nobody).out == "unlinking " + tensor + "\n");
}

TEST_CASE("when nobody can prove that it is not held, it stays, and that is said") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    REQUIRE(::chmod((directory / tensor).c_str(), 0644) == 0);  // root's, but readable
    ::chmod(directory.path().c_str(), 0777);
    const auto result = shmclean(directory, {"--foreign", "--all-users"}, nobody);
    CHECK(result.out.empty());
    CHECK(contains(result.err, tensor + ": left alone: PyTorch tensor: that no process has it"));
    CHECK(directory.has(tensor));
}

TEST_CASE("other frameworks' files are one's own, those of --user, or of --all-users") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    REQUIRE(::chown((directory / tensor).c_str(), nobody, nobody) == 0);
    CHECK(shmclean(directory, {"--foreign"}).out.empty());
    CHECK(shmclean(directory, {"--foreign", "--user", "0"}).out.empty());
    CHECK(shmclean(directory, {"--foreign", "--user", "nobody", "-n"}).out ==
          "would unlink " + tensor + "\n");
    CHECK(shmclean(directory, {"--foreign", "--all-users"}).out == "unlinking " + tensor + "\n");
}

TEST_CASE("a living Python's shared memory is never removed") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const Child python(
        [&] {
            ::dup2(ends[1], STDOUT_FILENO);
            ::execlp("python3", "python3", "-c",
                     "import signal\n"
                     "from multiprocessing.shared_memory import SharedMemory\n"
                     "memory = SharedMemory(create=True, size=100)\n"
                     "print(memory.name, flush=True)\n"
                     "signal.pause()\n",
                     nullptr);
            return 127;
        },
        Child::After::runs);
    ::close(ends[1]);
    std::string name;
    for (char letter = 0; ::read(ends[0], &letter, 1) == 1 && letter != '\n';)
        name += letter;
    ::close(ends[0]);
    REQUIRE(name.starts_with("psm_"));
    const auto result = clean_real(name);
    CHECK(result.status == 1);
    CHECK_MESSAGE(exists(name), result.err);
    python.kill();
    // Nobody can know whether somebody still wants to open it. (Python's own tracker may be
    // faster.)
    CHECK(clean_real(name).out.empty());
    ::unlink(("/dev/shm/" + name).c_str());
}

TEST_CASE("a living Boost.Interprocess segment is never removed, and one nobody has is unknown") {
    namespace ipc = boost::interprocess;
    const std::string name = "reaper-test-boost-" + std::to_string(::getpid());
    {
        const Child owner([&] {
            const ipc::managed_shared_memory made(ipc::create_only, name.c_str(), 65536);
            return map_file(TestDirectory(), "../" + name);
        });
        CHECK(clean_real(name).status == 1);
        CHECK(exists(name));
    }
    const auto result = clean_real(name);
    CHECK(result.status == 1);
    CHECK(contains(result.err, "Boost.Interprocess keeps no record"));
    CHECK(exists(name));
    ipc::shared_memory_object::remove(name.c_str());
}

TEST_CASE("hostile files with frameworks' names stay, and nothing that they point at goes") {
    const TestDirectory directory;
    directory.write("victim", "x", 0600);
    REQUIRE(::symlink("victim", (directory / "pulse-shm-1").c_str()) == 0);
    REQUIRE(::symlink("victim", (directory / (segment + "_el")).c_str()) == 0);
    lay_down(directory, recorded("fastdds", "fastrtps_4"), segment);
    REQUIRE(::mkfifo((directory / "fastrtps_port1_el").c_str(), 0600) == 0);
    lay_down(directory, recorded("fastdds", "fastrtps_port"), "fastrtps_port1");
    REQUIRE(::mkdir((directory / "psm_00000000").c_str(), 0700) == 0);
    directory.write("torch_4294967296_1_1", std::string(64, '\0'), 0600);
    directory.write("torch_0_1_1\x1b[2J\n", std::string(64, '\0'), 0600);
    directory.write("PostgreSQL.1",
                    std::string("\x32\x3d\x50\x9a\xff\xff\xff\xff\xff\xff\xff\xff", 12), 0600);
    const auto before = directory.names();
    const auto result = shmclean(directory, {"--foreign"});
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(directory.names() == before);
    CHECK(result.err.find('\x1b') == std::string::npos);
}

TEST_CASE("--json tells of a removal what the log does") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto tensor = dead_tensor(directory);
    const auto document = json::parse(shmclean(directory, {"--foreign", "--json"}).out);
    const auto& file = document.at("files").at(0);
    CHECK(file.at("name").as_string() == tensor);
    CHECK(file.at("result").as_string() == "unlinked");
    CHECK(file.at("type").as_string() == "PyTorch tensor");
    CHECK(file.at("file_size").as_int64() == 8064);
    CHECK(file.at("bytes_now").to_number<int>() == 8192);
    CHECK(file.at("bytes_later").to_number<int>() == 0);
    CHECK(file.at("holders").to_number<int>() == 0);
    CHECK_FALSE(file.at("evidence").as_string().empty());
}

TEST_CASE("--csv tells of a framework's file what the text does") {
    const TestDirectory directory;
    lay_dead_segment(directory);
    const auto csv = reaper_test::shminfo(directory, {"--all", "--csv"}).out;
    CHECK(contains(csv, ",allocation_failures,owner,evidence\r\n"));
    CHECK(contains(csv, ",,dead,\"" + segment + "_el is there and not locked\"\r\n"));
}

TEST_CASE("shminfo --all names the framework, and says whether its owner lives and why") {
    const TestDirectory directory;
    lay_dead_segment(directory);
    const auto shown = reaper_test::shminfo(directory, {"--all"});
    const auto part = section(shown.out, segment);
    CHECK(contains(part, "  type:        Fast DDS segment\n"));
    CHECK(contains(part, "  owner:       dead\n"));
    CHECK(contains(part, "  evidence:    " + segment + "_el is there and not locked\n"));
    CHECK_FALSE(contains(reaper_test::shminfo(directory).out, "Fast DDS"));
    const auto document = json::parse(reaper_test::shminfo(directory, {"--all", "--json"}).out);
    CHECK(document.at("files").at(0).at("framework").as_string() == "fastdds");
    CHECK(document.at("files").at(0).at("owner").as_string() == "dead");
}

}  // namespace
