#include "reaper/shminfo_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>

#include "reaper/account_names.hpp"
#include "reaper/escape.hpp"

namespace reaper {
namespace {

constexpr double watch_interval_s = 2;
constexpr double watch_interval_min_s = 0.1;
constexpr double watch_interval_max_s = 3600;

/// What is turned into values after parsing.
struct Texts {
    std::string format = "auto";
    std::string key = "name";
    std::string component;
    std::string user;
    std::string interval;
};

const std::map<std::string, SizeFormat> formats = {
    {"auto", SizeFormat::automatic}, {"b", SizeFormat::bytes}, {"k", SizeFormat::kibibytes}};
const std::map<std::string, SortKey> sort_keys = {{"name", SortKey::name},
                                                  {"size", SortKey::size},
                                                  {"used", SortKey::used},
                                                  {"age", SortKey::age}};

template <class Value>
std::vector<std::string> keys_of(const std::map<std::string, Value>& values) {
    std::vector<std::string> keys;
    keys.reserve(values.size());
    for (const auto& [key, value] : values)
        keys.push_back(key);
    return keys;
}

void add_views(CLI::App& app, InfoOptions& options) {
    app.add_flag("-c,--connections", options.connections,
                 "Show the streams between processes: messages, bytes, what was copied or dropped, "
                 "how far the consumer is behind, what it holds, and for how long");
    app.add_flag("--holders", options.holders,
                 "Show the processes that have each file mapped or open");
    app.add_flag("--deleted", options.deleted,
                 "Show files that were removed and are still held, and where all memory is");
    app.add_flag("--clients", options.clients,
                 "Show the clients of each heap, their leases, and whether they are alive");
    app.add_flag("--blocks", options.blocks,
                 "Show how the blocks of each heap divide among sizes, and what is free");
}

void add_selection(CLI::App& app, InfoOptions& options, Texts& texts) {
    app.add_flag("-a,--all", options.selection.all, "Show every file, not only heaps");
    app.add_option("--component", texts.component, "Show the heaps of this component only")
        ->type_name("NAME");
    app.add_option("--user", texts.user, "Show the files of this user only, a name or a number")
        ->type_name("USER");
    app.add_option("--sort", texts.key, "What comes first: name, or the largest size, used, age")
        ->check(CLI::IsMember(keys_of(sort_keys)));
}

/// Each of these is a kind of output of its own.
void add_outputs(CLI::App& app, InfoOptions& options, Texts& texts) {
    app.add_flag("-l", options.numeric_ids, "Show users and groups as numbers");
    app.add_option("--format", texts.format,
                   "How sizes are shown: auto, or bare integers of b(ytes) or k(ibibytes)")
        ->check(CLI::IsMember(keys_of(formats)));
    auto* json = app.get_option("--json");
    auto* csv = app.add_flag("--csv", options.csv,
                             "Print one table as CSV: of files, or of what one of --holders, "
                             "--deleted, --clients, --blocks shows");
    auto* metrics =
        app.add_flag("--metrics", options.metrics, "Print numbers for monitoring as OpenMetrics");
    auto* check =
        app.add_option("--check", options.checks,
                       "Exit with status 3 if the condition is true, as in 'free<10%'; repeatable")
            ->type_name("CONDITION")
            ->allow_extra_args(false);
    auto* verify = app.add_option("--verify", options.verified,
                                  "Walk through a heap and say whether it is consistent; exit "
                                  "with status 3 if it is not")
                       ->type_name("NAME");
    auto* watch = app.add_option("--watch", texts.interval,
                                 "Show a live view on the whole terminal, drawn anew every SECONDS "
                                 "(0.1 to 3600, 2 if not told otherwise); h there tells the keys")
                      ->type_name("[SECONDS]")
                      ->expected(0, 1);
    watch->excludes(json, csv, metrics, check, verify);
    csv->excludes(json, app.get_option("--connections"));
    metrics->excludes(json, csv);
    check->excludes(json, csv, metrics);
    verify->excludes(csv, metrics, check);
    for (auto* option : {app.get_option("--format"), app.get_option("-l")})
        option->excludes(metrics, check, verify, watch);
    app.get_option("--format")->excludes(json, csv);
    app.get_option("--sort")->excludes(metrics, check, verify);
    for (const char* choice : {"--all", "--component", "--user"})
        verify->excludes(app.get_option(choice));
    for (const char* view : {"--connections", "--holders", "--deleted", "--clients", "--blocks"}) {
        for (auto* output : {metrics, check, verify, watch})
            output->excludes(app.get_option(view));
    }
}

int refuse(const std::string& message) {
    return refuse_usage(shminfo_program, message);
}

/// Empty: as no other was told.
std::optional<std::chrono::milliseconds> read_interval(const std::string& text) {
    double seconds = text.empty() ? watch_interval_s : 0;
    const char* end_of_text = text.data() + text.size();
    if (!text.empty()) {
        const auto [end, code] = std::from_chars(text.data(), end_of_text, seconds);
        if (code != std::errc{} || end != end_of_text) return {};
    }
    // Not the other way round: what is no number lies on neither side of one.
    if (!(seconds >= watch_interval_min_s && seconds <= watch_interval_max_s)) return {};
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::optional<int> parse_conditions(InfoOptions& options) {
    for (const std::string& text : options.checks) {
        auto condition = parse_condition(text);
        if (!condition) {
            return refuse(fmt::format("--check \"{}\": at {}: {}", escape(text),
                                      condition.error().column, condition.error().message));
        }
        options.conditions.push_back(std::move(*condition));
    }
    return {};
}

}  // namespace

CsvReport::Table InfoOptions::table() const {
    if (holders) return CsvReport::Table::holders;
    if (clients) return CsvReport::Table::clients;
    if (blocks) return CsvReport::Table::blocks;
    return deleted ? CsvReport::Table::deleted : CsvReport::Table::files;
}

std::optional<int> read_info_options(int argc, char** argv, InfoOptions& options) {
    CLI::App app(
        "Shows the heaps in shared memory: how large they are, whose, and which are "
        "orphaned. Heaps of other users may need superuser privileges.",
        shminfo_program);
    Texts texts;
    add_common_options(app, options.common);
    add_views(app, options);
    add_selection(app, options, texts);
    add_outputs(app, options, texts);
    refuse_values_of_flags(app);
    if (const auto status = parse(app, argc, argv)) return status;

    options.sizes = formats.at(texts.format);
    options.selection.key = sort_keys.at(texts.key);
    if (app.count("--watch") > 0) {
        options.interval = read_interval(texts.interval);
        if (!options.interval)
            return refuse(fmt::format("--watch \"{}\": no number of seconds from 0.1 to 3600",
                                      escape(texts.interval)));
    }
    // An empty one would be that of heaps without a component: more likely a variable that is not
    // set, and a monitor would be told that all is well.
    if (app.count("--component") > 0 && texts.component.empty())
        return refuse("--component \"\": no name; give that of a component");
    if (app.count("--component") > 0) options.selection.component = texts.component;
    if (app.count("--user") > 0) {
        options.selection.user = find_uid(texts.user);
        if (!options.selection.user)
            return refuse(fmt::format("--user: there is no user \"{}\"", escape(texts.user)));
    }
    const auto views = options.holders + options.deleted + options.clients + options.blocks;
    if (options.connections && !options.common.json && views > 0)
        return refuse("--connections shows streams alone; give one of these, or --json for all");
    if (options.csv && views > 1)
        return refuse(
            "--csv shows one table: name one of --holders, --deleted, --clients, "
            "--blocks, or use --json");
    return parse_conditions(options);
}

}  // namespace reaper
