// Recognisers of other frameworks' files, on files that the real programs made: each is told from
// others by name and content, and judged by the framework's own rule. Ray and iceoryx2 are not in
// Debian: their files are made here after what their sources say.
#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <map>

#include "fabricator.hpp"
#include "foreign_files.hpp"
#include "reaper/foreign/name_pattern.hpp"
#include "reaper/remove.hpp"
#include "reaper/scan.hpp"

using namespace reaper_test;
using reaper::foreign::Finding;
using reaper::foreign::Life;
using reaper::foreign::matches;

namespace {

/// Looks at one file, with frameworks' own folders where nobody else has any.
std::optional<Finding> find(const TestDirectory& directory, const std::string& name,
                            reaper::foreign::Places places = {"/nonexistent", "/nonexistent"}) {
    reaper::Scanner scanner(directory.open());
    scanner.look_at_foreign(std::move(places));
    reaper::FileRecord record;
    REQUIRE(scanner.look({name, DT_UNKNOWN}, record));
    return record.foreign;
}

std::string type_of(const TestDirectory& directory, const std::string& name) {
    const auto found = find(directory, name);
    return found ? std::string(found->type) : "other";
}

Life life_of(const TestDirectory& directory, const std::string& name) {
    const auto found = find(directory, name);
    REQUIRE(found.has_value());
    return found->owner;
}

std::string expected_type(const RecordedFile& file) {
    const std::vector<std::pair<std::string, std::string>> by_prefix{
        {"boost_queue", "Boost.Interprocess message queue"},
        {"boost_segment", "Boost.Interprocess segment"},
        {".org.chromium", "Chromium shared memory"},
        {"fast_datasharing", "Fast DDS data sharing pool"},
        {"sem.fastrtps", "Fast DDS port mutex"},
        {"iceoryx_mgmt", "iceoryx management"},
        {"root", "iceoryx segment"},
        {"vader", "Open MPI segment"},
        {"PostgreSQL.2066532232", "PostgreSQL control segment"},
        {"PostgreSQL", "PostgreSQL segment"},
        {"pulse", "PulseAudio pool"},
        {"psm_", "Python shared memory"},
        {"sem.", "POSIX semaphore"},
        {"torch", "PyTorch tensor"},
    };
    if (file.name.starts_with("fastrtps_")) {
        const bool is_lock = file.name.ends_with("_el");
        const bool is_port = file.name.starts_with("fastrtps_port");
        return std::string("Fast DDS ") + (is_port ? "port" : "segment") + (is_lock ? " lock" : "");
    }
    for (const auto& [prefix, type] : by_prefix)
        if (file.name.starts_with(prefix)) return type;
    return "?";
}

pid_t dead_pid() {
    return Child([] { return 0; }, Child::After::ends).pid();
}

TEST_CASE("patterns of names") {
    CHECK(matches("torch_1_22_333", "torch_#_#_#"));
    CHECK_FALSE(matches("torch_1_22_", "torch_#_#_#"));
    CHECK_FALSE(matches("torch_1_x_3", "torch_#_#_#"));
    CHECK(matches("a.b.c.data", "a*.data"));
    CHECK_FALSE(matches("a.data", "a*.data"));
    CHECK_FALSE(matches("a.b.datax", "a*.data"));
    CHECK(matches("psm_0123abcd", "psm_%%%%%%%%"));
    CHECK_FALSE(matches("psm_0123ABCD", "psm_%%%%%%%%"));
    CHECK_FALSE(matches("psm_0123abc", "psm_%%%%%%%%"));
    CHECK_FALSE(matches("", "#"));
    CHECK_FALSE(matches(std::string(255, '1') + "x", "*#"));
}

TEST_CASE("what the real programs made is recognised") {
    const TestDirectory directory;
    const auto files = recorded_files();
    REQUIRE(files.size() > 20);
    for (const auto& file : files)
        lay_down(directory, file);
    for (const auto& file : files)
        CHECK_MESSAGE(type_of(directory, file.name) == expected_type(file), file.name);
}

TEST_CASE("the right name with other content is not recognised") {
    for (const auto& file : recorded_files()) {
        // Shared memory of Python and Chromium has the application's content, whatever it is; and
        // payload of iceoryx is told by its neighbour, which is not there.
        if (file.name.starts_with("psm_") || file.name.starts_with(".org")) continue;
        const TestDirectory directory;
        directory.write(file.name, std::string(8192, 'x'), 0600);
        CHECK_MESSAGE(type_of(directory, file.name) == "other", file.name);
        directory.write(file.name, std::string(40, '\0'), 0600);
        CHECK_MESSAGE(type_of(directory, file.name) == "other", file.name);
    }
}

TEST_CASE("a file that was cut short is not recognised") {
    for (const auto& file : recorded_files()) {
        if (file.size < 32 || file.name.starts_with("psm_") || file.name.starts_with(".org"))
            continue;
        // Nothing at the end of these two is looked at; what is cut off the head is.
        const bool begins_only = file.name.starts_with("vader") || file.name == "iceoryx_mgmt";
        const TestDirectory directory;
        auto cut = file;
        cut.tail.clear();
        cut.size = begins_only ? 6 : file.size / 2;
        cut.head.resize(std::min(cut.head.size(), cut.size));
        if (file.name.starts_with("torch")) {
            cut.size = 63;
            cut.head.resize(63);
        }
        lay_down(directory, cut);
        CHECK_MESSAGE(type_of(directory, file.name) == "other", file.name);
    }
}

TEST_CASE("the right content under another name is only what content alone can tell") {
    const TestDirectory directory;
    for (const auto& file : recorded_files()) {
        lay_down(directory, file, "something");
        const auto type = type_of(directory, "something");
        CHECK_MESSAGE((type == "other" || type.starts_with("Boost.Interprocess")), file.name);
    }
}

TEST_CASE("Python's and Chromium's files are told by their mode as well, and no link is") {
    const TestDirectory directory;
    lay_down(directory, recorded("python", "psm_"), "psm_00000000", 0644);
    directory.write(".org.chromium.Chromium.abcDEF", "x", 0666);
    directory.write("target", "x", 0600);
    REQUIRE(::symlink("target", (directory / "psm_00000001").c_str()) == 0);
    directory.write("psm_00000002", "x", 0600);
    REQUIRE(::link((directory / "psm_00000002").c_str(), (directory / "psm_00000003").c_str()) ==
            0);
    REQUIRE(::mkfifo((directory / "psm_00000004").c_str(), 0600) == 0);
    for (const char* name : {"psm_00000000", ".org.chromium.Chromium.abcDEF", "psm_00000001",
                             "psm_00000002", "psm_00000003", "psm_00000004"})
        CHECK_MESSAGE(type_of(directory, name) == "other", name);
}

TEST_CASE("Fast DDS: the lock beside a file decides, a file without one is unknown") {
    const TestDirectory directory;
    const auto segment = recorded("fastdds", "fastrtps_4");
    const auto port = recorded("fastdds", "fastrtps_port");
    const auto mutex = recorded("fastdds", "sem.fastrtps");
    for (const auto& file : {segment, port, mutex})
        lay_down(directory, file);
    for (const auto& file : {segment, port, mutex})
        CHECK_MESSAGE(life_of(directory, file.name) == Life::unknown, file.name);
    directory.write(segment.name + "_el", "", 0644);
    directory.write(port.name + "_sl", "", 0644);
    for (const auto& file : {segment, port, mutex})
        CHECK_MESSAGE(life_of(directory, file.name) == Life::dead, file.name);
    CHECK(life_of(directory, segment.name + "_el") == Life::dead);
    CHECK(life_of(directory, port.name + "_sl") == Life::dead);

    const auto exclusive = directory.open().open_file(segment.name + "_el", O_RDONLY);
    REQUIRE(::flock(exclusive->get(), LOCK_EX | LOCK_NB) == 0);
    const auto shared = directory.open().open_file(port.name + "_sl", O_RDONLY);
    REQUIRE(::flock(shared->get(), LOCK_SH | LOCK_NB) == 0);
    for (const auto& file : {segment, port, mutex})
        CHECK_MESSAGE(life_of(directory, file.name) == Life::alive, file.name);
    CHECK(contains(find(directory, segment.name)->evidence, std::to_string(::getpid())));
    CHECK(life_of(directory, segment.name + "_el") == Life::alive);
}

TEST_CASE("Fast DDS version 3 has other names for the same") {
    const TestDirectory directory;
    lay_down(directory, recorded("fastdds", "fastrtps_4"), "fastdds_0123456789abcdef");
    directory.write("fastdds_0123456789abcdef_el", "", 0644);
    CHECK(type_of(directory, "fastdds_0123456789abcdef") == "Fast DDS segment");
    CHECK(life_of(directory, "fastdds_0123456789abcdef") == Life::dead);
    lay_down(directory, recorded("fastdds", "fastrtps_port"), "fastdds_port7400");
    CHECK(type_of(directory, "fastdds_port7400") == "Fast DDS port");
}

/// A file of a framework that keeps its maker's pid in it, with another pid.
std::map<std::string, std::string> files_with_pid(const TestDirectory& directory, pid_t pid) {
    auto pool = recorded("pulseaudio", "pulse");
    put(pool.tail, pool.tail.size() - 36, static_cast<std::uint32_t>(pid));
    auto segment = recorded("openmpi", "vader");
    put(segment.head, 4, static_cast<std::uint32_t>(pid));
    lay_down(directory, pool);
    lay_down(directory, segment);
    return {{"pool", pool.name}, {"segment", segment.name}, {"tensor", lay_tensor(directory, pid)}};
}

/// What a process has mapped that made it.
class MappedFile {
public:
    explicit MappedFile(const std::string& path) {
        const shmheap::os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        address_ = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
        REQUIRE(address_ != MAP_FAILED);
    }
    ~MappedFile() { ::munmap(address_, bytes); }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

private:
    static constexpr std::size_t bytes = 1;
    void* address_ = nullptr;
};

TEST_CASE("PulseAudio, Open MPI, PyTorch: the maker's pid decides") {
    const TestDirectory directory;
    for (const auto& [what, name] : files_with_pid(directory, dead_pid()))
        CHECK_MESSAGE(life_of(directory, name) == Life::dead, what);
    for (const auto& [what, name] : files_with_pid(directory, ::getpid())) {
        // It may be another that has been given the maker's pid.
        CHECK_MESSAGE(life_of(directory, name) == Life::unknown, what);
        const MappedFile mapped(directory / name);
        CHECK_MESSAGE(life_of(directory, name) == Life::alive, what);
    }
    const Child zombie([] { return 0; });
    zombie.kill();
    for (const auto& [what, name] : files_with_pid(directory, zombie.pid()))
        CHECK_MESSAGE(life_of(directory, name) == Life::dead, what);
}

/// Whether a torch_shm_manager runs that is not ours to end.
bool has_torch_manager() {
    if (!reaper::foreign::Witnesses{}.has_torch_manager()) return false;
    MESSAGE("skipped: a torch_shm_manager runs on this machine");
    return true;
}

TEST_CASE("PyTorch: what has users is the manager's to decide, as long as there is one") {
    if (has_torch_manager()) return;
    const TestDirectory directory;
    const std::string name = lay_tensor(directory, dead_pid(), 1);
    CHECK(life_of(directory, name) == Life::dead);
    const Child manager([] { return ::prctl(PR_SET_NAME, "torch_shm_manager"); });
    CHECK(life_of(directory, name) == Life::unknown);
    CHECK(life_of(directory, lay_tensor(directory, dead_pid(), 0)) == Life::dead);
}

TEST_CASE("PyTorch: a manager that came since a file was judged is found before it goes") {
    if (has_torch_manager()) return;
    const TestDirectory directory;
    const std::string name = lay_tensor(directory, dead_pid(), 1);
    reaper::Scanner scanner(directory.open());
    scanner.look_at_foreign();
    reaper::FileRecord record;
    REQUIRE(scanner.look({name, DT_UNKNOWN}, record));
    REQUIRE(record.foreign->owner == Life::dead);
    {
        const Child manager([] { return ::prctl(PR_SET_NAME, "torch_shm_manager"); });
        CHECK(reaper::remove_foreign(scanner, record).value() == reaper::Removal::alive);
        CHECK(directory.has(name));
    }
    CHECK(reaper::remove_foreign(scanner, record).value() == reaper::Removal::removed);
}

TEST_CASE("Fast DDS: a free lock of another user proves nothing" *
          doctest::skip(::geteuid() != 0)) {
    const TestDirectory directory;
    const auto segment = recorded("fastdds", "fastrtps_4");
    const auto lock = recorded("fastdds", "fastrtps_4f47c2ff7632b038_el");
    lay_down(directory, segment);
    lay_down(directory, lock);
    CHECK(life_of(directory, segment.name) == Life::dead);
    REQUIRE(::chown((directory / lock.name).c_str(), nobody, nobody) == 0);
    CHECK(life_of(directory, segment.name) == Life::unknown);
}

TEST_CASE("PostgreSQL: only what a control segment lists, and that one's holders decide") {
    const TestDirectory directory;
    const auto control = recorded("postgresql", "PostgreSQL.2066532232");
    const auto listed = recorded("postgresql", "PostgreSQL.1706366202");
    lay_down(directory, listed);
    CHECK(type_of(directory, listed.name) == "other");
    lay_down(directory, control);
    const auto finding = find(directory, listed.name);
    REQUIRE(finding.has_value());
    CHECK(finding->owner == Life::held);
    struct stat status {};
    REQUIRE(::stat((directory / control.name).c_str(), &status) == 0);
    CHECK(finding->held_file->st_ino == status.st_ino);
    CHECK(finding->held_name == control.name);
    CHECK(find(directory, control.name)->tells_of_others);
    lay_down(directory, listed, "PostgreSQL.12");
    CHECK(type_of(directory, "PostgreSQL.12") == "other");
    lay_down(directory, listed, "PostgreSQL.99999999999999");
    CHECK(type_of(directory, "PostgreSQL.99999999999999") == "other");
}

/// A control segment of version 14 that lists one number.
std::string control_segment(std::uint32_t number) {
    std::string content(16 + 40 * 8, '\0');
    put(content, 0, std::uint32_t{0x9a503d32});
    put(content, 4, std::uint32_t{1});
    put(content, 8, std::uint32_t{8});
    put(content, 16, number);
    put(content, 20, std::uint32_t{2});
    return content;
}

TEST_CASE("PostgreSQL: another user's control segment says nothing of a file") {
    if (lacks_root()) return;
    const TestDirectory directory;
    directory.write("PostgreSQL.777", std::string(4096, 'p'), 0600);
    directory.write("PostgreSQL.100", control_segment(777), 0600);
    REQUIRE(::chown((directory / "PostgreSQL.100").c_str(), nobody, nobody) == 0);
    CHECK(type_of(directory, "PostgreSQL.777") == "other");
    directory.write("PostgreSQL.900", control_segment(777), 0600);
    const auto finding = find(directory, "PostgreSQL.777");
    REQUIRE(finding.has_value());
    CHECK(finding->owner == Life::held);
    CHECK(finding->held_name == "PostgreSQL.900");
}

TEST_CASE("PostgreSQL: what two control segments list is nobody's for sure") {
    const TestDirectory directory;
    directory.write("PostgreSQL.777", std::string(4096, 'p'), 0600);
    directory.write("PostgreSQL.778", std::string(4096, 'p'), 0600);
    directory.write("PostgreSQL.100", control_segment(777), 0600);
    directory.write("PostgreSQL.900", control_segment(777), 0600);
    directory.write("PostgreSQL.901", control_segment(778), 0600);
    CHECK(life_of(directory, "PostgreSQL.777") == Life::unknown);
    CHECK(life_of(directory, "PostgreSQL.778") == Life::held);
}

TEST_CASE("PostgreSQL: control segments are read once for a scan, and not without bound") {
    const TestDirectory directory;
    directory.write("PostgreSQL.777", std::string(4096, 'p'), 0600);
    directory.write("PostgreSQL.100", control_segment(777), 0600);
    reaper::Scanner scanner(directory.open());
    scanner.look_at_foreign({"/nonexistent", "/nonexistent"});
    reaper::FileRecord record;
    REQUIRE(scanner.look({"PostgreSQL.777", DT_UNKNOWN}, record));
    REQUIRE(record.foreign.has_value());
    directory.write("PostgreSQL.778", std::string(4096, 'p'), 0600);
    directory.write("PostgreSQL.101", control_segment(778), 0600);
    REQUIRE(scanner.look({"PostgreSQL.778", DT_UNKNOWN}, record));
    CHECK_FALSE(record.foreign.has_value());

    std::string large = control_segment(777);
    constexpr std::uint32_t items = 1 << 19;
    put(large, 4, items);
    put(large, 8, items);
    directory.write("PostgreSQL.102", large, 0600);
    REQUIRE(::truncate((directory / "PostgreSQL.102").c_str(), 16 + 40 * off_t{items}) == 0);
    CHECK(life_of(directory, "PostgreSQL.777") == Life::unknown);
}

TEST_CASE("iceoryx: the daemon's lock decides") {
    const TestDirectory directory;
    const TestDirectory locks;
    const reaper::foreign::Places places{locks.path(), "/nonexistent"};
    lay_down(directory, recorded("iceoryx", "iceoryx_mgmt"));
    lay_down(directory, recorded("iceoryx", "root"));
    for (const char* name : {"iceoryx_mgmt", "root"}) {
        CHECK(find(directory, name, places)->owner == Life::unknown);
        locks.write("iox-unique-roudi.lock", "", 0600);
        CHECK(find(directory, name, places)->owner == Life::dead);
        const auto lock = locks.open().open_file("iox-unique-roudi.lock", O_RDONLY);
        REQUIRE(::flock(lock->get(), LOCK_EX | LOCK_NB) == 0);
        CHECK(find(directory, name, places)->owner == Life::alive);
        REQUIRE(locks.open().unlink("iox-unique-roudi.lock"));
    }
    lay_down(directory, recorded("iceoryx", "root"), "no-such-group");
    CHECK(type_of(directory, "no-such-group") == "other");
}

TEST_CASE(
    "iceoryx: a file that is only named as a group and as old as the management is no segment") {
    const TestDirectory directory;
    lay_down(directory, recorded("iceoryx", "iceoryx_mgmt"));
    lay_down(directory, recorded("iceoryx", "root"));
    CHECK(type_of(directory, "root") == "iceoryx segment");
    REQUIRE(::removexattr((directory / "root").c_str(), "system.posix_acl_access") == 0);
    REQUIRE(::chmod((directory / "root").c_str(), 0660) == 0);
    CHECK(type_of(directory, "root") == "other");
}

TEST_CASE("iceoryx2: dead when no node lives, unknown while one does") {
    const TestDirectory directory;
    const TestDirectory root;
    const reaper::foreign::Places places{"/nonexistent", root.path()};
    REQUIRE(::mkdir((root / "nodes").c_str(), 0755) == 0);
    std::string content(4096, '\0');
    put(content, 0, (std::uint64_t{0} << 32) | (std::uint64_t{6} << 16) | std::uint64_t{1});
    for (const char* suffix : {"data", "dynamic", "connection", "event", "blackboard_mgmt"}) {
        const std::string name = std::string("iox2_0123abcd.") + suffix;
        directory.write(name, content, 0700);
        CHECK(find(directory, name, places)->owner == Life::unknown);
    }
    root.write("nodes/iox2_1.node_monitor", "", 0600);
    CHECK(find(directory, "iox2_0123abcd.data", places)->owner == Life::dead);
    root.write("nodes/iox2_2.node_monitor", "", 0600);
    const shmheap::os::UniqueFd node(
        ::open((root / "nodes/iox2_2.node_monitor").c_str(), O_RDWR | O_CLOEXEC));
    struct ::flock request {};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    REQUIRE(::fcntl(node.get(), F_SETLK, &request) == 0);
    CHECK(find(directory, "iox2_0123abcd.data", places)->owner == Life::unknown);
    directory.write("iox2_0123abcd.data", std::string(4096, 'x'), 0700);
    CHECK_FALSE(find(directory, "iox2_0123abcd.data", places).has_value());
}

TEST_CASE("Ray: a store that was killed before it took its name away") {
    const TestDirectory directory;
    directory.write("plasmaAb12Cd", "", 0600);
    CHECK(type_of(directory, "plasmaAb12Cd") == "Ray object store");
    CHECK(life_of(directory, "plasmaAb12Cd") == Life::held);
    directory.write("plasmaAb12Cd", "x", 0600);
    CHECK(type_of(directory, "plasmaAb12Cd") == "other");
}

TEST_CASE("frameworks that keep no record of owners are unknown") {
    const TestDirectory directory;
    for (const auto& file :
         {recorded("python", "psm_"), recorded("python", "sem."),
          recorded("boost", "boost_segment"), recorded("boost", "boost_queue")}) {
        lay_down(directory, file);
        CHECK_MESSAGE(life_of(directory, file.name) == Life::unknown, file.name);
    }
    lay_down(directory, recorded("python", "sem."), "sem.mp-abcdefgh");
    CHECK(life_of(directory, "sem.mp-abcdefgh") == Life::held);
}

}  // namespace
