#include "tools/crowd.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "os/error.hpp"
#include "os/unique_fd.hpp"

namespace bench {

shmheap::Result<Crowd> Crowd::start(const std::filesystem::path& file, int count) {
    constexpr std::size_t size = 4096;
    // Those who are born inherit the mapping and the descriptor.
    const shmheap::os::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd || ::ftruncate(fd.get(), size) != 0) return shmheap::os::error("make", file.string());
    void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (mapping == MAP_FAILED) return shmheap::os::error("map", file.string());
    Crowd crowd;
    for (int each = 0; each < count; ++each) {
        const pid_t pid = ::fork();
        if (pid < 0) return shmheap::os::error("fork");
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            while (true)
                ::pause();
        }
        crowd.pids_.push_back(pid);
    }
    ::munmap(mapping, size);
    return crowd;
}

Crowd::~Crowd() {
    for (const pid_t pid : pids_)
        ::kill(pid, SIGKILL);
    for (const pid_t pid : pids_)
        ::waitpid(pid, nullptr, 0);
}

}  // namespace bench
