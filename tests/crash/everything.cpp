// Every point, every hit, every recoverer's point: minutes. Writes what it did into RESULTS.md.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <string>

#include "enumerate.hpp"

using namespace crash;

namespace {

std::string joined(const auto& values) {
    std::string text;
    for (const auto& value : values) {
        if (!text.empty()) text += ", ";
        if constexpr (std::is_convertible_v<decltype(value), std::string>) {
            text += value;
        } else {
            text += std::to_string(value);
        }
    }
    return text;
}

void write_rows(std::ostream& out, const std::map<std::size_t, Row>& rows, bool victim) {
    for (const auto& [point, row] : rows) {
        out << "| `" << points()[point].name << "` | " << points()[point].file << " | "
            << joined(row.hits) << " | " << row.runs << " | ";
        if (victim) out << row.recoverers_killed << " | " << joined(row.outcomes) << " |";
        out << "\n";
    }
}

void write_scenario(std::ostream& out, const Scenario& scenario, const Enumeration& result) {
    out << "\n## " << scenario.name << "\n\nVictim: " << scenario.victim
        << ". Recoverer: " << scenario.recoverer << ". " << result.runs << " runs, "
        << result.problems.size() << " problems.\n\n"
        << "| the victim dies at | in | hits | runs | with the recoverer's death | found |\n"
        << "| --- | --- | --- | --- | --- | --- |\n";
    write_rows(out, result.victim, true);
    if (result.recoverer.empty()) return;
    out << "\n| the recoverer dies at | in | hits | runs |\n| --- | --- | --- | --- |\n";
    write_rows(out, result.recoverer, false);
}

constexpr const char* introduction =
    "# Crashes at every point\n\n"
    "Written by the test `crash.everything`; see README.md. `hits` says at which pass of the "
    "point\n"
    "the process was killed; a run is one run of the scenario with that death, and with the death\n"
    "of the recoverer at one of its points or without. `found` is the state between the victim's\n"
    "death and the recovery. After each recovery everything has to be as the log demands.\n";

}  // namespace

TEST_CASE("every death and every death of who recovers from it") {
    std::ofstream out(SOURCE_FOLDER "/tests/crash/RESULTS.md");
    out << introduction;
    for (const Scenario* scenario : scenarios) {
        const auto result = enumerate(*scenario, {});
        for (const auto& problem : result.problems)
            FAIL_CHECK(problem);
        write_scenario(out, *scenario, result);
    }
    CHECK(out.good());
}
