// A directory full of what an attacker, an accident or another program may leave there: both tools,
// as root and as an ordinary user, neither crash nor hang nor remove what they should not, and have
// one sensible entry for each file.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <map>

#include "fabricator.hpp"
#include "foreign_files.hpp"
#include "reaper/escape.hpp"

namespace {

using namespace reaper_test;

/// Sits in open(2) at the writing end of a FIFO until somebody opens the other one.
class WaitingWriter {
public:
    explicit WaitingWriter(const std::string& path)
        : path_(path), child_([path] { return write_to(path); }, Child::After::runs) {
        await_state(child_.pid(), 'S');
    }

    /// Whether it goes on when its reader comes, and nobody was there before.
    bool meets_reader() {
        const shmheap::os::UniqueFd reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK));
        return child_.join() == 0;
    }

private:
    static int write_to(const std::string& path) {
        const int fd = ::open(path.c_str(), O_WRONLY);
        return ::write(fd, "x", 1) == 1 ? 0 : 1;
    }

    std::string path_;
    Child child_;
};

const std::string weird_name = "heap-\x1b[2J\n\t\"\\\xff";

/// Fills a directory and knows what shminfo has to say about each file.
class HostileDirectory {
public:
    HostileDirectory() {
        ::chmod(directory.path().c_str(), 0777);
        add_heaps();
        add_redhawk_heaps();
        add_special_files();
        directory.write("heap-empty", "", 0644);
        expect("heap-empty", "other", "");
        directory.write("heap-magic", std::string(8192, '\xCC'), 0644);
        expect("heap-magic", "other", "");
        directory.write(weird_name, "x", 0644);
        expect(weird_name, "other", "");
    }

    TestDirectory directory;
    std::map<std::string, std::pair<std::string, std::string>> expected;  ///< type, reason

private:
    void expect(const std::string& name, const std::string& type, const std::string& reason) {
        expected[name] = {type, reason};
    }

    void add_heap(const std::string& name, std::function<void(shmheap::HeapHeader&)> change,
                  const std::string& reason) {
        FabricatedHeap(directory, name, {.mode = 0644, .change = std::move(change)},
                       Owner::is_dead);
        expect(name, "heap (damaged)", reason);
    }

    void add_heaps() {
        constexpr auto huge = ~std::uint64_t{0};
        directory.write("heap-10-bytes", heap_head().substr(0, 10), 0644);
        expect("heap-10-bytes", "heap (damaged)", "10 bytes are too few for a header");
        add_heap(
            "heap-version", [](auto& h) { h.version = 7; }, "layout version 7 is not known");
        add_heap(
            "heap-zero-size", [](auto& h) { h.superblock_size = 0; }, "superblock size is 0");
        add_heap(
            "heap-huge", [=](auto& h) { h.counters.committed_bytes = huge; },
            "committed bytes beyond the end of the file");
        add_heap(
            "heap-negative", [](auto& h) { h.creator_pid = -1; }, "creator pid is -1");
        add_heap(
            "heap-overlap", [](auto& h) { h.client_area_stride = 64; },
            "client area stride is 64 instead of");
        add_heap(
            "heap-offset", [=](auto& h) { h.payload_offset = huge; },
            "payload offset beyond the end of the file");
        FabricatedHeap terabyte(directory, "heap-terabyte", {.mode = 0644}, Owner::is_dead);
        REQUIRE(::ftruncate(terabyte.fd(), off_t{1} << 40) == 0);
        expect("heap-terabyte", "heap (damaged)", "file is larger than its maximal size");
        FabricatedHeap twice(directory, "heap-twice", {.mode = 0644}, Owner::is_dead);
        REQUIRE(::link((directory / "heap-twice").c_str(), (directory / "heap-again").c_str()) ==
                0);
        expect("heap-twice", "heap (damaged)", "the file has more than one name");
        expect("heap-again", "heap (damaged)", "the file has more than one name");
    }

    void add_redhawk_heaps() {
        const pid_t gone = Child([] { return 0; }, Child::After::ends).pid();
        std::string loop = redhawk_heap(gone);
        loop += loop.substr(4096);
        directory.write("heap-loop", loop, 0644);
        expect("heap-loop", "REDHAWK heap (damaged)",
               "superblock at 16384 says that it lies at 4096");
        std::string zero = redhawk_heap(gone);
        put(zero, 4096 + 264, std::uint32_t{0});
        directory.write("heap-redhawk-zero", zero, 0644);
        expect("heap-redhawk-zero", "REDHAWK heap (damaged)", "superblock at 4096 has a size of 0");
        std::string everyone = redhawk_heap(-1);  // as an argument of kill: every process
        directory.write("heap-redhawk-all", everyone, 0644);
        expect("heap-redhawk-all", "REDHAWK heap (damaged)", "creator pid is -1");
    }

    void add_special_files() {
        REQUIRE(::mkfifo((directory / "heap-fifo").c_str(), 0666) == 0);
        REQUIRE(::mkdir((directory / "heap-directory").c_str(), 0755) == 0);
        REQUIRE(::symlink("heap-10-bytes", (directory / "heap-link").c_str()) == 0);
        REQUIRE(::symlink("heap-circle", (directory / "heap-circle").c_str()) == 0);
        const shmheap::os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, (directory / "heap-socket").c_str(),
                     sizeof address.sun_path - 1);
        REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        for (const char* name :
             {"heap-fifo", "heap-directory", "heap-link", "heap-circle", "heap-socket"}) {
            expect(name, "other", "");
        }
    }
};

bool is_plain(const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

void check_listing(const HostileDirectory& hostile, std::optional<uid_t> user) {
    const auto result = shminfo(hostile.directory, {"--all"}, user);
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    CHECK(is_plain(result.out));
    for (const auto& [name, expected] : hostile.expected) {
        const auto shown = section(result.out, reaper::escape(name));
        CHECK_MESSAGE(contains(shown, "  type:        " + expected.first + "\n"), name);
        CHECK_MESSAGE(contains(shown, expected.second), shown);
        CHECK_MESSAGE(contains(shown, "reason") == !expected.second.empty(), shown);
    }
    const auto heaps_only = shminfo(hostile.directory, {}, user);
    for (const auto& [name, expected] : hostile.expected) {
        const bool shown = !section(heaps_only.out, reaper::escape(name)).empty();
        CHECK_MESSAGE(shown == (expected.first != "other"), name);
    }
}

/// No run over everything removes any of it, and each damaged heap gets one line.
void check_cleaning(const HostileDirectory& hostile, std::optional<uid_t> user) {
    const auto before = hostile.directory.names();
    for (const auto& arguments : {std::vector<std::string>{}, {"--force"}, {"--json"}}) {
        const auto result = shmclean(hostile.directory, arguments, user);
        CHECK(result.status == 0);
        CHECK(is_plain(result.out + result.err));
        CHECK_FALSE(contains(result.out, "unlinking"));
        for (const auto& [name, expected] : hostile.expected) {
            const bool told =
                contains(result.err, "shmclean: " + reaper::escape(name) + ": left alone: ");
            CHECK_MESSAGE(told == (expected.first != "other"), name);
        }
    }
    CHECK(hostile.directory.names() == before);
}

/// Naming a file is refused with one line, and removes nothing.
void check_names(const HostileDirectory& hostile, std::optional<uid_t> user) {
    const auto before = hostile.directory.names();
    const auto result = shmclean(hostile.directory, before, user);
    CHECK(result.status == 1);
    CHECK(result.out.empty());
    CHECK(is_plain(result.err));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') ==
          static_cast<std::ptrdiff_t>(before.size()));
    for (const std::string& name : before)
        CHECK_MESSAGE(contains(result.err, "shmclean: " + reaper::escape(name) + ": refused: "),
                      name);
    CHECK(hostile.directory.names() == before);
}

TEST_CASE("a hostile directory is listed entry by entry, and nothing of it is removed") {
    const HostileDirectory hostile;
    check_listing(hostile, {});
    check_cleaning(hostile, {});
    check_names(hostile, {});
}

TEST_CASE("an ordinary user sees and removes no more of a hostile directory than root") {
    if (lacks_root()) return;
    const HostileDirectory hostile;
    check_listing(hostile, nobody);
    check_cleaning(hostile, nobody);
    check_names(hostile, nobody);
}

TEST_CASE("whoever names hostile files with --force gets rid of all but the directory") {
    const HostileDirectory hostile;
    std::vector<std::string> arguments = hostile.directory.names();
    arguments.insert(arguments.begin(), {"--force", "--"});
    const auto result = shmclean(hostile.directory, arguments);
    CHECK(result.status == 1);
    CHECK(hostile.directory.names() == std::vector<std::string>{"heap-directory"});
    CHECK(result.err ==
          "shmclean: heap-directory: cannot be removed: Is a directory; it is a "
          "directory; remove it with rmdir\n");
    CHECK(contains(result.out, "unlinking " + reaper::escape(weird_name) + "\n"));
}

TEST_CASE("files without permission are other files to an ordinary user, and stay") {
    if (lacks_root()) return;
    const TestDirectory directory;
    ::chmod(directory.path().c_str(), 0777);
    const FabricatedHeap dead(directory, "heap-1", {.mode = 0600}, Owner::is_dead);
    const FabricatedHeap lives(directory, "heap-2", {.mode = 0600});
    const auto listing = shminfo(directory, {"-a"}, nobody);
    CHECK(contains(section(listing.out, "heap-1"), "  type:        other\n"));
    CHECK(contains(section(listing.out, "heap-2"), "  type:        other\n"));
    CHECK(shmclean(directory, {}, nobody).status == 0);
    const auto named = shmclean(directory, {"heap-1", "heap-2"}, nobody);
    CHECK(named.status == 1);
    CHECK(contains(named.err, "heap-1: refused: it cannot be read (Permission denied); run"));
    CHECK(directory.names().size() == 2);
}

TEST_CASE("listing a FIFO does not wake who waits at its other end") {
    const TestDirectory directory;
    REQUIRE(::mkfifo((directory / "heap-fifo").c_str(), 0600) == 0);
    CHECK(shminfo(directory, {"-a"}).status == 0);
    const auto writer = directory.open().open_file("heap-fifo", O_WRONLY);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == ENXIO);  // nobody has ever read
}

}  // namespace

TEST_CASE("whoever waits at a FIFO goes on waiting, whatever its name") {
    const TestDirectory directory;
    const std::string lock = "fastrtps_0123456789abcdef_el";
    const std::vector<std::string> fifos{"PostgreSQL.77", "iceoryx_mgmt", "heap-1", lock};
    // What is beside them makes the recognisers look at them.
    directory.write("PostgreSQL.5", "x");
    directory.write("games", "x");
    lay_down(directory, recorded("fastdds", "fastrtps_4"), lock.substr(0, lock.size() - 3));
    for (const std::string& fifo : fifos)
        REQUIRE(::mkfifo((directory / fifo).c_str(), 0600) == 0);
    std::list<WaitingWriter> writers;
    for (const std::string& fifo : fifos)
        writers.emplace_back(directory / fifo);
    CHECK(shminfo(directory, {"--all", "--holders"}).status == 0);
    CHECK(shmclean(directory, {"--foreign", "-n"}).status == 0);
    CHECK(shmclean(directory).status == 0);
    for (const std::string& fifo : fifos)
        CHECK(shminfo(directory, {"--verify", fifo}).status == 1);
    for (WaitingWriter& writer : writers)
        CHECK(writer.meets_reader());
}
