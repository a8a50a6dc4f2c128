/// From verdict to deed. Two halves: decide_removal is pure and says whether a file may go;
/// remove_file removes it, by the owner's lock for a heap of ours (file/cleaner.hpp), and after a
/// last look otherwise. It works through the scanner that made the record, in that one's thread.
#pragma once

#include "reaper/scan.hpp"

namespace reaper {

/// What the user asked for.
struct RemovalRequest {
    bool named = false;  ///< this very file, not just "what is orphaned"
    bool force = false;
};

enum class Decision {
    remove,
    leave,   ///< nobody asked for it
    refuse,  ///< asked for by name, but only --force removes such a file
};

/// | verdict                    | no names | no names, force | named  | named, force |
/// | -------------------------- | -------- | --------------- | ------ | ------------ |
/// | orphaned                   | remove   | remove          | remove | remove       |
/// | foreign                    | leave    | remove          | refuse | remove       |
/// | live                       | leave    | leave           | refuse | remove       |
/// | damaged, other, unreadable | leave    | leave           | refuse | remove       |
///
/// So --force without names never removes what is known to live, what somebody else made, or what
/// cannot be understood: such a file has to be named.
Decision decide_removal(Verdict verdict, const RemovalRequest& request);

enum class Removal {
    removed,
    gone,       ///< the name is gone, or stands for another file than the one that was judged
    alive,      ///< the owner's lock is held after all, or REDHAWK's creator lives
    undecided,  ///< the last look found of a REDHAWK heap no more that its creator is dead
};

/// Removes the name of a file that was judged and for which the decision is to remove it. Without
/// `force` an orphaned heap of ours goes only under its owner's lock, and one of REDHAWK's only if
/// the last look finds it orphaned, too; with it, a lock that a reader blocks is ignored, and a
/// creator of whom nothing is known by then.
/// Errors: EBUSY when a reader blocks the lock, EACCES and EPERM when we may not, EISDIR.
shmheap::Result<Removal> remove_file(Scanner& scanner, const FileRecord& record, bool force);

/// What the removal of a file that may go would fail with, as far as can be told without touching
/// it. Errors: as remove_file(), EROFS, and ENOENT when it is gone.
shmheap::Status check_removable(const shmheap::os::ShmDirectory& directory,
                                const FileRecord& record, bool force);

/// Removes the name of another framework's file whose owner was found dead, and that nobody held:
/// it is judged once more by its framework's rule, and its device and inode are compared, right
/// before, while a lease keeps others from opening it, where one can be had, and if nobody waits
/// to open it. What seems to live is asked for up to 20 ms, as it may be another cleaner that has
/// it. `alive`: by now the rule says something else, or somebody has it. Errors: EACCES and EPERM
/// when we may not.
shmheap::Result<Removal> remove_foreign(Scanner& scanner, const FileRecord& record);

}  // namespace reaper
