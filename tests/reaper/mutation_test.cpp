// Files that shrink, grow and change under the reader: whatever is seen, nothing crashes, nothing
// hangs, and what lives is never taken for dead.
#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "fabricator.hpp"
#include "file/cleaner.hpp"
#include "reaper/scan.hpp"

namespace {

using namespace reaper_test;
using namespace reaper;

constexpr unsigned iterations = 20'000;

/// Changes an open file until it goes out of scope.
class Mutator {
public:
    Mutator(int fd, std::string content, std::size_t first_mutable)
        : thread_([this, fd, content = std::move(content), first_mutable] {
              std::minstd_rand random(1);
              while (!stop_.load(std::memory_order_relaxed))
                  mutate(fd, content, first_mutable, random);
          }) {}
    ~Mutator() {
        stop_ = true;
        thread_.join();
    }

private:
    static void mutate(int fd, const std::string& content, std::size_t first_mutable,
                       std::minstd_rand& random) {
        const auto size = static_cast<off_t>(content.size());
        switch (random() % 4) {
            case 0:  // shrinks, and comes back
                (void)!::ftruncate(fd,
                                   static_cast<off_t>(first_mutable +
                                                      random() % (content.size() - first_mutable)));
                (void)!::ftruncate(fd, static_cast<off_t>(heap_file_size()));
                break;
            case 1: {  // a wild store
                const std::uint64_t value = random() * std::uint64_t{0x9E3779B97F4A7C15};
                const auto at = first_mutable + random() % (content.size() - first_mutable);
                (void)!::pwrite(fd, &value, sizeof value, static_cast<off_t>(at));
                break;
            }
            case 2:  // huge and sparse
                (void)!::ftruncate(fd, off_t{1} << 40);
                break;
            default:  // right again
                (void)!::pwrite(fd, content.data(), content.size(), 0);
                (void)!::ftruncate(fd, std::max(size, static_cast<off_t>(heap_file_size())));
        }
    }

    std::atomic<bool> stop_{false};
    std::thread thread_;
};

TEST_CASE("a live heap that is rewritten while it is read is never orphaned and never removed") {
    const TestDirectory directory;
    const FabricatedHeap heap(directory, "heap-1");
    const Mutator mutator(heap.fd(), heap_head(), 0);
    Scanner scanner(directory.open());
    FileRecord record;
    for (unsigned round = 0; round < iterations; ++round) {
        REQUIRE(scanner.look({"heap-1", DT_REG}, record));
        REQUIRE(record.verdict != Verdict::orphaned);
        if (record.verdict == Verdict::damaged) REQUIRE_FALSE(record.reason.empty());
        const auto cleaned = shmheap::clean(directory.open(), "heap-1");
        REQUIRE(cleaned);
        REQUIRE(*cleaned != shmheap::CleanResult::removed);
    }
    CHECK(directory.has("heap-1"));
}

TEST_CASE("a live REDHAWK heap that changes behind its header while it is read is never orphaned") {
    const TestDirectory directory;
    const std::string content = redhawk_heap(::getpid());
    directory.write("heap-1", content);
    const auto file = directory.open().open_file("heap-1", O_RDWR);
    const Mutator mutator(file->get(), content, 16);
    Scanner scanner(directory.open());
    FileRecord record;
    for (unsigned round = 0; round < iterations; ++round) {
        REQUIRE(scanner.look({"heap-1", DT_REG}, record));
        REQUIRE(record.verdict != Verdict::orphaned);
    }
}

}  // namespace
