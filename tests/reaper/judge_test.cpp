// judge(): every row of the table in reaper/judge.hpp.
#include "reaper/judge.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace reaper;

Verdict judge_creator(std::vector<CandidateFacts> candidates, bool sees_everyone = true) {
    return judge({.format = Format::redhawk,
                  .creator = {.candidates = std::move(candidates), .sees_everyone = sees_everyone}})
        .verdict;
}

constexpr CandidateFacts zombie{.zombie = true};
constexpr CandidateFacts older_than_file{};
constexpr CandidateFacts older_and_maps{.maps_heap = true};
constexpr CandidateFacts older_stranger{.maps_heap = false};
constexpr CandidateFacts younger{.started_after_birth = true, .maps_heap = false};
constexpr CandidateFacts younger_but_maps{.started_after_birth = true, .maps_heap = true};
constexpr CandidateFacts younger_hidden{.started_after_birth = true};
constexpr CandidateFacts younger_hidden_stranger{.started_after_birth = true, .same_user = false};

TEST_CASE("a heap of ours is judged by its owner's lock alone") {
    CHECK(judge({.format = Format::heap, .owner_locked = true}).verdict == Verdict::live);
    CHECK(judge({.format = Format::heap, .owner_locked = false}).verdict == Verdict::orphaned);
}

TEST_CASE("a heap whose locks cannot be queried is foreign, and says why") {
    const auto judgement = judge({.format = Format::heap});
    CHECK(judgement.verdict == Verdict::foreign);
    CHECK(std::string(judgement.reason) == "its locks cannot be queried");
}

TEST_CASE("what is no heap, cannot be read or is damaged is called just that") {
    CHECK(judge({.format = Format::other}).verdict == Verdict::other);
    CHECK(judge({.format = Format::unreadable}).verdict == Verdict::unreadable);
    CHECK(judge({.format = Format::damaged}).verdict == Verdict::damaged);
}

TEST_CASE("a heap with a second name is damaged, whether its owner lives or not") {
    for (const bool locked : {false, true}) {
        const auto judgement = judge({.format = Format::heap, .names = 2, .owner_locked = locked});
        CHECK(judgement.verdict == Verdict::damaged);
        CHECK(std::string(judgement.reason) == "the file has more than one name");
    }
    CHECK(judge({.format = Format::redhawk, .names = 2}).verdict == Verdict::damaged);
}

TEST_CASE("a REDHAWK heap is orphaned when no process has its creator's pid") {
    CHECK(judge_creator({}) == Verdict::orphaned);
}

TEST_CASE("a REDHAWK heap is live when the process with that pid may be its creator") {
    CHECK(judge_creator({older_than_file}) == Verdict::live);
    CHECK(judge_creator({older_than_file}, false) == Verdict::live);
}

TEST_CASE("a process that has the pid and does not map the heap is another's, or decides nothing") {
    CHECK(judge_creator({older_and_maps}) == Verdict::live);
    CHECK(judge_creator({older_stranger}) == Verdict::foreign);
    CHECK(judge_creator({older_stranger}, false) == Verdict::foreign);
    CHECK(judge_creator({older_stranger, older_and_maps}) == Verdict::live);
}

TEST_CASE("an older process that we may not look into is the creator if pid and user say so") {
    CHECK(judge_creator({older_than_file}) == Verdict::live);
    CHECK(judge_creator({{.is_nested = true}}) == Verdict::foreign);
    CHECK(judge_creator({{.same_user = false}}) == Verdict::foreign);
}

TEST_CASE("a zombie created nothing that lives") {
    CHECK(judge_creator({zombie}) == Verdict::orphaned);
}

TEST_CASE("a pid that was given to another process is no sign of life") {
    CHECK(judge_creator({younger}) == Verdict::orphaned);
    CHECK(judge_creator({younger_hidden_stranger}) == Verdict::orphaned);
}

TEST_CASE("a clock that was set does not make a heap orphaned that its creator maps") {
    CHECK(judge_creator({younger_but_maps}) == Verdict::live);
}

TEST_CASE("a younger process of the same user that we may not look into decides nothing") {
    CHECK(judge_creator({younger_hidden}) == Verdict::foreign);
}

TEST_CASE("among several processes with the pid one possible creator is enough") {
    CHECK(judge_creator({zombie, younger, older_than_file}) == Verdict::live);
    CHECK(judge_creator({younger, younger_hidden}) == Verdict::foreign);
    CHECK(judge_creator({younger_hidden, older_than_file}) == Verdict::live);
    CHECK(judge_creator({zombie, younger}) == Verdict::orphaned);
}

TEST_CASE("who does not see every process takes nobody for dead") {
    CHECK(judge_creator({}, false) == Verdict::foreign);
    CHECK(judge_creator({zombie}, false) == Verdict::foreign);
    CHECK(judge_creator({younger}, false) == Verdict::foreign);
}

TEST_CASE("verdicts have their names") {
    CHECK(std::string(to_string(Verdict::live)) == "live");
    CHECK(std::string(to_string(Verdict::orphaned)) == "orphaned");
    CHECK(std::string(to_string(Verdict::foreign)) == "foreign");
    CHECK(std::string(to_string(Verdict::other)) == "other");
    CHECK(std::string(to_string(Verdict::damaged)) == "damaged");
    CHECK(std::string(to_string(Verdict::unreadable)) == "unreadable");
}

}  // namespace
