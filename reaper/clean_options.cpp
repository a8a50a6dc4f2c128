#include "reaper/clean_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "reaper/account_names.hpp"
#include "reaper/duration_text.hpp"
#include "reaper/escape.hpp"

namespace reaper {
namespace {

/// Options as they are given, before their values are looked at.
struct Given {
    std::vector<std::string> names;
    std::string foreign;
    std::string older_than;
    std::string component;
    std::string user;
    bool all_users = false;
    bool verbose = false;
};

std::string known_kinds() {
    std::vector<std::string_view> kinds;
    kinds.reserve(foreign::all.size());
    for (const auto& recogniser : foreign::all)
        kinds.push_back(recogniser.kind);
    std::sort(kinds.begin(), kinds.end());
    return fmt::format("{}", fmt::join(kinds, ", "));
}

[[noreturn]] void refuse(const char* option, const std::string& value, const std::string& why) {
    throw CLI::ValidationError(option, fmt::format("\"{}\": {}", escape(value), why));
}

ForeignChoice read_kinds(const std::string& list) {
    ForeignChoice choice;
    bool has_all = false;
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(',', at), list.size());
        const std::string kind = list.substr(at, end - at);
        has_all = has_all || kind == "all";
        const bool known =
            kind == "all" || std::any_of(foreign::all.begin(), foreign::all.end(),
                                         [&](const auto& entry) { return entry.kind == kind; });
        if (!known)
            refuse("--foreign", kind, "no framework; give some of " + known_kinds() + ", or none");
        choice.kinds.push_back(kind);
        at = end + 1;
    }
    return has_all ? ForeignChoice{} : choice;
}

uid_t read_user(const std::string& text) {
    if (const auto uid = find_uid(text)) return *uid;
    refuse("--user", text, "no user of this system; give a name of one, or a number");
}

/// An empty one would be that of heaps without a component: more likely a variable that is not set.
std::string read_component(const std::string& text) {
    if (!text.empty()) return text;
    refuse("--component", text, "no name; give that of a component");
}

std::chrono::seconds read_age(const std::string& text) {
    if (const auto age = parse_duration(text)) return *age;
    refuse("--older-than", text, "no duration; write numbers with units: 90s, 1h30m, 7d, 2w");
}

void add_options(CLI::App& app, CleanOptions& options, Given& given) {
    CleanRequest& request = options.request;
    add_common_options(app, options.common);
    app.add_flag("-f,--force", request.force,
                 "With names: remove live heaps and other files, too. Without: also heaps of which "
                 "nobody can tell whether they are orphaned");
    auto* dry_run =
        app.add_flag("-n,--dry-run", request.dry_run, "Only show what would be removed, and why");
    app.add_flag("-v,--verbose", given.verbose,
                 "Say of each removal what it was, why, and which memory returns when");
    app.add_flag("-i,--interactive", options.interactive, "Ask before each removal")
        ->excludes(dry_run);
    app.add_flag("--foreign{all}", given.foreign,
                 "Also files of other frameworks whose owner is proven dead and that no process "
                 "has mapped or open; --foreign=KIND,... those of " +
                     known_kinds() + " alone")
        ->type_name("[=KIND,...]")
        ->multi_option_policy(CLI::MultiOptionPolicy::Join);  // with '\n'
    app.add_option("--older-than", given.older_than,
                   "Only files that were changed no later than this long ago: 90s, 1h30m, 7d")
        ->type_name("DURATION");
    app.add_option("--component", given.component, "Only heaps of this component")
        ->type_name("NAME");
    auto* user = app.add_option("--user", given.user, "Only files of this user")->type_name("NAME");
    app.add_flag("--all-users", given.all_users,
                 "Other frameworks' files of all users, not only one's own")
        ->excludes(user);
    auto* files_from =
        app.add_option("--files-from", options.files_from,
                       "Take names out of this file, one a line; - is standard input")
            ->type_name("FILE");
    app.add_flag("-0", options.nul_separated, "Names out of the file end with NUL bytes")
        ->needs(files_from);
    app.add_option("NAME", given.names, "Names relative to the directory");
    auto* watch = app.add_flag("--watch", options.watch,
                               "Stay, and remove heaps as they become orphaned, until SIGTERM");
    for (auto* other : app.get_options()) {
        const bool goes_with_it = other == watch || other == app.get_option("--dir") ||
                                  other == app.get_help_ptr() || other == app.get_version_ptr();
        if (!goes_with_it) watch->excludes(other);
    }
    refuse_values_of_flags(app, app.get_option("--foreign"));
}

/// Looks at the values. Throws what CLI11 throws of those that are wrong.
void check(const CLI::App& app, CleanOptions& options, const Given& given) {
    CleanRequest& request = options.request;
    CleanFilter& filter = request.filter;
    if (app.count("--foreign") > 0) {
        std::string list = given.foreign;
        std::replace(list.begin(), list.end(), '\n', ',');
        filter.foreign = read_kinds(list);
    }
    if (app.count("--older-than") > 0) filter.older_than = read_age(given.older_than);
    if (app.count("--user") > 0) filter.user = read_user(given.user);
    if (app.count("--component") > 0) filter.component = read_component(given.component);
    if (!given.all_users) filter.foreign_user = ::geteuid();
    if (app.count("NAME") > 0 || app.count("--files-from") > 0) request.names = given.names;
    if (app.count("--files-from") > 0 && options.files_from.empty())
        refuse("--files-from", "", "no file; give one, or - for standard input");
    if (options.interactive && options.files_from == "-")
        refuse("--files-from", "-", "answers come from standard input; give a file for the names");
    request.detailed = given.verbose || request.dry_run || options.interactive ||
                       options.common.json || filter.foreign || !filter.is_open() ||
                       given.all_users || !options.files_from.empty();
}

}  // namespace

std::optional<int> read_clean_options(int argc, char** argv, CleanOptions& options) {
    CLI::App app(
        "Removes every orphaned heap from shared memory, or the files that are named if "
        "they are orphaned heaps. Those of other users may need superuser privileges.",
        "shmclean");
    Given given;
    add_options(app, options, given);
    // CLI11 takes it for the option without a value; it is that of a variable that was not set.
    if (std::any_of(argv, argv + argc,
                    [](const char* text) { return std::string_view(text) == "--foreign="; })) {
        complain("shmclean", "--foreign=: no framework is named; give some of " + known_kinds() +
                                 ", or --foreign alone for all");
        return exit_usage;
    }
    if (const auto status = parse(app, argc, argv)) return status;
    try {
        check(app, options, given);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return exit_usage;
    }
    return {};
}

}  // namespace reaper
