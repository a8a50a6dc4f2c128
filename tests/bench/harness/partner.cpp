#include "harness/partner.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "harness/load.hpp"
#include "harness/worker.hpp"

namespace bench {

Partner::Partner(Kind kind, int processor, Work work) {
    if (pipe2(begin_fds_.data(), O_CLOEXEC) != 0 || pipe2(done_fds_.data(), O_CLOEXEC) != 0) {
        give_up("make pipe for partner");
    }
    if (kind == Kind::thread) {
        thread_ =
            std::thread([this, processor, work = std::move(work)] { serve(processor, work); });
        return;
    }
    pid_ = fork();
    if (pid_ < 0) give_up("fork partner");
    if (pid_ > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(begin_fds_[1]);  // so that our end of file comes, should the parent be gone already
    serve(processor, work);
    std::exit(0);  // and not _exit: a subject may have to say that it leaves
}

Partner::~Partner() {
    close(begin_fds_[1]);
    if (thread_.joinable()) thread_.join();
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    close(begin_fds_[0]);
    close(done_fds_[0]);
    close(done_fds_[1]);
}

void Partner::serve(int processor, const Work& work) const {
    pin_to(processor);
    std::uint64_t count = 0;
    while (read(begin_fds_[0], &count, sizeof(count)) == sizeof(count)) {
        work(count);
        if (write(done_fds_[1], &count, sizeof(count)) < 0) return;
    }
}

void Partner::begin(std::uint64_t count) const {
    if (write(begin_fds_[1], &count, sizeof(count)) < 0) give_up("begin with partner");
}

void Partner::await() const {
    std::uint64_t count = 0;
    if (read(done_fds_[0], &count, sizeof(count)) != sizeof(count)) give_up("partner ended");
}

}  // namespace bench
