// Records the head of a heap file for tests/data, whenever the layout's version changes:
//   record_golden OUTPUT
// and prints what golden.cpp must find in it. The heap holds what that test lists.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "file/inspect.hpp"
#include "shmheap/heap.hpp"

namespace {

/// The blocks of which golden.cpp speaks; false when one cannot be had.
bool fill(shmheap::Heap& heap) {
    for (const std::size_t bytes : {100UL, 100UL, 5'000UL, 5'000UL, 100'000UL, 3'000'000UL}) {
        if (heap.allocate(bytes) == nullptr) return false;
    }
    // Two wait in a magazine, one as a kept run of pages; one allocation fails.
    shmheap::deallocate(heap.allocate(100));
    shmheap::deallocate(heap.allocate(20'000));
    shmheap::deallocate(heap.allocate(200'000));
    return heap.allocate(1UL << 40) == nullptr;
}

int record(const std::string& directory, const char* output) {
    shmheap::HeapOptions options;
    options.directory = directory;
    options.size_max = 64 * 1024 * 1024;
    options.component = "golden";
    options.tag = "harrier/0f8c2f4e-8f0e-4a35-9d63-1f1d2a3b4c5d/golden/1";
    const auto heap = shmheap::Heap::create(options);
    if (!heap || !fill(**heap)) return 1;
    const int fd = ::open((directory + "/" + (*heap)->name()).c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    std::array<char, shmheap::FileHead::capacity> bytes{};
    if (fd < 0 || ::fstat(fd, &status) != 0) return 1;
    if (::pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return 1;
    ::close(fd);
    std::ofstream(output, std::ios::binary).write(bytes.data(), bytes.size());

    const auto seen = shmheap::parse_head(std::as_bytes(std::span(bytes)),
                                          static_cast<std::uint64_t>(status.st_size));
    const auto& record = seen.heap;
    std::printf("file_size %lld\ncreator_pid %d\nstart_ticks %llu\nnamespace %llu\ncreated %llu\n",
                static_cast<long long>(status.st_size), record.creator_pid,
                static_cast<unsigned long long>(record.creator_start_ticks),
                static_cast<unsigned long long>(record.pid_namespace),
                static_cast<unsigned long long>(record.created_at_ns));
    std::printf("committed %llu\nused %llu\nblocks %llu\nfailures %llu\nuuid",
                static_cast<unsigned long long>(record.committed_bytes),
                static_cast<unsigned long long>(record.used_bytes),
                static_cast<unsigned long long>(record.blocks_live),
                static_cast<unsigned long long>(record.allocation_failures));
    for (const auto byte : record.uuid)
        std::printf(" 0x%02x,", byte);
    std::printf("\n");
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fputs("usage: record_golden OUTPUT\n", stderr);
        return 2;
    }
    std::string directory = "/dev/shm/harrier-golden-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr) return 1;
    const int status = record(directory, words[1]);
    std::filesystem::remove_all(directory);
    return status;
}
