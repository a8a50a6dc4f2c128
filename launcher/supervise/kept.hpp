/// What a component that is to outlive harrier (on_supervisor_loss: keep) leaves in the run
/// directory for the next harrier:
///
///     kept-<component>.lock    locked (flock(2)) by whoever of its tree still has the descriptor
///                              that its leader was born with
///     kept-<component>.record  who that leader is, in a text with a version and a checksum
///     kept-<component>.out     the FIFO of its captured output (capture_pipe.hpp)
///     kept-<component>.ready   the FIFO that is its ready descriptor
///
/// The lock is taken before the process is made and says that somebody lives from then on. The
/// record is written when the process executes. So a lock without a record, or with that of a dead
/// leader, means that something lives which cannot be adopted, and has to end. A program may close
/// descriptors it does not know: a record whose leader lives counts without a lock, too.
///
/// A record is replaced by rename(2), never written over. It is input all the same. Main thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

struct KeptRecord {
    std::string tag;  ///< "<application>/<instance uuid>/<component>/<start number>"
    pid_t pid = 0;
    std::uint64_t start_ticks = 0;  ///< since boot: tells the process from a later one of that pid
    bool is_ready = false;          ///< it has said so
    std::uint64_t fingerprint = 0;  ///< of the description that it was started with

    bool operator==(const KeptRecord&) const = default;
};

/// The number of the start in its tag; 0 when there is none.
unsigned start_number_of(const KeptRecord& record);

/// The uuid of the instance in its tag; empty when there is none.
std::string_view instance_of(const KeptRecord& record);

std::string spell(const KeptRecord& record);

/// Errors: ENOTSUP for another version, EBADMSG for what is torn or makes no sense.
shmheap::Result<KeptRecord> parse_kept_record(std::string_view text);

/// Reads and writes the files of one run directory, whose instance lock the owner holds.
class KeptFiles {
public:
    explicit KeptFiles(std::string run_directory) : run_directory_(std::move(run_directory)) {}

    /// A new lock for a start of the component; the former one stays with whoever holds it. Errors:
    /// what open(2) and flock(2) say.
    [[nodiscard]] shmheap::Result<shmheap::os::UniqueFd> lock(const std::string& component) const;

    /// Replaces the record. Errors: what open(2), write(2) and rename(2) say.
    [[nodiscard]] shmheap::Status write(const std::string& component,
                                        const KeptRecord& record) const;

    /// Errors: ENOENT when there is none; as parse_kept_record(); what open(2) says.
    [[nodiscard]] shmheap::Result<KeptRecord> read(const std::string& component) const;

    /// Ends with SIGKILL whoever holds the lock of a component that is not among `spared`. Returns
    /// how many processes that were.
    [[nodiscard]] std::size_t end_holders(const std::set<std::string>& spared) const;

    /// The same for one component.
    void end_holders_of(const std::string& component) const;

private:
    std::string run_directory_;
};

}  // namespace launcher
