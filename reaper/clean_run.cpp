#include "reaper/clean_run.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "file/cleaner.hpp"
#include "os/crash_point.hpp"
#include "reaper/account_names.hpp"
#include "reaper/dependants.hpp"
#include "reaper/escape.hpp"
#include "reaper/report_text.hpp"

namespace reaper {
namespace {

using shmheap::Result;
using shmheap::os::ShmDirectory;

/// Why a file that was named is refused; every such message ends with the remedy.
std::string refusal(const FileRecord& record, const std::string& remedy) {
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
            return fmt::format("refused: it cannot be read ({}); {}", record.reason, remedy);
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
            if (record.status.st_uid == ::geteuid())
                return "run shmclean as root, or as the owner of the directory";
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

std::chrono::seconds now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
}

/// Why a file stays that was to be removed.
const char* why_kept(Removal removal, const FileRecord& record) {
    if (record.foreign) return "left alone: it came into use; look with shminfo --holders";
    if (removal == Removal::undecided)
        return "left alone: it is not what it was when it was judged; look with shminfo";
    return record.format == Format::redhawk
               ? "left alone: its creator lives; look with shminfo"
               : "left alone: its owner's lock is held again; look with shminfo";
}

class CleanRun {
public:
    CleanRun(const ShmDirectory& directory, const CleanRequest& request,
             const std::function<void(const CleanOutcome&)>& tell)
        : scanner_(directory), request_(request), tell_(tell) {
        scanner_.wait_for_what_passes();
        if (request_.filter.foreign) scanner_.look_at_foreign();
    }

    Result<bool> run() {
        if (request_.names) {
            std::set<std::string_view> seen;
            for (const std::string& name : *request_.names)
                if (seen.insert(name).second) clean_named(name);
            clean_foreign();
            return all_done_;
        }
        if (!request_.among.empty()) {
            for (const std::string& name : request_.among)
                if (scanner_.look({name, DT_UNKNOWN}, record_)) decide(false);
            return all_done_;
        }
        const auto entries = scanner_.entries();
        if (!entries) return tl::unexpected(entries.error());
        CRASH_POINT(clean_run_listed);
        for (const DirectoryEntry& entry : *entries) {
            if (is_settled_by_lock(entry)) continue;
            if (scanner_.look(entry, record_)) decide(false);
        }
        clean_foreign();
        return all_done_;
    }

private:
    /// What a record has of another framework's file: less than half of a record.
    struct Candidate {
        std::string name;
        struct stat status {};
        foreign::Finding finding;
        bool named = false;
    };

    /// The common case in one go: the cleaner tries the owner's lock anyway, so that of a heap of
    /// ours nothing has to be found out before. False when there is more to find out, or to tell.
    bool is_settled_by_lock(const DirectoryEntry& entry) {
        if (request_.dry_run || entry.type != DT_REG) return false;
        if (is_detailed() || !request_.filter.is_open()) return false;
        const auto cleaned = shmheap::clean(scanner_.directory(), entry.name);
        if (!cleaned) return false;
        switch (*cleaned) {
            case shmheap::CleanResult::removed:
                tell_({entry.name, Verdict::orphaned, CleanStatus::unlinked, {}});
                return true;
            case shmheap::CleanResult::rebound:
                return true;
            case shmheap::CleanResult::alive:  // or its owner's lock is just going
            case shmheap::CleanResult::not_ours:
                break;
        }
        return false;
    }

    void clean_named(const std::string& name) {
        record_ = FileRecord{};
        record_.name = name;
        if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
            return tell(CleanStatus::refused,
                        fmt::format("refused: a name is relative to {} and has no '/' in it",
                                    escape(scanner_.directory().path())));
        }
        if (!scanner_.look({name, DT_UNKNOWN}, record_)) {
            return tell(CleanStatus::failed, fmt::format("there is no such file in {}",
                                                         escape(scanner_.directory().path())));
        }
        const bool is_seen = record_.status.st_mode != 0;
        if (!is_seen) return tell_unread();
        decide(true);
    }

    void decide(bool named) {
        if (const auto why = why_excluded(record_, request_.filter, now_); !why.empty()) {
            if (named) tell(CleanStatus::left, "left alone: " + why);
            return;
        }
        const bool is_forced = named && request_.force;
        if (is_chosen_foreign(record_, request_.filter) && !is_forced) {
            candidates_.push_back({record_.name, record_.status, *record_.foreign, named});
            return;
        }
        switch (decide_removal(record_.verdict, {.named = named, .force = request_.force})) {
            case Decision::remove:
                return remove(named);
            case Decision::refuse:
                return tell(CleanStatus::refused, refusal(record_, remedy()));
            case Decision::leave:
                return leave();
        }
    }

    /// Of what is refused.
    std::string remedy() {
        const auto removable = check_removable(scanner_.directory(), record_, true);
        if (!removable) return remedy_for(removable.error(), record_);
        const bool is_denied = record_.verdict == Verdict::unreadable && is_denial(record_.error);
        return std::string(is_denied ? "run shmclean as root, or " : "") +
               "--force removes it all the same";
    }

    /// Of what is left in a run over everything, only what somebody should look at is told.
    void leave() {
        if (record_.verdict == Verdict::unreadable && !is_denial(record_.error))
            return tell_unread();
        if (record_.verdict != Verdict::damaged && record_.verdict != Verdict::foreign) return;
        tell(CleanStatus::left,
             fmt::format("left alone: {}; to remove it, name it and give --force", record_.reason));
    }

    void tell_unread() {
        tell(CleanStatus::failed,
             fmt::format("cannot be looked at: {}; nothing was done", record_.reason));
    }

    void remove(bool named) {
        std::optional<CleanDetails> details;
        if (is_detailed()) details = describe(heap_evidence(record_));
        if (!may_remove(details)) return;
        tell_removal(remove_file(scanner_, record_, request_.force), named, details);
    }

    /// Whether the file is to go now: not in a dry run, and not when the user says no.
    bool may_remove(const std::optional<CleanDetails>& details) {
        if (request_.dry_run) {
            if (const auto removable =
                    check_removable(scanner_.directory(), record_, request_.force);
                !removable) {
                if (removable.error().code != ENOENT) tell_failure(removable.error());
                return false;
            }
            if (record_.foreign) would_go_.insert(record_.name);
            tell(CleanStatus::would_unlink, {}, details);
            return false;
        }
        if (!request_.confirm || request_.confirm(record_.name, *details)) return true;
        tell(CleanStatus::left, {});
        return false;
    }

    void tell_removal(const Result<Removal>& removed, bool named,
                      const std::optional<CleanDetails>& details) {
        if (!removed) return tell_failure(removed.error());
        switch (*removed) {
            case Removal::removed:
                return tell(CleanStatus::unlinked, {}, details);
            case Removal::gone:
                return;  // somebody else was faster
            case Removal::alive:
            case Removal::undecided:
                return tell(named ? CleanStatus::refused : CleanStatus::left,
                            why_kept(*removed, record_));
        }
    }

    void tell_failure(const shmheap::Error& error) {
        tell(CleanStatus::failed,
             fmt::format("cannot be removed: {}; {}", std::generic_category().message(error.code),
                         remedy_for(error, record_)));
    }

    /// The files of other frameworks that were found.
    void clean_foreign() {
        if (candidates_.empty()) return;
        held_.reset();
        for (const Candidate& candidate : candidates_)
            if (!candidate.finding.tells_of_others) clean_candidate(candidate, {});
        std::optional<Result<Dependants>> dependants;
        for (const Candidate& candidate : candidates_) {
            if (!candidate.finding.tells_of_others) continue;
            if (!dependants) dependants = Dependants::find(scanner_, would_go_);
            clean_candidate(candidate, why_needed(*dependants, candidate));
        }
    }

    static std::string why_needed(const Result<Dependants>& dependants,
                                  const Candidate& candidate) {
        if (!dependants) return "what is judged by it cannot be found out";
        return dependants->why_needed(candidate.name, candidate.status.st_uid);
    }

    void clean_candidate(const Candidate& candidate, const std::string& why_needed) {
        record_ = FileRecord{};
        record_.name = candidate.name;
        record_.status = candidate.status;
        record_.foreign = candidate.finding;
        clean_one_foreign(candidate.named, why_needed);
    }

    void clean_one_foreign(bool named, const std::string& why_needed) {
        ForeignVerdict verdict = judge_foreign(record_, held(), unheld());
        if (verdict.is_removable && !why_needed.empty())
            verdict = {.is_removable = false, .is_in_use = false, .explanation = why_needed};
        if (!scanner_.directory().names_file(record_.name, record_.status)) return;  // gone
        if (!verdict.is_removable) {
            if (named) {
                return tell(CleanStatus::refused,
                            fmt::format("refused: {}; {}", verdict.explanation, remedy()));
            }
            if (verdict.is_in_use) return;
            return tell(CleanStatus::left,
                        fmt::format("left alone: {}: {}; to remove it, name it and give --force",
                                    record_.foreign->type, verdict.explanation));
        }
        const auto details = describe(verdict.explanation);
        if (!may_remove(details)) return;
        if (request_.confirm && !is_still_removable()) {
            return tell(CleanStatus::left,
                        "left alone: it came into use while the answer was awaited");
        }
        tell_removal(remove_foreign(scanner_, record_), named, details);
    }

    bool is_still_removable() {
        held_.reset();
        return judge_foreign(record_, held(), unheld()).is_removable;
    }

    /// What the kernel says of the file's holders, and of those of the one that counts; it is asked
    /// only where that decides.
    Unheld unheld() {
        const auto& finding = *record_.foreign;
        if (judge_foreign(record_, held(), Unheld::proven).is_in_use) return Unheld::unknown;
        const auto own = find_unheld(scanner_.directory(), record_.name, record_.status);
        if (own != Unheld::proven || !finding.held_file) return own;
        return find_unheld(scanner_.directory(), finding.held_name, *finding.held_file);
    }

    bool is_detailed() const { return request_.detailed || request_.confirm != nullptr; }

    /// Where the processes do not tell all, the kernel is asked; but not of a heap, which another
    /// cleaner could not open meanwhile.
    CleanDetails describe(std::string evidence) {
        auto unheld = Unheld::unknown;
        CleanDetails details{.type = std::string(type_text(record_)),
                             .evidence = std::move(evidence),
                             .file_bytes = static_cast<std::uint64_t>(record_.status.st_size),
                             .returns = {}};
        if (request_.asks_clients && record_.format == Format::heap) {
            details.returns = count_returns(record_, record_.holders.clients);
            return details;
        }
        const bool is_other = record_.format == Format::other && S_ISREG(record_.status.st_mode);
        const HeldFile* file = is_other ? held().find(record_.status.st_ino) : nullptr;
        if (is_other && (file == nullptr || file->is_only_looked_at()))
            unheld = find_unheld(scanner_.directory(), record_.name, record_.status);
        details.returns = count_returns(record_, held(), unheld);
        return details;
    }

    /// Who holds files, as it was when this was asked first. Where it cannot be found out, nobody
    /// is known, and that is said to be incomplete.
    const HeldFiles& held() {
        if (!held_) {
            auto found = find_held_files(scanner_.directory());
            held_.emplace();
            held_->view = ProcView::unknown;
            if (!found) held_->lack = found.error().code;
            if (found) held_ = std::move(*found);
        }
        return *held_;
    }

    void tell(CleanStatus result, std::string message,
              const std::optional<CleanDetails>& details = {}) {
        if (result == CleanStatus::refused || result == CleanStatus::failed) all_done_ = false;
        tell_({record_.name, record_.verdict, result, std::move(message), details});
    }

    Scanner scanner_;
    const CleanRequest& request_;
    const std::function<void(const CleanOutcome&)>& tell_;
    const std::chrono::seconds now_ = now();
    FileRecord record_;
    std::optional<HeldFiles> held_;
    std::vector<Candidate> candidates_;
    std::set<std::string> would_go_;  ///< other frameworks' files, in a dry run
    bool all_done_ = true;
};

}  // namespace

Result<bool> run_clean(const ShmDirectory& directory, const CleanRequest& request,
                       const std::function<void(const CleanOutcome&)>& tell) {
    return CleanRun(directory, request, tell).run();
}

}  // namespace reaper
