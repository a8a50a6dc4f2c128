#include "reaper/clean_run.hpp"

#include <dirent.h>
#include <fmt/format.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "file/cleaner.hpp"
#include "os/crash_point.hpp"
#include "reaper/account_names.hpp"
#include "reaper/escape.hpp"

namespace reaper {
namespace {

using shmheap::Result;
using shmheap::os::ShmDirectory;

/// Why a file that was named is refused; every such message ends with the remedy.
std::string refusal(const FileRecord& record) {
    constexpr std::string_view remedy = "--force removes it all the same";
    switch (record.verdict) {
        case Verdict::live: {
            const pid_t pid = record.format == Format::heap ? record.heap.creator_pid
                                                            : record.redhawk.creator_pid;
            return fmt::format("refused: its owner (pid {}) is alive; {}", pid, remedy);
        }
        case Verdict::foreign:
            return fmt::format("refused: {}; {}", record.reason, remedy);
        case Verdict::other:
            return fmt::format("refused: it is no heap; {}", remedy);
        case Verdict::damaged:
            return fmt::format("refused: it is damaged ({}); {}", record.reason, remedy);
        case Verdict::unreadable:
            return fmt::format("refused: it cannot be read ({}); run shmclean as root, or {}",
                               record.reason, remedy);
        case Verdict::orphaned:
            break;
    }
    return {};
}

/// What would make the removal possible.
std::string remedy_for(const shmheap::Error& error, const FileRecord& record) {
    switch (error.code) {
        case EACCES:
        case EPERM:
            return fmt::format("run shmclean as its owner ({}) or as root",
                               AccountNames(false).user(record.status.st_uid));
        case EBUSY:
            return "a process that reads it has locked it; end that process, or use --force";
        case EISDIR:
            return "it is a directory; remove it with rmdir";
        case EROFS:
            return "remount the file system for writing";
        default:
            return "try again, or remove it with rm";
    }
}

class CleanRun {
public:
    CleanRun(const ShmDirectory& directory, const CleanRequest& request,
             const std::function<void(const CleanOutcome&)>& tell)
        : scanner_(directory), request_(request), tell_(tell) {}

    Result<bool> run() {
        for (const std::string& name : request_.names)
            clean_named(name);
        for (const std::string& name : request_.among)
            if (scanner_.look({name, DT_UNKNOWN}, record_)) decide(false);
        if (!request_.names.empty() || !request_.among.empty()) return all_done_;
        const auto entries = scanner_.entries();
        if (!entries) return tl::unexpected(entries.error());
        CRASH_POINT(clean_run_listed);
        for (const DirectoryEntry& entry : *entries) {
            if (is_settled_by_lock(entry)) continue;
            if (scanner_.look(entry, record_)) decide(false);
        }
        return all_done_;
    }

private:
    /// The common case in one go: the cleaner tries the owner's lock anyway, so that of a heap of
    /// ours nothing has to be found out before. False when there is more to find out, or to tell.
    bool is_settled_by_lock(const DirectoryEntry& entry) {
        if (request_.dry_run || entry.type != DT_REG) return false;
        const auto cleaned = shmheap::clean(scanner_.directory(), entry.name);
        if (!cleaned) return false;
        switch (*cleaned) {
            case shmheap::CleanResult::removed:
                tell_({entry.name, Verdict::orphaned, CleanResult::unlinked, {}});
                return true;
            case shmheap::CleanResult::alive:
            case shmheap::CleanResult::rebound:
                return true;
            case shmheap::CleanResult::not_ours:
                break;
        }
        return false;
    }

    void clean_named(const std::string& name) {
        record_ = FileRecord{};
        record_.name = name;
        if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
            return tell(CleanResult::refused,
                        fmt::format("refused: a name is relative to {} and has no '/' in it",
                                    escape(scanner_.directory().path())));
        }
        if (!scanner_.look({name, DT_UNKNOWN}, record_)) {
            return tell(CleanResult::failed, fmt::format("there is no such file in {}",
                                                         escape(scanner_.directory().path())));
        }
        decide(true);
    }

    void decide(bool named) {
        switch (decide_removal(record_.verdict, {.named = named, .force = request_.force})) {
            case Decision::remove:
                return remove(named);
            case Decision::refuse:
                return tell(CleanResult::refused, refusal(record_));
            case Decision::leave:
                return leave();
        }
    }

    /// Of what is left in a run over everything, only what somebody should look at is told.
    void leave() {
        if (record_.verdict != Verdict::damaged && record_.verdict != Verdict::foreign) return;
        tell(CleanResult::left,
             fmt::format("left alone: {}; to remove it, name it and give --force", record_.reason));
    }

    void remove(bool named) {
        if (request_.dry_run) return tell(CleanResult::would_unlink, {});
        const auto removed = remove_file(scanner_, record_, request_.force);
        if (!removed) {
            return tell(CleanResult::failed,
                        fmt::format("cannot be removed: {}; {}",
                                    std::generic_category().message(removed.error().code),
                                    remedy_for(removed.error(), record_)));
        }
        switch (*removed) {
            case Removal::removed:
                return tell(CleanResult::unlinked, {});
            case Removal::gone:
                return;  // somebody else was faster
            case Removal::alive:
                return tell(named ? CleanResult::refused : CleanResult::left,
                            "left alone: its owner's lock is held again; look with shminfo");
        }
    }

    void tell(CleanResult result, std::string message) {
        if (result == CleanResult::refused || result == CleanResult::failed) all_done_ = false;
        tell_({record_.name, record_.verdict, result, std::move(message)});
    }

    Scanner scanner_;
    const CleanRequest& request_;
    const std::function<void(const CleanOutcome&)>& tell_;
    FileRecord record_;
    bool all_done_ = true;
};

}  // namespace

Result<bool> run_clean(const ShmDirectory& directory, const CleanRequest& request,
                       const std::function<void(const CleanOutcome&)>& tell) {
    return CleanRun(directory, request, tell).run();
}

}  // namespace reaper
