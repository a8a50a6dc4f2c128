#include "world.hpp"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reaper/reap.hpp"

namespace crash {
namespace {

constexpr unsigned patience_seconds = 20;  // only a failure waits this long

bool enter_mount_namespace() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

std::string describe(const heap_test::Ended& ended) {
    std::ostringstream text;
    text << ended;
    return text.str();
}

}  // namespace

Ground::Ground() {
    is_own_ = enter_mount_namespace() &&
              ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=256m") == 0;
    if (!is_own_)
        heap_test::skip("bytes in all are counted on a tmpfs of its own, which needs root");
}

Ground::~Ground() {
    if (is_own_) ::umount2(folder_.path().c_str(), MNT_DETACH);
}

std::uint64_t Ground::bytes_in_use() const {
    struct statvfs status {};
    if (!is_own_ || ::statvfs(folder_.path().c_str(), &status) != 0) return 0;
    return (status.f_blocks - status.f_bfree) * status.f_frsize;
}

void Ground::clear() const {
    for (const auto& name : folder_.names())
        std::filesystem::remove_all(folder_ / name);
}

std::set<std::string> World::names() const {
    const auto found = ground_.folder().names();
    return {found.begin(), found.end()};
}

shmheap::HeapOptions World::options() const {
    shmheap::HeapOptions options;
    options.directory = folder();
    options.size_max = 32 * mib;
    options.superblock_size = superblock_bytes;
    options.component = "crash";
    options.tag = tag;
    return options;
}

std::function<int()> World::guarded(std::function<int()> body) {
    return [body = std::move(body)] {
        ::alarm(patience_seconds);
        return body();
    };
}

void World::run(Part part, const std::function<int()>& body) {
    Child process(guarded([&] {
        play(part);
        return body();
    }));
    await(part, process);
}

void World::await(Part part, Child& process) {
    const auto ended = process.wait();
    const char* who = part == Part::victim ? "the victim" : "the recoverer";
    if (ledger().was_killed(part)) {
        check(ended == heap_test::killed_by(SIGKILL), std::string(who) + ": " + describe(ended));
    } else {
        check(ended == heap_test::exited(0), std::string(who) + ": " + describe(ended));
        check(ledger().traps[static_cast<std::size_t>(part)].hit == 0,
              std::string(who) + " did not come by its trap");
    }
}

void World::await(const char* who, Child& process) {
    const auto ended = process.wait();
    check(ended == heap_test::exited(0), std::string(who) + ": " + describe(ended));
}

void World::reap_all() {
    check(reap(folder()) == 0, "reaping fails");
}

void World::check(bool claim, const std::string& what) {
    if (!claim) problems_.push_back(what);
}

reaper::FileRecord look(const World& world, const std::string& name) {
    reaper::FileRecord record;
    const auto directory = shmheap::os::ShmDirectory::open(world.folder());
    if (directory) reaper::Scanner(*directory).look({name, DT_UNKNOWN}, record);
    return record;
}

int reap(const std::string& folder) {
    const auto outcome =
        reaper::reap({.directory = folder, .tag_prefix = "crash", .uid = ::geteuid()});
    return outcome && outcome->failures.empty() ? 0 : 1;
}

std::size_t descriptor_count() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

bool maps_a_heap() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find("/heap-") != std::string::npos) return true;
    }
    return false;
}

}  // namespace crash
