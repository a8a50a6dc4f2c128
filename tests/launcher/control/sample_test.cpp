/// What `status` tells of a process: of this one, with a heap of its own.
#include "launcher/control/sample.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"

namespace launcher {
namespace {

/// A directory for heaps, removed with what is in it.
class HeapFolder {
public:
    HeapFolder() {
        char name[] = "/dev/shm/harrier-test-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path_ = name;
    }
    HeapFolder(const HeapFolder&) = delete;
    HeapFolder& operator=(const HeapFolder&) = delete;
    ~HeapFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string own_heap() const {
        return path_ + "/heap-" + std::to_string(getpid());
    }

private:
    std::string path_;
};

HeapSample heap_of(Sampler& sampler) {
    const auto sample = sampler.take(getpid());
    REQUIRE(sample);
    REQUIRE(sample->heap);
    return *sample->heap;
}

TEST_CASE("a process has memory, threads, descriptors, and no heap until it makes one") {
    const HeapFolder folder;
    Sampler sampler(folder.path());
    const auto before = sampler.take(getpid());
    REQUIRE(before);
    CHECK(before->rss_bytes > 100'000);
    CHECK(before->threads >= 1);
    CHECK_FALSE(before->heap);
    const shmheap::os::UniqueFd more(open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(sampler.take(getpid())->fds == before->fds + 1);
}

TEST_CASE("processor time grows while the process works") {
    const HeapFolder folder;
    Sampler sampler(folder.path());
    const std::uint64_t before = sampler.take(getpid())->cpu_time_ms;
    while (sampler.take(getpid())->cpu_time_ms == before) {
    }
    CHECK(sampler.take(getpid())->cpu_time_ms > before);
}

TEST_CASE("a process is as old as its start is ago") {
    const HeapFolder folder;
    Sampler sampler(folder.path());
    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    const auto own = sampler.take(getpid());
    const auto younger = sampler.take(child);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    REQUIRE(own);
    REQUIRE(younger);
    CHECK(younger->age_ms <= own->age_ms + 10);  // a tick
    CHECK(younger->age_ms < 60'000);
}

TEST_CASE("of the heap it tells the size, what is used, and the leases that have not ended") {
    const HeapFolder folder;
    Sampler sampler(folder.path());
    shmheap::HeapOptions options;
    options.directory = folder.path();
    const auto heap = shmheap::Heap::create(options);
    REQUIRE(heap);
    const std::uint64_t used_before = heap_of(sampler).used_bytes;
    void* block = (*heap)->allocate(100'000);
    REQUIRE(block != nullptr);
    const HeapSample filled = heap_of(sampler);
    CHECK(filled.size_bytes >= 100'000);
    CHECK(filled.used_bytes >= used_before + 100'000);
    CHECK(filled.leases == 0);
    const auto client = shmheap::Client::attach((*heap)->name(), folder.path());
    REQUIRE(client);
    const auto reference = (*heap)->issue(block, 0, 1000, (*client)->slot());
    REQUIRE(reference);
    CHECK(heap_of(sampler).leases == 1);
    REQUIRE((*client)->accept(*reference));
    CHECK(heap_of(sampler).leases == 1);
    REQUIRE((*client)->release(*reference));
    CHECK(heap_of(sampler).leases == 0);
    shmheap::deallocate(block);
}

TEST_CASE("what is in the place of a heap and is none does no harm") {
    const HeapFolder folder;
    Sampler sampler(folder.path());
    std::ofstream(folder.own_heap()) << "nothing that anybody knows";
    CHECK_FALSE(sampler.take(getpid())->heap);
    std::filesystem::remove(folder.own_heap());
    REQUIRE(mkfifo(folder.own_heap().c_str(), 0600) == 0);  // nobody writes, and nobody waits
    CHECK_FALSE(sampler.take(getpid())->heap);
}

TEST_CASE("of a process that is not there nothing is told, and no directory means no heaps") {
    Sampler sampler("/nowhere");
    CHECK_FALSE(sampler.take(std::numeric_limits<pid_t>::max()));
    const auto own = sampler.take(getpid());
    REQUIRE(own);
    CHECK_FALSE(own->heap);
}

}  // namespace
}  // namespace launcher
