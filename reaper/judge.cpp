#include "reaper/judge.hpp"

namespace reaper {
namespace {

enum class Creator { not_this, this_one, undecided };

/// A creator maps its heap for as long as it lives, but where its pid came from another pid
/// namespace, any process may have that number here. The start time alone could deceive when the
/// clock was set since the file was born. So it is believed only together with a second witness:
/// the process does not map the heap, or it is not even of the file's user.
Creator judge_candidate(const CandidateFacts& candidate) {
    if (candidate.zombie) return Creator::not_this;
    if (candidate.maps_heap && *candidate.maps_heap) return Creator::this_one;
    if (candidate.maps_heap)
        return candidate.started_after_birth ? Creator::not_this : Creator::undecided;
    if (!candidate.started_after_birth)
        return candidate.same_user && !candidate.is_nested ? Creator::this_one : Creator::undecided;
    return candidate.same_user ? Creator::undecided : Creator::not_this;
}

Judgement judge_redhawk(const CreatorFacts& creator) {
    bool undecided = false;
    for (const CandidateFacts& candidate : creator.candidates) {
        switch (judge_candidate(candidate)) {
            case Creator::this_one:
                return {Verdict::live, ""};
            case Creator::undecided:
                undecided = true;
                break;
            case Creator::not_this:
                break;
        }
    }
    if (undecided) return {Verdict::foreign, "a process has its creator's pid, but may be another"};
    if (!creator.sees_everyone)
        return {Verdict::foreign, "its creator may run in another pid namespace"};
    return {Verdict::orphaned, ""};
}

Judgement judge_heap(const Facts& facts) {
    if (!facts.owner_locked) return {Verdict::foreign, "its locks cannot be queried"};
    return {*facts.owner_locked ? Verdict::live : Verdict::orphaned, ""};
}

}  // namespace

Judgement judge(const Facts& facts) {
    switch (facts.format) {
        case Format::other:
            return {Verdict::other, ""};
        case Format::unreadable:
            return {Verdict::unreadable, ""};
        case Format::damaged:
            return {Verdict::damaged, ""};
        case Format::heap:
        case Format::redhawk:
            break;
    }
    if (facts.names != 1) return {Verdict::damaged, "the file has more than one name"};
    return facts.format == Format::heap ? judge_heap(facts) : judge_redhawk(facts.creator);
}

const char* to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::live:
            return "live";
        case Verdict::orphaned:
            return "orphaned";
        case Verdict::foreign:
            return "foreign";
        case Verdict::other:
            return "other";
        case Verdict::damaged:
            return "damaged";
        case Verdict::unreadable:
            return "unreadable";
    }
    return "";
}

}  // namespace reaper
