#include "reaper/unheld.hpp"

#include <fcntl.h>

#include <cerrno>

namespace reaper {

UnheldProof::UnheldProof(const shmheap::os::ShmDirectory& directory, const std::string& name,
                         const struct stat& identity) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGIO, &ignore, &before_);
    auto opened = directory.open_file(name, O_RDONLY);
    if (!opened) return;
    file_ = std::move(*opened);
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    if (status.st_dev != identity.st_dev || status.st_ino != identity.st_ino) return;
    if (::fcntl(file_.get(), F_SETLEASE, F_WRLCK) == 0) {
        answer_ = Unheld::proven;
    } else if (errno == EAGAIN) {
        answer_ = Unheld::disproven;
    }
}

UnheldProof::~UnheldProof() {
    file_.reset();  // the lease goes with it
    ::sigaction(SIGIO, &before_, nullptr);
}

}  // namespace reaper
