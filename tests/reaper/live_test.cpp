// What the live view shows, without a terminal: surveys, rates, order, and lines that fit.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "fabricator.hpp"
#include "foreign_files.hpp"
#include "reaper/escape.hpp"
#include "reaper/live/survey.hpp"
#include "reaper/live/table.hpp"
#include "support.hpp"

using namespace reaper::live;
using namespace reaper_test;

namespace {

File file_named(const std::string& name) {
    File file;
    file.raw_name = name;
    file.name = reaper::escape(name);
    file.inode = 7;
    file.state = "live";
    file.creator = 42;
    file.user = "root";
    return file;
}

std::vector<std::string> names_of(const std::vector<Row>& rows) {
    std::vector<std::string> names;
    for (const Row& row : rows)
        names.push_back(row.file->name);
    return names;
}

Survey survey_of(std::vector<File> files, int second) {
    Survey survey;
    survey.files = std::move(files);
    survey.taken_at = Clock::time_point(std::chrono::seconds(second));
    return survey;
}

}  // namespace

TEST_CASE("a survey counts what lives and what is orphaned, and shows what is selected") {
    const TestDirectory directory;
    const FabricatedHeap live(directory, "heap-1", {.component = "so\x1brce"});
    const FabricatedHeap dead(directory, "heap-2", {.creator_pid = 77}, Owner::is_dead);
    directory.write("notes", "text");
    lay_tensor(directory, 1);
    reaper::AccountNames names(true);
    auto survey = take_survey(directory.open(), {}, names);
    REQUIRE(survey);
    CHECK(survey->heaps == 2);
    CHECK(survey->orphaned == 1);
    REQUIRE(survey->files.size() == 2);
    CHECK(survey->files[0].state == "live");
    CHECK(survey->files[0].component == "so\\x1brce");
    CHECK(survey->files[1].state == "orphaned");
    CHECK(survey->files[1].creator == 77);

    reaper::Selection everything;
    everything.all = true;
    survey = take_survey(directory.open(), everything, names);
    REQUIRE(survey);
    REQUIRE(survey->files.size() == 4);
    CHECK(survey->heaps == 2);
    CHECK(survey->files[2].component.empty());
    CHECK(survey->files[3].component == "PyTorch tensor");

    reaper::Selection one_component;
    one_component.component = "so\x1brce";
    survey = take_survey(directory.open(), one_component, names);
    REQUIRE(survey);
    CHECK(survey->files.size() == 1);
    CHECK(survey->heaps == 1);
    CHECK(survey->orphaned == 0);
}

TEST_CASE("rates are what moved by the second; a new stream counts from its beginning") {
    File before = file_named("heap-1");
    before.allocated_bytes = 5000;
    before.carried = {{.slot = 0, .opened_at_ns = 10, .messages = 100, .bytes = 1000},
                      {.slot = 1, .opened_at_ns = 11, .messages = 50, .bytes = 50}};
    File now = before;
    now.allocated_bytes = 1000;
    now.carried[0].messages = 120;
    now.carried[0].bytes = 5000;
    now.carried[1] = {.slot = 1, .opened_at_ns = 12, .messages = 6, .bytes = 60};
    const Rates rates = rates_between(before, now, 2);
    CHECK(rates.growth_bytes == -2000);
    CHECK(rates.messages == 13);
    CHECK(rates.bytes == 2030);

    now.carried[0].messages = 90;  // whoever writes the counter can write anything
    CHECK(rates_between(before, now, 2).messages == 3);
}

TEST_CASE("a file has rates only if the same one was there before") {
    File other = file_named("heap-2");
    const Survey before = survey_of({file_named("heap-1"), other}, 1);
    other.inode = 8;
    const Survey now = survey_of({file_named("heap-1"), other, file_named("heap-3")}, 3);
    const auto rows = rows_of(now, &before);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].rates);
    CHECK_FALSE(rows[1].rates);
    CHECK_FALSE(rows[2].rates);
    CHECK_FALSE(rows_of(now, nullptr)[0].rates);
}

TEST_CASE("what there is most of comes first, equals by their names; reversed turns it round") {
    std::vector<File> files = {file_named("b"), file_named("a"), file_named("c")};
    files[2].measures.file_bytes = 9;
    files[1].measures.since_ns = 5;
    files[0].measures.since_ns = 6;
    files[2].measures.since_ns = 7;
    const Survey survey = survey_of(files, 1);
    auto rows = rows_of(survey, nullptr);
    sort_rows(rows, Key::size, false);
    CHECK(names_of(rows) == std::vector<std::string>{"c", "a", "b"});
    sort_rows(rows, Key::age, false);
    CHECK(names_of(rows) == std::vector<std::string>{"a", "b", "c"});
    sort_rows(rows, Key::name, true);
    CHECK(names_of(rows) == std::vector<std::string>{"c", "b", "a"});
}

TEST_CASE("the view has the order of --sort, by size as by age and name") {
    const TestDirectory directory;
    const auto lay = [&directory](const std::string& name, std::size_t size, std::time_t changed,
                                  off_t hole = 0) {
        directory.write(name, std::string(size, 'x'));
        REQUIRE(::truncate((directory / name).c_str(), static_cast<off_t>(size) + hole) == 0);
        const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {changed, 0}}};
        REQUIRE(::utimensat(AT_FDCWD, (directory / name).c_str(), times.data(), 0) == 0);
    };
    constexpr std::time_t year = 31'556'952;
    lay("a\xff", 20, 0);
    lay("a^", 20, 10 * year);
    lay("of 1960", 10, -10 * year);
    lay("of 2700", 30, 730 * year);
    lay("sparse", 0, 20 * year, 1 << 20);
    lay("dense", 64 << 10, 30 * year);

    reaper::AccountNames users(true);
    reaper::Selection everything;
    everything.all = true;
    const auto survey = take_survey(directory.open(), everything, users);
    REQUIRE(survey);
    const auto order_of = [&](Key key, reaper::SortKey sort_key) {
        auto rows = rows_of(*survey, nullptr);
        sort_rows(rows, key, false);
        std::vector<std::string> seen;
        for (const Row& row : rows)
            seen.push_back(row.file->raw_name);
        reaper::Scanner scanner(directory.open());
        reaper::Selection selection = everything;
        selection.key = sort_key;
        std::vector<std::string> listed;
        for (const auto& entry : in_order(scanner.entries().value(), selection, scanner))
            listed.push_back(entry.name);
        CHECK(seen == listed);
        return listed;
    };
    using Names = std::vector<std::string>;
    CHECK(order_of(Key::name, reaper::SortKey::name) ==
          Names{"a^", "a\xff", "dense", "of 1960", "of 2700", "sparse"});
    CHECK(order_of(Key::size, reaper::SortKey::size) ==
          Names{"sparse", "dense", "of 2700", "a^", "a\xff", "of 1960"});
    CHECK(order_of(Key::used, reaper::SortKey::used) == order_of(Key::name, reaper::SortKey::name));
    CHECK(order_of(Key::age, reaper::SortKey::age) ==
          Names{"of 1960", "a\xff", "a^", "sparse", "dense", "of 2700"});
}

TEST_CASE("the age of a file from before 1970 is counted from then") {
    File file = file_named("of 1960");
    file.measures.since_ns = -std::int64_t{10} * 86400 * static_cast<std::int64_t>(second_ns);
    const Row row{.file = &file, .rates = {}};
    CHECK(Table(240).line(row, 86400 * second_ns).ends_with(" 11d0h"));
}

TEST_CASE("the filter looks into name, component, user and state, whatever the case") {
    std::vector<File> files = {file_named("heap-1"), file_named("heap-2"), file_named("heap-3")};
    files[0].component = "Camera";
    files[1].state = "orphaned";
    const Survey survey = survey_of(files, 1);
    const auto left_by = [&survey](const char* text) {
        auto rows = rows_of(survey, nullptr);
        filter_rows(rows, text);
        return names_of(rows);
    };
    CHECK(left_by("cAM") == std::vector<std::string>{"heap-1"});
    CHECK(left_by("orph") == std::vector<std::string>{"heap-2"});
    CHECK(left_by("-3") == std::vector<std::string>{"heap-3"});
    CHECK(left_by("").size() == 3);
    CHECK(left_by("nobody's").empty());
}

TEST_CASE("lines fit every width, title and rows alike, and keep the name") {
    File file = file_named("heap-" + std::string(300, '9'));
    file.component = std::string(71, 'c');
    file.heap_bytes = file.allocated_bytes = ~std::uint64_t{0};
    file.measures = {.file_bytes = ~std::uint64_t{0}, .used_bytes = ~std::uint64_t{0}};
    file.references = 65;
    const Row row{.file = &file, .rates = Rates{-1e18, 1e15, 1e18}};
    for (std::size_t width = 1; width <= 240; ++width) {
        const Table table(width);
        CAPTURE(width);
        CHECK(table.title().size() <= width);
        CHECK(table.line(row, ~std::uint64_t{0}).size() <= width);
        CHECK(table.line(row, 0).size() == table.title().size());
        CHECK(bar_line({.size_bytes = 1000, .free_bytes = 400, .used_bytes = 600}, width).size() <=
              width);
        if (width >= 14) CHECK(table.line(row, 0).starts_with("heap-999"));
    }
    CHECK(Table(240).title().find("AGE") != std::string::npos);
    CHECK(Table(60).title().find("STATE") != std::string::npos);
}

TEST_CASE("the bar is as full as the file system, without what is kept for root") {
    const std::string half =
        bar_line({.size_bytes = 2000, .free_bytes = 800, .used_bytes = 1000}, 80);
    const auto marks = std::count(half.begin(), half.end(), '#');
    const auto spaces = static_cast<std::ptrdiff_t>(half.find(']')) - 1 - marks;
    CHECK(marks - spaces <= 1);
    CHECK(spaces - marks <= 1);
    CHECK(half.ends_with("] 1000 of 2.0K used, 40.0% free"));
    CHECK(bar_line({.size_bytes = 0, .free_bytes = 5, .used_bytes = 5}, 80).find('#') ==
          std::string::npos);
}

TEST_CASE("what is too long shows its beginning, or its end, and that something is missing") {
    CHECK(fitted("filter", 6) == "filter");
    CHECK(fitted("filter", 5) == "filt~");
    CHECK(fitted("filter", 1) == "~");
    CHECK(fitted("filter", 0).empty());
    CHECK(fitted_end("filter", 6) == "filter");
    CHECK(fitted_end("filter", 5) == "~lter");
    CHECK(fitted_end("filter", 1) == "~");
    CHECK(fitted_end("filter", 0).empty());
}

TEST_CASE("ages and counts are short") {
    CHECK(short_age(0) == "0s");
    CHECK(short_age(59 * second_ns) == "59s");
    CHECK(short_age(187 * second_ns) == "3m07s");
    CHECK(short_age(18720 * second_ns) == "5h12m");
    CHECK(short_age(86400 * 12 * second_ns + 3 * 3600 * second_ns) == "12d3h");
    CHECK(short_count(0) == "0");
    CHECK(short_count(999.4) == "999");
    CHECK(short_count(999.6) == "1.0k");
    CHECK(short_count(3'400'000) == "3.4M");
}
