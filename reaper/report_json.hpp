/// What the tools show programs: one JSON document, described in reaper/DESIGN.md. Sizes are
/// integers in bytes; text that comes out of files is escaped as in the text report, so that the
/// document is valid whatever a name consists of. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "reaper/account_names.hpp"
#include "reaper/clean_run.hpp"
#include "reaper/details.hpp"
#include "reaper/scan.hpp"
#include "reaper/space.hpp"
#include "reaper/space_account.hpp"

namespace reaper {

/// Grows when a key changes its meaning or goes; new keys may come without that.
constexpr int json_version = 1;

/// What comes after the last file, where asked for: null is left out.
struct JsonRest {
    const HeldFiles* held = nullptr;
    const std::vector<DeletedFile>* deleted = nullptr;
    const SpaceAccount* account = nullptr;
};

/// The document of shminfo.
class JsonReport {
public:
    /// With `streams`, each heap tells of its connections.
    JsonReport(std::string_view path, const Space& space,
               Scanner::Streams streams = Scanner::Streams::leave_out);

    void add_file(const FileRecord& record, const Details& details = {});
    void finish(const JsonRest& rest = {});

    [[nodiscard]] std::string_view text() const { return text_; }
    void clear() { text_.clear(); }

private:
    AccountNames names_{false};
    Scanner::Streams streams_;
    std::string text_;
    bool first_ = true;
};

/// The document of shmclean.
class JsonCleanReport {
public:
    JsonCleanReport(std::string_view path, bool dry_run);

    void add_outcome(const CleanOutcome& outcome);
    void finish();

    [[nodiscard]] std::string_view text() const { return text_; }

private:
    std::string text_;
    bool first_ = true;
};

}  // namespace reaper
