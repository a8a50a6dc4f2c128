#include "reaper/unheld.hpp"

#include <fcntl.h>

#include <cerrno>
#include <thread>

namespace reaper {

UnheldProof::UnheldProof(const shmheap::os::ShmDirectory& directory, const std::string& name,
                         const struct stat& identity) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGIO, &ignore, &before_);
    auto opened = directory.open_file(name, O_RDONLY);
    if (!opened) {
        if (opened.error().code == EWOULDBLOCK) answer_ = Unheld::disproven;
        return;
    }
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
    // The lease goes with the file, but who looks at /proc/PID/fdinfo just now keeps that open, and
    // whoever opens it then would end this process by SIGIO.
    if (answer_ == Unheld::proven) ::fcntl(file_.get(), F_SETLEASE, F_UNLCK);
    file_.reset();
    ::sigaction(SIGIO, &before_, nullptr);
}

bool UnheldProof::stands() const {
    return ::fcntl(file_.get(), F_GETLEASE) == F_WRLCK;
}

Unheld find_unheld(const shmheap::os::ShmDirectory& directory, const std::string& name,
                   const struct stat& identity) {
    for (int attempt = 1; attempt < unheld_attempts_max; ++attempt) {
        const auto answer = UnheldProof(directory, name, identity).answer();
        if (answer != Unheld::disproven) return answer;
        std::this_thread::sleep_for(unheld_pause);
    }
    return UnheldProof(directory, name, identity).answer();
}

}  // namespace reaper
