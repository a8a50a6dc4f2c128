/// Whether anybody has a file mapped or open, as the kernel itself knows it: a write lease is only
/// given on a file that nobody else has open, and what is mapped counts as open (fcntl(2),
/// F_SETLEASE). That covers processes which /proc does not show to us, those of other pid
/// namespaces among them. Whoever opens the file while the lease is kept waits until it is dropped,
/// which happens within microseconds; if its keeper is stopped just then, until the kernel breaks
/// the lease (/proc/sys/fs/lease-break-time, 45 s). That somebody waits can be asked (F_GETLEASE).
///
/// A lease needs a file of one's own, or CAP_LEASE. The kernel tells its keeper of an opener by
/// SIGIO, which is ignored in the meantime, by all of the process: for single-threaded tools.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <string>

#include "os/shm_directory.hpp"

namespace reaper {

enum class Unheld {
    proven,     ///< nobody has it
    disproven,  ///< somebody does, or keeps a lease on it
    unknown,    ///< no lease can be had: not one's own file, or the file system has none
};

/// Keeps the lease, if there is one, as long as it lives.
class UnheldProof {
public:
    /// Of the file of this name, if it still is the one with this identity (else unknown).
    UnheldProof(const shmheap::os::ShmDirectory& directory, const std::string& name,
                const struct stat& identity);
    ~UnheldProof();
    UnheldProof(const UnheldProof&) = delete;
    UnheldProof& operator=(const UnheldProof&) = delete;

    [[nodiscard]] Unheld answer() const { return answer_; }

    /// Of a proven one: whether still nobody waits to open the file.
    [[nodiscard]] bool stands() const;

private:
    struct sigaction before_ {};
    shmheap::os::UniqueFd file_;
    Unheld answer_ = Unheld::unknown;
};

/// Another cleaner has a file open for microseconds: who finds it held asks again so often, with
/// such a pause.
constexpr int unheld_attempts_max = 20;
constexpr std::chrono::milliseconds unheld_pause{1};

/// The answer of such a proof, asked for again while it is `disproven`.
Unheld find_unheld(const shmheap::os::ShmDirectory& directory, const std::string& name,
                   const struct stat& identity);

}  // namespace reaper
