#include "launcher/observe/compress.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "os/error.hpp"

namespace launcher {
namespace {

using shmheap::os::UniqueFd;

constexpr std::size_t compressed_chunk_bytes = std::size_t{256} << 10;

struct CloseGzip {
    void operator()(gzFile_s* file) const { gzclose(file); }
};
using Gzip = std::unique_ptr<gzFile_s, CloseGzip>;

/// errno of what zlib did last; it reports a lack of memory in its own way.
int error_of(gzFile file) {
    int code = Z_OK;
    gzerror(file, &code);
    return code == Z_ERRNO && errno != 0 ? errno : EIO;
}

/// The descriptor of `target` stays open for what is to be done when the last byte is in it.
int copy(const UniqueFd& source, const UniqueFd& target, const std::atomic<bool>& give_up) {
    const int own = fcntl(target.get(), F_DUPFD_CLOEXEC, 3);  // gzclose closes it
    if (own < 0) return errno;
    Gzip gzip(gzdopen(own, "wb"));
    if (!gzip) {
        close(own);
        return ENOMEM;
    }
    std::vector<char> chunk(compressed_chunk_bytes);
    for (off_t at = 0;;) {
        // relaxed: nothing else is told by it.
        if (give_up.load(std::memory_order_relaxed)) return ECANCELED;
        const ssize_t count = pread(source.get(), chunk.data(), chunk.size(), at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) break;
        if (gzwrite(gzip.get(), chunk.data(), static_cast<unsigned>(count)) != count)
            return error_of(gzip.get());
        at += count;
    }
    errno = 0;
    if (gzclose(gzip.release()) == Z_OK) return 0;
    return errno != 0 ? errno : EIO;
}

}  // namespace

shmheap::Status compress(const UniqueFd& source, const std::string& target,
                         const std::atomic<bool>& give_up) {
    struct stat status {};
    if (fstat(source.get(), &status) != 0) return shmheap::os::error("compress to", target);
    const UniqueFd file(open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return shmheap::os::error("compress to", target);
    int error = copy(source, file, give_up);
    const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
    if (error == 0 && (fchmod(file.get(), status.st_mode & 07777) != 0 ||
                       futimens(file.get(), times.data()) != 0 || fsync(file.get()) != 0))
        error = errno;
    if (error == 0) return {};
    unlink(target.c_str());
    return shmheap::fail(error, "compress to", target);
}

}  // namespace launcher
