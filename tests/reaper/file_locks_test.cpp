// Claims about who is found to hold a lock on a file, while others take and drop theirs.
#include "reaper/foreign/file_locks.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include "support.hpp"

using namespace reaper_test;
using reaper::foreign::FileLocks;

namespace {

shmheap::os::UniqueFd lock(const TestDirectory& directory, const std::string& name) {
    auto file = directory.open().open_file(name, O_RDWR | O_CREAT);
    REQUIRE(file.has_value());
    REQUIRE(::flock(file->get(), LOCK_EX | LOCK_NB) == 0);
    return std::move(*file);
}

/// Takes hundreds of locks and drops them, again and again, until it is killed.
int take_and_drop(const TestDirectory& directory) {
    constexpr int count = 300;
    std::vector<shmheap::os::UniqueFd> files;
    for (int number = 0; number < count; ++number)
        files.push_back(lock(directory, "changing-" + std::to_string(number)));
    while (true) {
        for (const auto& file : files)
            ::flock(file.get(), LOCK_UN);
        for (const auto& file : files)
            ::flock(file.get(), LOCK_EX | LOCK_NB);
    }
}

FileLocks::State state_of(int file) {
    struct stat status {};
    REQUIRE(::fstat(file, &status) == 0);
    return FileLocks().ask(file, status).state;
}

}  // namespace

TEST_CASE("a lock is found while hundreds of others come and go") {
    constexpr int looks = 300;
    const TestDirectory directory;
    const auto held = lock(directory, "held");
    const Child others([&] { return take_and_drop(directory); }, Child::After::runs);
    int found = 0;
    for (int look = 0; look < looks; ++look)
        found += state_of(held.get()) == FileLocks::State::locked ? 1 : 0;
    CHECK(found == looks);
}

TEST_CASE("a file that nobody locks is free, once its lock is dropped") {
    if (lacks_root()) return;
    const TestDirectory directory;
    const auto file = lock(directory, "file");
    CHECK(state_of(file.get()) == FileLocks::State::locked);
    REQUIRE(::flock(file.get(), LOCK_UN) == 0);
    CHECK(state_of(file.get()) == FileLocks::State::free);
}
