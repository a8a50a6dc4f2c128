#include "every_call.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "file/cleaner.hpp"
#include "os/shm_directory.hpp"

namespace fault_test {
namespace {

using heap_test::Folder;

constexpr std::array codes{ENOSPC, EINTR, EMFILE, ENOMEM, EACCES, EDQUOT};
constexpr int calls_max = 400;  // no deed makes that many

std::size_t open_descriptors() {
    using std::filesystem::directory_iterator;
    return static_cast<std::size_t>(
        std::distance(directory_iterator("/proc/self/fd"), directory_iterator()));
}

std::size_t mappings_of(const std::string& path) {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);)
        count += line.find(path) != std::string::npos ? 1 : 0;
    return count;
}

/// A name whose removal was made to fail is still there, as it would be; then the next cleaner
/// removes it, because its lock has gone all the same.
void check_names(const Folder& folder, const std::string& failed_call) {
    static const std::set<std::string> removing{"unlink", "unlinkat", "lstat", "fstatat"};
    const auto names = folder.names();
    if (names.empty()) return;
    CHECK(removing.contains(failed_call));
    const auto directory = shmheap::os::ShmDirectory::open(folder.path());
    REQUIRE(directory);
    for (const std::string& name : names) {
        CAPTURE(name);
        if (!std::filesystem::is_socket(folder / name))
            CHECK(shmheap::clean(*directory, name) == shmheap::CleanResult::removed);
    }
}

struct Fault {
    int nth;
    int code;
    Lasting lasting;
};

/// False when the deed makes fewer calls than that.
bool survive(const MakeDeed& make, const Fault& fault, const Expectations& expectations) {
    const std::size_t descriptors = open_descriptors();
    const Folder folder;
    std::string failed_call;
    {
        const auto deed = make(folder);
        Injection injection(fault.nth, fault.code, fault.lasting);
        const auto done = deed->act();
        injection.disarm();
        failed_call = injection.failed_call();
        CAPTURE(failed_call);
        if (!done) {
            CAPTURE(done.error().message());
            CHECK(done.error().code > 0);
            CHECK_FALSE(std::string(done.error().doing).empty());
        }
        if (failed_call.empty()) {
            CHECK(done);
        } else {
            const auto deadline = std::chrono::steady_clock::now() + expectations.patience;
            auto next = deed->act();
            while (!next && std::chrono::steady_clock::now() < deadline) {
                std::this_thread::yield();
                next = deed->act();
            }
            CHECK_MESSAGE(next, (next ? "" : next.error().message()));
        }
    }
    CAPTURE(failed_call);
    check_names(folder, failed_call);
    CHECK(open_descriptors() == descriptors);
    CHECK(mappings_of(folder.path()) == 0);
    return !failed_call.empty();
}

}  // namespace

void make_every_call_fail(const MakeDeed& make, const Expectations& expectations) {
    for (const int code : codes) {
        for (const Lasting lasting : {Lasting::once, Lasting::on}) {
            // A call that is interrupted for ever may be repeated for ever.
            if (code == EINTR && lasting == Lasting::on) continue;
            const bool lasts = lasting == Lasting::on;
            CAPTURE(code);
            CAPTURE(lasts);
            int nth = 1;
            for (; nth < calls_max; ++nth) {
                CAPTURE(nth);
                if (!survive(make, {nth, code, lasting}, expectations)) break;
            }
            CHECK(nth > 1);
            CHECK(nth < calls_max);
        }
    }
}

}  // namespace fault_test
