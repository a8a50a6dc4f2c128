/// From a directory to records: lists the names, opens and reads each file, finds out the facts
/// and has them judged. Only reads: it takes no lock, follows no symbolic link, maps nothing, and
/// never opens what is no regular file (whoever opens a FIFO wakes a stranger). It waits for
/// nothing, unless it is told to wait for what passes.
///
/// A Scanner is one scan by one thread; it borrows the directory. Records are plain values.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file/inspect.hpp"
#include "file/inspect_streams.hpp"
#include "os/process_id.hpp"
#include "os/shm_directory.hpp"
#include "reaper/foreign/recogniser.hpp"
#include "reaper/judge.hpp"
#include "reaper/process_table.hpp"
#include "reaper/redhawk_heap.hpp"

namespace reaper {

struct DirectoryEntry {
    std::string name;
    unsigned char type = 0;  ///< a DT_ constant of readdir(3); DT_UNKNOWN is allowed
    ino_t inode = 0;

    friend bool operator<(const DirectoryEntry& left, const DirectoryEntry& right) {
        return left.name < right.name;
    }
};

/// Whether the name is one under which heaps are born, ours and REDHAWK's (shmheap/FORMAT.md).
bool is_heap_name(std::string_view name);

/// Whether an errno says that rights are wanting, which root has.
bool is_denial(int error);

/// What an errno says of a file that cannot be read.
std::string unreadable_reason(int error);

/// One file: what it says of itself, and the verdict.
struct FileRecord {
    std::string name;       ///< as it is: escape it before printing
    struct stat status {};  ///< all zero when not even that could be had
    Format format = Format::other;
    Verdict verdict = Verdict::other;
    std::string reason;                          ///< why it is damaged, unreadable or foreign
    int error = 0;                               ///< of an unreadable one: the errno
    shmheap::HeapRecord heap;                    ///< of Format::heap
    shmheap::Holders holders;                    ///< of Format::heap
    std::vector<shmheap::StreamRecord> streams;  ///< of Format::heap, if asked for
    RedhawkRecord redhawk;                       ///< of Format::redhawk
    pid_t redhawk_creator = 0;     ///< of a live one: its creator, as this process sees it
    bool damaged_redhawk = false;  ///< of Format::damaged: it begins as a REDHAWK heap does
    std::optional<foreign::Finding> foreign;  ///< of Format::other, if asked for: whose it is

    [[nodiscard]] std::uint64_t allocated_bytes() const;
    [[nodiscard]] mode_t permissions() const { return status.st_mode & mode_t{07777}; }
};

class Scanner {
public:
    enum class Streams { leave_out, look_at };

    explicit Scanner(const shmheap::os::ShmDirectory& directory,
                     Streams streams = Streams::leave_out)
        : directory_(directory), streams_(streams) {}

    [[nodiscard]] const shmheap::os::ShmDirectory& directory() const { return directory_; }

    /// From now on files of other frameworks are told apart.
    void look_at_foreign(foreign::Places places = {});

    /// From now on what passes in a moment is waited for, up to 20 ms for each file and 200 ms in
    /// vain over all files: a lease, as a cleaner has one for microseconds (reaper/unheld.hpp), and
    /// the lock of an owner that has ended, which lasts while somebody reads its maps or its
    /// environment in /proc.
    void wait_for_what_passes() { vain_waits_left_ = 200; }

    /// Which owners of foreign files live is found out anew when it is needed next.
    void forget_living() {
        if (witnesses_) witnesses_->forget_living();
    }

    /// Everything in the directory that is wanted, sorted by name. Errors: it cannot be read.
    shmheap::Result<std::vector<DirectoryEntry>> entries(
        const std::function<bool(const DirectoryEntry&)>& is_wanted = is_any) const;

    /// Reads and judges one file into `record`, whose former content goes. False when the name is
    /// gone by now. What cannot be read is no error, but a record that says so.
    bool look(const DirectoryEntry& entry, FileRecord& record);

private:
    static bool is_any(const DirectoryEntry& entry);

    bool look_at_file(int fd, FileRecord& record);
    void read_content(int fd, FileRecord& record);
    void recognise_foreign(int fd, FileRecord& record);
    bool look_at_name(FileRecord& record, Format format);
    shmheap::Result<shmheap::os::UniqueFd> open_to_read(const std::string& name);
    shmheap::Result<shmheap::Holders> find_holders(int fd, const shmheap::HeapRecord& heap);
    bool has_owner_ended(const shmheap::HeapRecord& heap);
    bool may_wait_once_more(int& waits);

    const shmheap::os::ShmDirectory& directory_;
    const Streams streams_;
    ProcessTable processes_;
    std::optional<foreign::Witnesses> witnesses_;
    shmheap::FileHead head_;
    int vain_waits_left_ = 0;
    std::optional<shmheap::os::ProcessId> self_;
};

}  // namespace reaper
