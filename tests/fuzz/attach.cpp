// A heap file with any header, of any size: attaching it gives an error or a client that works, and
// an onlooker reads it without harm. The input is the size (2 bytes) and the header.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "file/inspect.hpp"
#include "os/file_lock.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "target.hpp"

namespace {

constexpr const char* name = "heap-1";
constexpr std::size_t header_bytes = 4096;

/// A file with what a real heap begins with, and its owner's lock held.
class Specimen {
public:
    Specimen() : begin_(shmheap::payload_offset) {
        shmheap::HeapOptions options;
        options.directory = folder_.path();
        options.size_max = std::uint64_t{4} << 20;
        const auto heap = shmheap::Heap::create(options);
        fuzz::require(heap.has_value(), "a heap can be made");
        const int from = ::open((folder_.path() + "/" + (*heap)->name()).c_str(), O_RDONLY);
        fuzz::require(::pread(from, begin_.data(), begin_.size(), 0) > 0, "a heap can be read");
        ::close(from);
        fd_ = ::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        auto lock = shmheap::os::HeldLock::acquire(fd_, shmheap::os::owner_lock_byte);
        fuzz::require(lock.has_value(), "the owner's lock can be taken");
        lock_ = std::move(*lock);
    }

    /// Makes the file anew, with this header; bytes of it that the input lacks are right.
    void write(std::span<const std::byte> header, off_t size) const {
        fuzz::require(::ftruncate(fd_, 0) == 0, "a file can be emptied");
        fuzz::require(::pwrite(fd_, begin_.data(), 2 * header_bytes, 0) > 0, "and written");
        fuzz::require(header.empty() || ::pwrite(fd_, header.data(), header.size(), 0) > 0, "so");
        fuzz::require(::ftruncate(fd_, size) == 0, "and sized");
    }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const std::string& directory() const { return folder_.path(); }

private:
    [[nodiscard]] std::string path() const { return folder_.path() + "/" + name; }

    fuzz::Folder folder_;
    std::vector<std::byte> begin_;
    int fd_ = -1;
    shmheap::os::HeldLock lock_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Specimen specimen;
    fuzz::Input input(data, size);
    const off_t file_size = off_t{input.take<std::uint16_t>()} * 4096;
    specimen.write(input.take_bytes(header_bytes), file_size);

    struct stat status {};
    fuzz::require(::fstat(specimen.fd(), &status) == 0, "a file can be looked at");
    const auto head = std::make_unique<shmheap::FileHead>();
    const auto inspection = shmheap::inspect(specimen.fd(), status, *head);
    const auto client = shmheap::Client::attach(name, specimen.directory());
    if (!client) {
        fuzz::require(client.error().code > 0, "an error has a code");
        return 0;
    }
    fuzz::require(inspection && inspection->content == shmheap::Content::heap,
                  "what can be attached is a heap");
    shmheap::Reference reference{};
    reference.heap = (*client)->heap_uuid();
    reference.client = (*client)->slot();
    reference.offset = shmheap::payload_offset;
    reference.length = 1;
    fuzz::require(!(*client)->accept(reference), "nothing was issued");
    return 0;
}
