/// From facts to a verdict: pure, so that every case is a line of a test. What is to be known about
/// a file is found out by scan; what follows from a verdict is decided in remove.
///
/// | format            | facts                                                   | verdict    |
/// | ----------------- | ------------------------------------------------------- | ---------- |
/// | other             |                                                         | other      |
/// | unreadable        |                                                         | unreadable |
/// | damaged           |                                                         | damaged    |
/// | heap, REDHAWK     | the file has more than one name                         | damaged    |
/// | heap              | locks cannot be queried                                 | foreign    |
/// | heap              | owner's lock is held                                    | live       |
/// | heap              | owner's lock is free                                    | orphaned   |
/// | REDHAWK           | a process with the creator's pid may be the creator     | live       |
/// | REDHAWK           | whether such a process is the creator cannot be decided | foreign    |
/// | REDHAWK           | none is, but this process does not see all processes    | foreign    |
/// | REDHAWK           | none is                                                 | orphaned   |
///
/// `foreign` is the verdict for what is unknown: a heap of which this process cannot tell whether
/// its owner lives. It is never removed without --force.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

namespace reaper {

enum class Verdict { live, orphaned, foreign, other, damaged, unreadable };

enum class Format { other, unreadable, damaged, heap, redhawk };

/// What is known of a process that has the pid of a REDHAWK heap's creator.
struct CandidateFacts {
    pid_t pid = 0;           ///< as this process sees it; proves nothing
    bool is_nested = false;  ///< the creator's pid is the one that it has in its own pid namespace
    bool zombie = false;
    bool started_after_birth =
        false;  ///< certainly later than the file was born: its pid is reused
    std::optional<bool> maps_heap = {};  ///< as every creator does; no value: we may not look
    bool same_user = true;               ///< it runs as the user who owns the file
};

struct CreatorFacts {
    std::vector<CandidateFacts> candidates;  ///< empty: no process that we see has the pid
    bool sees_everyone = false;              ///< a process that we do not see does not exist
};

struct Facts {
    Format format = Format::other;
    nlink_t names = 1;
    std::optional<bool> owner_locked = {};  ///< of a heap of ours; no value: the query failed
    CreatorFacts creator = {};              ///< of a REDHAWK heap
};

struct Judgement {
    Verdict verdict = Verdict::other;
    const char* reason = "";  ///< of foreign, and of damaged when the file's content is right
};

Judgement judge(const Facts& facts);

/// "orphaned"; static storage.
const char* to_string(Verdict verdict);

}  // namespace reaper
